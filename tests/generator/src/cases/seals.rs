//! Envelopes and signatures.

use verilabel_label::Gs1Path;
use verilabel_wire::{Profile, Sign};

use super::{Vector, sealed};
use crate::keys::{Impostor, Key};
use crate::messages::{
    GTIN, OTHER_GTIN, Parts, bstr, claim_entries, claims, head, label_members, link, map, path, tstr, uint,
};
use crate::packs::{index, key};

fn payload() -> Vec<u8> {
    map(&claim_entries(map(&label_members(3, index::VALID))))
}

fn honest() -> Parts {
    Parts::signed(&key("sg"), &path(GTIN), payload())
}

/// A seal whose protected header is another, signed with it.
fn with_header(entries: &[(Vec<u8>, Vec<u8>)]) -> Parts {
    with_bytes(map(entries))
}

fn with_bytes(protected: Vec<u8>) -> Parts {
    Parts::signed_with(&key("sg"), &path(GTIN), protected, payload())
}

fn alg() -> (Vec<u8>, Vec<u8>) {
    (uint(1), head(1, 6))
}

fn kid() -> (Vec<u8>, Vec<u8>) {
    (uint(4), bstr(key("sg").key().id().as_bytes()))
}

fn fake(name: &'static str, fault: &'static str, seal: Vec<u8>, code: &str) -> Vector {
    Vector::fake(name, fault, link(&path(GTIN), &seal), code).with_seal(seal)
}

pub(super) fn all() -> Vec<Vector> {
    [envelopes(), headers(), signatures()].into_iter().flatten().collect()
}

fn envelopes() -> Vec<Vector> {
    let whole = honest().join();
    let change = |change: &dyn Fn(&mut Parts)| {
        let mut parts = honest();
        change(&mut parts);
        parts.join()
    };
    vec![
        fake("truncated", "The last byte is missing.", whole[..whole.len() - 1].to_vec(), "cbor-truncated"),
        fake(
            "trailing-byte",
            "A byte follows the message.",
            [&whole[..], &[0]].concat(),
            "cbor-trailing-bytes",
        ),
        fake("no-tag", "The message has no tag.", whole[1..].to_vec(), "cbor-type"),
        fake("tag-sign", "Tag 98, COSE_Sign.", change(&|p| p.tag = head(6, 98)), "cbor-unknown-tag"),
        fake(
            "tag-cwt",
            "Tag 61 around the message.",
            [head(6, 61), whole.clone()].concat(),
            "cbor-unknown-tag",
        ),
        fake("array-of-3", "An array of three.", change(&|p| p.array = head(4, 3)), "cbor-length"),
        fake(
            "array-indefinite",
            "An array of indefinite length.",
            change(&|p| p.array = vec![0x9F]),
            "cbor-indefinite-length",
        ),
        fake(
            "tag-not-shortest",
            "The tag in a longer head than it needs.",
            change(&|p| p.tag = vec![0xD8, 18]),
            "cbor-not-shortest",
        ),
        fake(
            "reserved-head",
            "A head that CBOR reserves.",
            change(&|p| p.array = vec![0x9C]),
            "cbor-reserved",
        ),
        fake(
            "unprotected-key-id",
            "A key id in the unprotected header.",
            change(&|p| p.unprotected = map(&[kid()])),
            "header-unknown",
        ),
        fake(
            "signature-of-63",
            "A signature of 63 bytes.",
            {
                change(&|p| {
                    p.signature.pop();
                })
            },
            "signature-length",
        ),
        fake("signature-empty", "An empty signature.", change(&|p| p.signature.clear()), "signature-length"),
    ]
}

fn headers() -> Vec<Vector> {
    let short_kid = (uint(4), bstr(&key("sg").key().id().as_bytes()[..4]));
    vec![
        fake("algorithm-missing", "No algorithm.", with_header(&[kid()]).join(), "algorithm-missing"),
        fake(
            "algorithm-none",
            "The algorithm is the text \"none\".",
            with_header(&[(uint(1), tstr("none")), kid()]).join(),
            "cbor-type",
        ),
        fake(
            "algorithm-reserved",
            "Algorithm 0, which COSE reserves.",
            with_header(&[(uint(1), uint(0)), kid()]).join(),
            "algorithm-mismatch",
        ),
        fake(
            "algorithm-swapped",
            "EdDSA is named, the key is for ES256.",
            with_header(&[(uint(1), head(1, 7)), kid()]).join(),
            "algorithm-mismatch",
        ),
        fake(
            "algorithm-hmac",
            "HMAC 256/256 is named (5): the public key as a secret.",
            with_header(&[(uint(1), uint(5)), kid()]).join(),
            "algorithm-mismatch",
        ),
        fake("key-id-missing", "No key id.", with_header(&[alg()]).join(), "key-id-missing"),
        fake(
            "key-id-of-4",
            "A key id of four bytes.",
            with_header(&[alg(), short_kid]).join(),
            "key-id-length",
        ),
        fake(
            "critical-header",
            "A header parameter crit.",
            with_header(&[alg(), (uint(2), crate::messages::array(&[uint(4)])), kid()]).join(),
            "header-critical",
        ),
        fake(
            "unknown-header",
            "A header parameter without meaning here (content type).",
            with_header(&[alg(), (uint(3), uint(60)), kid()]).join(),
            "header-unknown",
        ),
        fake(
            "header-twice",
            "The algorithm twice.",
            with_header(&[alg(), alg(), kid()]).join(),
            "cbor-duplicate-key",
        ),
        fake(
            "header-order",
            "The key id before the algorithm.",
            with_header(&[kid(), alg()]).join(),
            "cbor-key-order",
        ),
        fake(
            "header-trailing-byte",
            "A byte follows the protected header.",
            with_bytes([map(&[alg(), kid()]), vec![0]].concat()).join(),
            "cbor-trailing-bytes",
        ),
        fake(
            "header-not-shortest",
            "The algorithm in a longer head than it needs.",
            with_bytes(map(&[(uint(1), vec![0x38, 6]), kid()])).join(),
            "cbor-not-shortest",
        ),
    ]
}

fn signatures() -> Vec<Vector> {
    let (_, seal) = sealed(&claims(3, index::VALID), &path(GTIN), Profile::Named, &key("sg"));
    let unit = |serial: &str| Gs1Path::of_unit(path(GTIN).gtin, serial.parse().expect("a serial number"));
    let (_, unit_seal) = sealed(&claims(3, index::VALID), &unit("1"), Profile::Named, &key("sg"));
    let mut level_up = honest();
    let at = level_up.payload.windows(2).position(|w| w == [3, 3]).expect("the level") + 1;
    level_up.payload[at] = 4;
    let mut bit = honest();
    bit.signature[63] ^= 1;
    let impostor = |honest: Key| {
        let impostor = Impostor { honest, thief: key("a stranger's") };
        sealed(&claims(3, index::VALID), &path(GTIN), Profile::Named, &impostor).1
    };
    let moved = |name, fault, path: &Gs1Path, seal: &[u8]| {
        Vector::fake(name, fault, link(path, seal), "bad-signature").with_seal(seal.to_vec())
    };
    let zero = Parts { signature: vec![0; 64], ..honest() }.join();
    let unread = Parts { payload: vec![0xFF], ..honest() }.join();
    vec![
        fake("level-raised", "Level 3 became level 4 after it was signed.", level_up.join(), "bad-signature"),
        fake("signature-bit", "One bit of the signature is flipped.", bit.join(), "bad-signature"),
        fake("signature-zero", "A signature of zeros.", zero, "bad-signature"),
        fake("claims-unread", "Claims that nobody signed are not looked into.", unread, "bad-signature"),
        moved("moved-to-another-product", "An honest seal on another product.", &path(OTHER_GTIN), &seal),
        moved("moved-to-a-unit", "A model's seal on one box.", &unit("1"), &seal),
        moved("moved-between-units", "The seal of one box on another.", &unit("2"), &unit_seal),
        moved("moved-from-a-unit", "A box's seal on the model.", &path(GTIN), &unit_seal),
        fake(
            "wrong-key",
            "The right key id, and a stranger's signature.",
            impostor(key("sg-eddsa")),
            "bad-signature",
        ),
    ]
}
