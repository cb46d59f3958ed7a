//! From outside bytes to authentic statements.
//!
//! - the **seal**: COSE_Sign1 (RFC 9052 §4.2) over CWT claims (RFC 8392) in deterministic CBOR
//!   (RFC 8949 §4.2), bound to a GS1 path by its external additional authenticated data;
//! - the **label link**: a GS1 Digital Link URI (URI Syntax 1.6) whose fragment carries the seal;
//! - the **status list token**: Token Status List in CWT form.
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
mod link;
mod seal;
mod status_list;

pub use budget::Budget;
pub use cbor::CborError;
pub use cose::{Authentic, EnvelopeError, KeyHint, OpenError, Payload, PayloadError, Sealed};
pub use crypto::{
    Algorithm, BadSignature, KeyId, NotAKey, PublicKey, Sign, SignError, SigningKey, VerifySignature, sha256,
};
pub use digits::DigitsError;
pub use link::{LabelLink, LinkBase, LinkError};
pub use seal::{Profile, seal, unverified_claims};
pub use status_list::{StatusList, StatusListError, StatusListToken, sign_status_list};
