//! What a label of one scheme counts as elsewhere: the register of schemes and arrangements, and the
//! pure function that decides and explains.
//!
//! The register is one JSON file (`docs/spec/register.md`, form `verilabel-register/1`). It says what
//! was read in which text and how sure we are; what is unknown stays unknown in it. A [`Register`]
//! exists only well-formed: every reference resolves, every level exists, no two rows of an
//! arrangement speak about the same label on the same day.
//!
//! [`Register::recognise`] takes a [`Subject`], a market and a date, and gives a [`Recognition`]: the
//! findings, or a reason for each row that was considered. Recognition is directional. There is no
//! wildcard and no default: a pair of schemes without a row is not recognised.
//!
//! **Invariant:** no I/O, no clock, no randomness. A [`Finding`] rests on exactly one row of one
//! arrangement; rows are never combined, and levels of two schemes are never compared.

mod arrangement;
mod check;
mod effect;
mod error;
mod evaluate;
mod map;
mod recognition;
mod register;
mod scheme;
mod text;
mod words;

pub use arrangement::{
    Arrangement, ArrangementDates, Cooperation, Levels, Mapping, Mode, Row, Scope, ScopeMatch,
};
pub use effect::{Basis, Effect, Month, Start};
pub use error::{Entry, RegisterError};
pub use evaluate::Subject;
pub use map::{Highlight, map_svg};
pub use recognition::{Cause, Caveat, Citation, Finding, Own, Recognition, WhyNot};
pub use register::Register;
pub use scheme::{
    Category, Certainty, Fact, Issuing, Kind, Mandatory, MarketEntry, Rung, Scheme, Source, SourceStanding,
    Stage, ValidityRule,
};
pub use text::{ArrangementId, CooperationId, RowId, SourceId, Text, TextError};
