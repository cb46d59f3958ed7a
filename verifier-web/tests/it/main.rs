//! The program over real sockets: what is served, with which headers, and how it ends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done fails the test")]

mod files;
mod http;
mod life;
mod place;
mod publication;
mod tls;
