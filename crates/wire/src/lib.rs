//! From outside bytes to authentic statements.
//!
//! - the **seal**: COSE_Sign1 (RFC 9052 §4.2) over CWT claims (RFC 8392) in deterministic CBOR
//!   (RFC 8949 §4.2), bound to a GS1 path by its external additional authenticated data;
//! - the **label link**: a GS1 Digital Link URI (URI Syntax 1.6) whose fragment carries the seal;
//! - the **status list token**: Token Status List in CWT form;
//! - the **compact JWS** (RFC 7515 §7.1) that secures label credentials and their status lists.
//!
//! Bytes take one way: [`Sealed`] (only an untrusted key hint can be read) → [`Authentic`] (the
//! signature holds under one key; nothing is said of trust, time or status).
//!
//! **Invariant:** a payload is decoded in [`Sealed::open`] only, after its signature held, and what is
//! verified are the bytes received, never a re-encoding. No I/O, no clock; randomness is handed in.

mod budget;
mod cbor;
mod cose;
mod crypto;
mod digits;
mod envelope;
mod inflate;
mod json;
mod jws;
mod link;
mod seal;
mod sealed;
mod status_list;

pub use budget::Budget;
pub use cbor::CborError;
pub use crypto::{Algorithm, BadSignature, KeyId, PublicKey, Sign, SignError, VerifySignature, sha256};
#[cfg(not(target_arch = "wasm32"))]
pub use crypto::{NotAKey, SigningKey};
pub use digits::DigitsError;
pub use envelope::EnvelopeError;
pub use inflate::Inflate;
pub use json::{JsonError, strict_json};
pub use jws::JwsRules;
pub use link::{LabelLink, LinkBase, LinkError, canonical_path};
pub use seal::{Profile, seal};
pub use sealed::{
    Authentic, KeyHint, NamedAlgorithm, OpenError, Payload, PayloadError, Sealed, StatementDigest, WrongKey,
    unverified_claims,
};
pub use status_list::{StatusList, StatusListError, StatusListToken, sign_status_list};
