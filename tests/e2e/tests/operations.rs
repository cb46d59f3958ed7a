//! docs/operations/authority.md, followed word by word.

use verilabel_e2e::{Desk, follow_page};

#[test]
fn the_page_can_be_followed_word_by_word() {
    assert!(follow_page(&Desk::new(), "authority.md", &[]) > 15);
}
