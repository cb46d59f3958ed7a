//! Trust packs: what a client accepts and refuses, and what partners may say.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

mod client;
mod common;
mod partners;
