//! Ceremonies: root and targets metadata of a trust pack, signed by several holders on machines of their own.
//!
//! ```text
//! key file      a holder's public key, with a name for people
//! draft         what is to be signed, what it takes the place of, and the documents that it lists
//! signature     one holder's
//! ```
//!
//! Only these files go from one machine to the other. The coordinator makes a draft, each holder reads it in words
//! and signs it, and the coordinator puts the signatures together. With one holder the same is done on one machine.
//!
//! **Invariant:** a holder trusts nobody else's machine. A draft is signed only if all of it can be shown, follows on
//! what it takes the place of, and is for a role that the holder's key speaks for. What is put together counts only
//! if a client of the pack takes it.

mod assemble;
mod draft;
mod error;
mod file;
mod note;
mod words;

pub use assemble::{Assembled, Prepared, assemble};
pub use draft::{RootWishes, Signatories, TargetsWishes, draft_root, draft_targets};
pub use error::CeremonyError;
pub use file::{Draft, HolderKey, RoleSignatureFile};
pub use note::{NoteCeremony, NotePartner};
pub use words::Reading;

pub(crate) use words::describe;
