//! Claims that an honest key signed and that must not be believed.

use super::Vector;
use crate::messages::{
    GTIN, Parts, array, bstr, claim_entries, head, label_members, link, map, path, tstr, uint,
};
use crate::packs::{index, key};

type Entry = (Vec<u8>, Vec<u8>);

fn signed(name: &'static str, fault: &'static str, payload: Vec<u8>, code: &str) -> Vector {
    let seal = Parts::signed(&key("sg"), &path(GTIN), payload).join();
    Vector::fake(name, fault, link(&path(GTIN), &seal), code).with_seal(seal)
}

fn entries() -> Vec<Entry> {
    claim_entries(map(&label_members(3, index::VALID)))
}

/// The claims with a changed list of entries.
fn with_claims(change: impl FnOnce(&mut Vec<Entry>)) -> Vec<u8> {
    let mut entries = entries();
    change(&mut entries);
    map(&entries)
}

/// The claims with a changed label claim.
fn with_members(change: impl FnOnce(&mut Vec<Entry>)) -> Vec<u8> {
    let mut members = label_members(3, index::VALID);
    change(&mut members);
    map(&claim_entries(map(&members)))
}

/// The claims with one member of the label claim replaced.
fn with_member(key: u8, value: Vec<u8>) -> Vec<u8> {
    with_members(|members| {
        let member = members.iter_mut().find(|(k, _)| *k == uint(key.into())).expect("a member of that key");
        member.1 = value;
    })
}

pub(super) fn all() -> Vec<Vector> {
    [spelling(), presence(), values(), characters()].into_iter().flatten().collect()
}

fn spelling() -> Vec<Vector> {
    let whole = map(&entries());
    let float = [vec![0xFB], 1_879_459_200_f64.to_be_bytes().to_vec()].concat();
    vec![
        signed(
            "claims-trailing-byte",
            "A byte follows the claims.",
            [&whole[..], &[0]].concat(),
            "cbor-trailing-bytes",
        ),
        signed(
            "claims-truncated",
            "The claims end too early.",
            whole[..whole.len() - 1].to_vec(),
            "cbor-truncated",
        ),
        signed("claims-empty", "A payload of no bytes.", vec![], "cbor-truncated"),
        signed("claims-none", "An empty map of claims.", map(&[]), "cbor-missing-key"),
        signed(
            "claims-duplicate-key",
            "exp stands twice.",
            with_claims(|e| e.insert(1, e[0].clone())),
            "cbor-duplicate-key",
        ),
        signed("claims-key-order", "iat before exp.", with_claims(|e| e.swap(0, 1)), "cbor-key-order"),
        signed(
            "claims-indefinite-map",
            "A map of indefinite length.",
            [&[0xBF], &whole[1..], &[0xFF]].concat(),
            "cbor-indefinite-length",
        ),
        signed(
            "claims-indefinite-text",
            "Text of indefinite length.",
            with_member(1, [vec![0x7F], tstr("sg.cls-iot"), vec![0xFF]].concat()),
            "cbor-indefinite-length",
        ),
        signed(
            "claims-not-shortest",
            "The level in a longer head than it needs.",
            with_member(3, vec![0x18, 3]),
            "cbor-not-shortest",
        ),
        signed(
            "claims-time-not-shortest",
            "exp in eight bytes where four do.",
            with_claims(|e| e[0].1 = [&[0x1B, 0, 0, 0, 0][..], &e[0].1[1..]].concat()),
            "cbor-not-shortest",
        ),
        signed(
            "claims-float-time",
            "exp as a floating-point number.",
            with_claims(|e| e[0].1 = float),
            "cbor-type",
        ),
        signed(
            "claims-tagged-time",
            "Tag 1 on exp.",
            with_claims(|e| e[0].1 = [head(6, 1), e[0].1.clone()].concat()),
            "cbor-unknown-tag",
        ),
        signed(
            "claims-not-utf8",
            "A brand that is not UTF-8.",
            with_member(8, vec![0x62, 0xC3, 0x28]),
            "cbor-not-utf8",
        ),
        signed(
            "claims-text-key",
            "A claim with a text key.",
            with_claims(|e| e.push((tstr("x"), uint(0)))),
            "cbor-type",
        ),
        signed(
            "claims-redundant-nbf",
            "nbf although it equals the date of award.",
            with_claims(|e| e.insert(1, (uint(5), uint(20_657 * 86_400)))),
            "claim-redundant",
        ),
    ]
}

fn presence() -> Vec<Vector> {
    vec![
        signed("claims-no-exp", "No exp.", with_claims(|e| drop(e.remove(0))), "cbor-missing-key"),
        signed("claims-no-label", "No label claim.", with_claims(|e| drop(e.pop())), "cbor-missing-key"),
        signed("claims-no-iat", "No iat.", with_claims(|e| drop(e.remove(1))), "cbor-missing-key"),
        signed("claims-no-scheme", "No scheme.", with_members(|m| drop(m.remove(0))), "cbor-missing-key"),
        signed(
            "claims-no-specification",
            "No specification version.",
            with_members(|m| drop(m.remove(1))),
            "cbor-missing-key",
        ),
        signed("claims-no-level", "No level.", with_members(|m| drop(m.remove(2))), "cbor-missing-key"),
        signed(
            "claims-no-number",
            "No label number.",
            with_members(|m| drop(m.remove(3))),
            "cbor-missing-key",
        ),
        signed(
            "claims-no-award",
            "No date of award.",
            with_members(|m| drop(m.remove(4))),
            "cbor-missing-key",
        ),
        signed(
            "claims-no-status",
            "No status reference.",
            with_members(|m| drop(m.remove(5))),
            "cbor-missing-key",
        ),
        signed(
            "claims-unknown",
            "A claim without meaning here (iss).",
            with_claims(|e| e.insert(0, (uint(1), tstr("https://a.example")))),
            "cbor-unknown-key",
        ),
        signed(
            "claims-unknown-member",
            "A member without meaning here.",
            with_members(|m| m.push((uint(11), uint(1)))),
            "cbor-unknown-key",
        ),
        signed(
            "claims-names-incomplete",
            "A brand without models.",
            with_members(|m| drop(m.remove(8))),
            "names-incomplete",
        ),
    ]
}

fn values() -> Vec<Vector> {
    let models = |count| array(&vec![tstr("LX-200"); count]);
    vec![
        signed("claims-level-0", "Level 0.", with_member(3, uint(0)), "field-range"),
        signed("claims-level-10", "Level 10.", with_member(3, uint(10)), "field-range"),
        signed("claims-level-300", "A level beyond one byte.", with_member(3, uint(300)), "cbor-range"),
        signed("claims-level-text", "The level as text.", with_member(3, tstr("3")), "cbor-type"),
        signed(
            "claims-scheme-capitals",
            "A scheme in capitals.",
            with_member(1, tstr("SG.CLS-IOT")),
            "field-character",
        ),
        signed("claims-scheme-empty", "An empty scheme.", with_member(1, tstr("")), "field-empty"),
        signed(
            "claims-number-too-long",
            "A label number of 41 characters.",
            with_member(4, tstr(&"1".repeat(41))),
            "field-too-long",
        ),
        signed(
            "claims-brand-reordered",
            "A brand with a character that reorders text.",
            with_member(8, tstr("Lum\u{202E}aro")),
            "field-character",
        ),
        signed(
            "claims-brand-bytes",
            "A brand as a byte string.",
            with_member(8, bstr(b"Lumora")),
            "cbor-type",
        ),
        signed("claims-no-models", "No models.", with_member(9, models(0)), "field-empty"),
        signed("claims-17-models", "Seventeen models.", with_member(9, models(17)), "cbor-range"),
        signed(
            "claims-status-of-3",
            "A status reference of three numbers.",
            with_member(6, array(&[uint(1), uint(0), uint(0)])),
            "cbor-length",
        ),
        signed(
            "claims-status-list-large",
            "A status list number beyond 32 bits.",
            with_member(6, array(&[uint(1 << 32), uint(0)])),
            "cbor-range",
        ),
        signed(
            "claims-status-index-large",
            "A place beyond 32 bits.",
            with_member(6, array(&[uint(1), uint(1 << 32)])),
            "cbor-range",
        ),
        signed(
            "claims-ends-as-it-begins",
            "A validity of no second.",
            with_claims(|e| e[0].1 = uint(20_657 * 86_400)),
            "validity-order",
        ),
        signed(
            "claims-ends-first",
            "A validity that ends before it begins.",
            with_claims(|e| e[0].1 = uint(1_500_000_000)),
            "validity-order",
        ),
        signed(
            "claims-time-too-late",
            "The first second of the year 9999.",
            with_claims(|e| e[0].1 = uint(253_370_764_800)),
            "field-range",
        ),
        signed("claims-negative-time", "A negative time.", with_claims(|e| e[0].1 = head(1, 0)), "cbor-type"),
    ]
}

fn characters() -> Vec<Vector> {
    let character =
        |name, fault, key, text: &str| signed(name, fault, with_member(key, tstr(text)), "field-character");
    let too_long =
        |name, fault, key, text: &str| signed(name, fault, with_member(key, tstr(text)), "field-too-long");
    vec![
        character("claims-specification-sign", "A specification version with a plus.", 2, "1.4+"),
        character("claims-number-letter", "A label number with a letter beyond ASCII.", 4, "CSA/é"),
        character("claims-category-capitals", "A category in capitals.", 7, "Hub"),
        character("claims-brand-control", "A brand that rings a bell.", 8, "Lum\u{7}ora"),
        character(
            "claims-brand-control-c1",
            "A brand with a control character of the second set.",
            8,
            "Lum\u{9B}ora",
        ),
        character("claims-brand-no-width", "A brand with a blank of no width.", 8, "Lum\u{200B}ora"),
        character("claims-brand-new-line", "A brand with a separator of lines.", 8, "Lum\u{2028}ora"),
        character(
            "claims-brand-byte-order",
            "A brand that begins with a byte order mark.",
            8,
            "\u{FEFF}Lumora",
        ),
        character("claims-brand-tags", "A brand with a tag character.", 8, "Lumora\u{E0041}"),
        character(
            "claims-manufacturer-hyphen",
            "A manufacturer with a hyphen that is not seen.",
            10,
            "Lum\u{AD}ora",
        ),
        signed(
            "claims-model-reordered",
            "A model with a character that reorders text.",
            with_member(9, array(&[tstr("LX-200"), tstr("\u{2067}002-XL")])),
            "field-character",
        ),
        too_long(
            "claims-specification-too-long",
            "A specification version of 33 characters.",
            2,
            &"1".repeat(33),
        ),
        too_long("claims-scheme-too-long", "A scheme of 33 characters.", 1, &"a".repeat(33)),
        too_long("claims-brand-too-long", "A brand of 49 characters in 98 bytes.", 8, &"ä".repeat(49)),
        signed(
            "claims-model-too-long",
            "A model of 65 bytes.",
            with_member(9, array(&[tstr(&"1".repeat(65))])),
            "field-too-long",
        ),
    ]
}
