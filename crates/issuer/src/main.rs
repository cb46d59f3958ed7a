//! `verilabel-issuer`
fn main() {}
