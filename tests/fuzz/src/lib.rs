//! What the fuzz targets share: seeds, mutations of JSON, and a repository whose keys the fuzzer holds.
//!
//! A target takes the bytes of one parser and asserts what must hold whatever they are: what is read is written
//! back as it was, a second spelling is refused, nothing is believed that nobody signed.
//!
//! **Invariant:** seeds are derived from the test vectors, the register and the fixtures of the tests that are
//! checked in, and written outside the sources. Nothing here reads a clock or draws a random number: a finding
//! is found again from its input alone.

pub mod json;
pub mod pack;
pub mod refusal;
pub mod seeds;
