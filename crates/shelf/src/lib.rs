//! The specimen shelf: invented products, minted by specimen authorities that stand in for the scheme owners of
//! the real register; and boxes that nobody should believe. For each, the verdict that is due in five markets.
//!
//! Every name, card and picture says that it is a specimen.
//!
//! **Invariant:** what is due is written by hand in [`boxes`] and never computed by the verifier. No clock;
//! randomness is handed in.

pub mod authorities;
pub mod boxes;
pub mod expected;
pub mod make;
mod page;
mod picture;
mod service;

/// What every specimen is shown with.
pub const NOTICE: &str = "SPECIMEN: issued by no scheme owner; the product is invented";

/// The markets that the shelf is judged for.
pub const MARKETS: [&str; 5] = ["SG", "GB", "DE", "KR", "FI"];
