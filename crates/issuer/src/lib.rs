//! The issuing authority: awards and their approval, labels and their standing, keys, minting, status lists,
//! runs of unit labels, users, and an audit chain of everything that was decided.
//!
//! An [`Authority`] keeps its records in one database, SQLite or PostgreSQL. Every change is a [`Decision`] that
//! somebody makes at one desk, durable when it is answered. Two people make a label: whoever prepared an award
//! cannot approve it ([`lifecycle`] has the rules). What is approved is on record with its status index, key and
//! time before anything is signed, and a signature leaves only after its own record. Whatever dies when, nothing
//! is lost and no index is used twice.
//!
//! **Invariant:** private keys rest encrypted (JWE, PBES2) and are in the clear only inside a
//! [`SigningKey`](verilabel_wire::SigningKey). No clock; randomness is handed in. Nothing but [`api::serve`] listens
//! to a network. The audit chain is only ever appended to, in the transaction of what it tells.

pub mod api;
mod artwork;
mod audit;
mod authority;
mod award;
mod awards;
mod backup;
mod catalogue;
mod ceremony;
mod changes;
mod decision;
mod desk;
mod evidence;
mod hex;
mod ids;
mod import;
mod keys;
mod keystore;
pub mod lifecycle;
mod lists;
mod mint;
mod minting;
mod pack;
mod partners;
mod people;
mod publication;
mod publish;
mod refusal;
mod runs;
mod schema;
mod status;
mod store;
mod users;

pub use artwork::Artwork;
pub use audit::{
    Anchor, ChainFault, ChainHash, ChainReport, Discrepancy, Event, EventFilter, Facts, Reconciliation,
};
pub use authority::{Authority, Folder, Setup, Snapshot, WriteRun};
pub use award::{AwardRefusal, LabelAward};
pub use awards::{
    ApproveAward, Approved, AwardFilter, AwardRecord, CodeRecord, LabelFilter, LabelRecord, PrepareAward,
    RejectAward, ReviseAward,
};
pub use backup::{Restored, restore};
pub use catalogue::{
    ManufacturerRecord, Picture, PictureKind, ProductFacts, ProductRecord, PutManufacturer, PutPicture,
    PutProduct,
};
pub use ceremony::{
    Assembled, CeremonyError, Draft, HolderKey, NoteCeremony, NotePartner, Prepared, Reading,
    RoleSignatureFile, RootWishes, Signatories, TargetsWishes, assemble, draft_root, draft_targets,
};
pub use changes::{
    ApplyDue, ChangeFilter, ChangeRecord, Changed, DecideChange, Due, ProposeChange, UnitRange,
};
pub use decision::{Answer, Batch, BatchMode, Decision, Once, Order, Reply, WriteReply};
pub use desk::{ForgetReplies, Work};
pub use evidence::{Evidence, EvidenceRefusal};
pub use ids::{
    AwardId, ChangeId, CodeId, LabelId, ManufacturerId, ProductId, PublicationId, RunId, Seq, TokenId,
    UserId, Version,
};
pub use import::{ImportFault, ImportProduct, ImportReport, ImportTable, TableError};
pub use keys::{
    AddKey, ChangeIssuer, CompromiseKey, KeyRecord, KeyUse, Keystore, Recovery, Remint, Reminted, RetireKey,
    Signers,
};
pub use keystore::{KeystoreError, Passphrase, generate, open, store};
pub use lists::ListRecord;
pub use mint::{Minted, mint};
pub use pack::{
    PackKeys, PackOpenError, Partners, PublishedPack, Validities, only_key, owners_documents, publish_pack,
    publish_pack_with, published_targets,
};
pub use partners::{Introduction, PartReading, PartnerList, PartnerRecord, introduce, sign_part, write_part};
pub use people::{Actor, Role, UnknownRole, User};
pub use publication::{AskToPublish, MarkInPack, MarkPublished, PublicationRecord};
pub use publish::{
    Clock, Failure, Health, Keep, LabelFile, PublicationError, Published, Publisher, Settings,
};
pub use refusal::{Refusal, RefusalKind};
pub use runs::{
    BeginRun, CreateRun, FinishRun, MarkRunWritten, RunError, RunFile, RunPlan, RunRecord, RunSigning,
    RunSymbols, Serials, SymbolFile, Unit,
};
pub use status::ListBits;
pub use store::DatabaseUrl;
pub use users::{AddUser, ChangeUser, IssueToken, NewToken, RevokeToken, Token, TokenRecord, UserRecord};
