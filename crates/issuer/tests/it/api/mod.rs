//! The HTTP interface over real connections.

pub(crate) mod house;

mod awards;
mod bad_input;
mod crowd;
mod document;
mod limits;
mod logs;
mod open_id;
mod outage;
mod rest;
mod roles;
mod schemathesis;
mod shutdown;
mod tokens;
