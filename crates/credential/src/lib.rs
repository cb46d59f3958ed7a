//! The label credential: the same label as its seal, in the form that systems exchange.
//!
//! - a **label credential** is a W3C Verifiable Credential (VCDM 2.0) secured as `vc+jwt` (Securing Verifiable
//!   Credentials using JOSE and COSE, §3.1.1): docs/spec/credential.md;
//! - a **Bitstring status list credential** (W3C Bitstring Status List v1.0) says which labels are withdrawn or
//!   suspended, at the same places as the Token Status List;
//! - a **DID document** (did:web) publishes the keys of an issuer, retired ones too.
//!
//! Types and signing hook are those of crate ssi; envelopes are read by `verilabel-wire`, like those of seals.
//! Data Integrity proofs, profiles of UNTP and wallet protocols would each be a module beside these.
//!
//! **Invariant:** nothing is fetched: the JSON-LD contexts are bundled and recognised by name. What is signed is
//! first read back by the same code that verifiers use. No clock, no randomness, no I/O.

mod bitstring;
mod did;
mod error;
mod label;
mod sign;
mod status;
mod vcdm;

pub use bitstring::{BitstringError, BitstringList, StatusPurpose};
pub use did::did_document;
pub use error::{CredentialError, IssueError};
pub use label::{LabelCredential, issue, parse};
pub use status::{StatusListCredential, issue_status_list, parse_status_list};
pub use vcdm::{LABEL_CONTEXT, LABEL_CONTEXT_DOCUMENT};
