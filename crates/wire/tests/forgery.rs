//! Neither state of a message can be made except by the way that verifies it.

#[test]
fn states_cannot_be_forged() {
    trybuild::TestCases::new().compile_fail("tests/forgery/*.rs");
}
