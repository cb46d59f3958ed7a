//! The issuing authority: it keeps keys, takes awards, mints seals and links, keeps their status, and
//! publishes what verifiers need.
//!
//! Durable first: an award and its status index are on disk before anything is signed, and a signature is
//! recorded before it is handed out. Whatever dies when, nothing is lost and no index is used twice.
//!
//! **Invariant:** private keys rest encrypted (JWE, PBES2) and are in the clear only inside a
//! [`SigningKey`](verilabel_wire::SigningKey). No clock; randomness is handed in. Nothing here is ever
//! reachable from a network.

mod artwork;
mod authority;
mod award;
mod journal;
mod keystore;
mod mint;
mod pack;

pub use artwork::Artwork;
pub use authority::{Authority, AuthorityError, StatusChange};
pub use award::{AwardRefusal, LabelAward};
pub use journal::{Journal, JournalError, Record};
pub use keystore::{KeystoreError, Passphrase, generate, open, store};
pub use mint::{Minted, mint};
pub use pack::{PackKeys, PackOpenError, Validities, publish_pack};
