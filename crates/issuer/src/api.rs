//! The HTTP interface of an authority: JSON over HTTP/1.1, described by an OpenAPI 3.1 document.
//!
//! - Refusals are problem documents (RFC 9457) of stable types, `urn:verilabel:problem:<code>`.
//! - Every POST bears an `Idempotency-Key`; its answer is kept in the transaction of the change that it made,
//!   and given again to whoever asks again.
//! - What is changed bears an entity tag; PATCH, PUT and approvals say by `If-Match` which version was seen
//!   (RFC 9110 §13.1.1, RFC 6585 §3).
//! - Bearer tokens (RFC 6750): the authority's own, or those of an OpenID provider.
//!
//! **Invariant:** nothing here decides. A handler reads a request strictly, hands one [`Decision`](crate::Decision)
//! to the desk, which checks roles and rules and records refusals too, and writes the answer. The cause of a fault
//! goes to the log, and not to the client; tokens and bodies go to neither.

mod app;
mod auth;
mod body;
mod config;
mod document;
mod gate;
mod headers;
mod log;
mod media;
mod metrics;
mod observe;
mod once;
mod page;
mod patch;
mod problem;
mod routes;
mod server;

pub use app::{Clock, Parts, Publisher, PublisherHealth};
pub use auth::{JwsAlgorithm, OpenId, OpenIdError};
pub use config::{Config, Limits};
pub use document::openapi;
pub use log::json_logs;
pub use server::{ServeError, Server, serve};
