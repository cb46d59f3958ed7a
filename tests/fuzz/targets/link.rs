//! A label link: parsing never panics, and what parses is written back as the same link.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_wire::{LabelLink, LinkBase};

fuzz_target!(|text: &str| {
    let Ok(link) = LabelLink::parse(text) else { return };
    let base = LinkBase::new(&format!("https://{}", link.host)).expect("a host that parsed is a base");
    let written = base.link(&link.path, &link.seal);
    let again = LabelLink::parse(&written).expect("what is written parses");
    assert_eq!((again.path, again.seal), (link.path, link.seal));
    // A fragment has one spelling.
    assert_eq!(written.split_once('#').map(|(_, f)| f), text.split_once('#').map(|(_, f)| f));
});
