//! The verifier for browsers and Node. JavaScript hands over bytes, a time and a question, keeps what is to be
//! remembered, and shows what comes back.
//!
//! [`Verifier`] is that in Rust; `binding` gives it to JavaScript (on wasm32 alone) and only converts.
//!
//! **Invariant:** no check is made here that the other verifiers do not make. What was accepted once is never
//! replaced by something older, as long as the memory is handed back.

#[cfg(target_arch = "wasm32")]
mod binding;
mod memory;
mod refusal;
mod state;
mod verifier;

pub use memory::Memory;
pub use refusal::Refusal;
pub use state::PackState;
pub use verifier::{Asked, Verifier};
