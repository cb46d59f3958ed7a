//! The test vectors: one fault each, with the verdict that is due.
//!
//! `cargo xtask vectors` writes them below `tests/vectors/`; the same folders drive the native library, the
//! command line and the WebAssembly build. What is due is written here by hand and never computed by the
//! verifier. Signatures are deterministic (RFC 6979 by crate p256, Ed25519), so that the same source writes the
//! same bytes.
//!
//! **Invariant:** nothing here verifies anything.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a generator that cannot go on stops, and says where"
)]

pub mod cases;
pub mod credentials;
pub mod keys;
pub mod messages;
pub mod packs;
pub mod tokens;
pub mod write;

/// The time that most vectors are judged for.
pub const AT: &str = "2026-11-22T09:00:00Z";
