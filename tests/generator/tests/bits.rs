//! No single flipped bit of a link's path or payload gives another authentic label.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

mod common;

use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_trust::TrustPack;
use verilabel_vectors::messages::{GTIN, claims, minted, path};
use verilabel_vectors::packs::{index, key};
use verilabel_verify::{Outcome, Policy, Question, judge};
use verilabel_wire::LabelLink;

use common::pack;

const AT: &str = verilabel_vectors::AT;

fn is_authentic(link: &str, pack: &TrustPack) -> bool {
    let verdict = judge(link, pack, &Question::default(), &Policy::default(), AT.parse().unwrap());
    matches!(verdict.outcome, Outcome::Authentic(_))
}

/// Every link that differs in one bit after the host.
fn flipped(link: &str) -> impl Iterator<Item = String> {
    let start = link.find("/01/").unwrap();
    (start * 8..link.len() * 8).filter_map(move |bit| {
        let mut bytes = link.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        String::from_utf8(bytes).ok()
    })
}

fn check(link: &str, claims_are_signed_for: &Gs1Path) {
    let pack = pack();
    assert!(is_authentic(link, &pack));
    let honest = LabelLink::parse(link).unwrap();
    assert_eq!(honest.path, *claims_are_signed_for);
    let mut tried = 0;
    for flipped in flipped(link) {
        tried += 1;
        if is_authentic(&flipped, &pack) {
            // Only another spelling of the same path (RFC 3986 §2.1: %2F and %2f) is the same label.
            let other = LabelLink::parse(&flipped).unwrap();
            assert_eq!((other.path, other.seal), (honest.path.clone(), honest.seal.clone()), "{flipped}");
            assert!(link.contains('%'), "{flipped}");
        }
    }
    assert!(tried > 3_000, "{tried} links");
}

fn honest() -> LabelClaims {
    claims(3, index::VALID)
}

#[test]
fn of_a_product() {
    for name in ["sg", "sg-eddsa"] {
        check(&minted(&honest(), &path(GTIN), &key(name)), &path(GTIN));
    }
}

#[test]
fn of_a_unit() {
    for serial in ["LX-42", "A/1<2"] {
        let unit = Gs1Path::of_unit(GTIN.parse().unwrap(), serial.parse().unwrap());
        check(&minted(&honest(), &unit, &key("sg-eddsa")), &unit);
    }
}
