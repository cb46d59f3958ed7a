//! docs/operations/ceremony.md, followed word by word: holders, two agencies and a mirror.

use verilabel_e2e::{Desk, Mirror, follow_page};

#[test]
fn the_page_can_be_followed_word_by_word() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("public")).expect("a folder can be made");
    let mirror = Mirror::of(&desk.path("public"));
    assert!(follow_page(&desk, "ceremony.md", &[("MIRROR", &mirror.url)]) > 12);
}
