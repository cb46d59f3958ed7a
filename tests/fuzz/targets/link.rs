//! A label link: what is read is written back, and its seal has one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_fuzz::{refusal, seeds};
use verilabel_wire::{LabelLink, LinkBase};

/// Most characters of a QR code, and of a link that is read.
const MOST: usize = 7_089;

fuzz_target!(init: seeds::plant(seeds::links), |bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let link = match LabelLink::parse(text) {
        Ok(link) => link,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let base = LinkBase::new(&format!("https://{}", link.host)).expect("a host that was read is a base");
    let written = base.link(&link.path, &link.seal);
    assert_eq!(fragment(&written), fragment(text), "a second spelling of one seal");
    // The canonical path may be longer than the one that was read.
    if written.len() <= MOST {
        let again = LabelLink::parse(&written).expect("what is written is read");
        assert_eq!((again.host, again.path, again.seal), (link.host, link.path, link.seal));
    }
});

fn fragment(link: &str) -> Option<&str> {
    link.split_once('#').map(|(_, fragment)| fragment)
}
