//! Keys, issuers, and updates of trust packs.

use verilabel_label::{LabelClaims, SchemeId};
use verilabel_wire::Profile;

use super::{Vector, sealed};
use crate::messages::{GTIN, OTHER_GTIN, claims, minted, path, time};
use crate::packs::{index, key, stolen_but_confirmed};

pub(super) fn all() -> Vec<Vector> {
    [keys(), updates()].into_iter().flatten().collect()
}

fn keys() -> Vec<Vector> {
    let of = |name: &str, claims: &LabelClaims| minted(claims, &path(GTIN), &key(name));
    let issued = |when: &str| LabelClaims { issued_at: time(when), ..claims(3, index::VALID) };
    let scheme = |id: &str| id.parse::<SchemeId>().expect("a scheme");
    let (colliding, seal) =
        sealed(&claims(3, index::VALID), &path(GTIN), Profile::Named, &key("colliding-b"));
    vec![
        Vector::judge(
            "issuer-unknown",
            "A key that the trust pack does not know: neither genuine nor false.",
            of("a stranger's", &claims(3, index::VALID)),
            "cannot-tell",
            "issuer-unknown",
        ),
        Vector::good(
            "colliding-key-ids",
            "Two keys of the pack have this key id, and the second one signed: every match is tried.",
            colliding,
        )
        .with_seal(seal),
        Vector::good(
            "key-retired",
            "Signed while the key was in use; it is retired now.",
            of("sg-retired", &issued("2024-12-31T23:59:59Z")),
        ),
        Vector::fake(
            "key-used-after-retirement",
            "Signed in the second in which the key was retired.",
            of("sg-retired", &issued("2025-01-01T00:00:00Z")),
            "key-not-in-use",
        ),
        Vector::fake(
            "key-used-too-early",
            "Signed before the key was made.",
            of("sg-retired", &issued("2018-12-31T23:59:59Z")),
            "key-not-in-use",
        ),
        Vector::fake(
            "key-distrusted",
            "A stolen key, and a date long before the theft: the date does not count.",
            of("sg-distrusted", &issued("2020-01-01T00:00:00Z")),
            "key-distrusted",
        ),
        Vector::good(
            "key-distrusted-confirmed",
            "A stolen key, and a label that its issuer confirms: signed again over the same bytes, it says the same.",
            of("sg-distrusted", &stolen_but_confirmed()),
        ),
        Vector::fake(
            "key-distrusted-number-reused",
            "A stolen key, and the number, dates and place in the list of a confirmed label, at a higher level.",
            of(
                "sg-distrusted",
                &LabelClaims { level: claims(4, index::VALID).level, ..stolen_but_confirmed() },
            ),
            "key-distrusted",
        ),
        Vector::fake(
            "key-distrusted-another-product",
            "A stolen key, and the claims of a confirmed label on another product.",
            minted(&stolen_but_confirmed(), &path(OTHER_GTIN), &key("sg-distrusted")),
            "key-distrusted",
        ),
        Vector::fake(
            "key-for-status-only",
            "A key that signs status lists only.",
            of("sg-status-only", &claims(3, index::VALID)),
            "key-purpose",
        ),
        Vector::fake(
            "level-beyond-entitlement",
            "An issuer that may award levels 1 and 2 awards level 3.",
            of("lab", &claims(3, index::VALID)),
            "issuer-not-entitled",
        ),
        Vector::good(
            "level-within-entitlement",
            "The same issuer awards level 2.",
            of("lab", &claims(2, index::VALID)),
        ),
        Vector::fake(
            "scheme-beyond-entitlement",
            "An issuer awards a label of another's scheme.",
            of("fi", &claims(1, index::VALID)),
            "issuer-not-entitled",
        ),
        Vector::judge(
            "level-unknown",
            "A level that the register's scheme lacks, from an issuer that may award it.",
            of("sg", &claims(5, index::VALID)),
            "cannot-tell",
            "unknown-level",
        ),
        Vector::judge(
            "scheme-unknown",
            "A scheme that the register lacks, from an issuer that may award it.",
            of("sg", &LabelClaims { scheme: scheme("xx.unknown"), ..claims(1, index::VALID) }),
            "cannot-tell",
            "unknown-scheme",
        ),
    ]
}

fn updates() -> Vec<Vector> {
    let refused = |name, fault, before: &[&str], pack: &str, code| {
        Vector::update(name, fault, before, pack, Some(code))
    };
    vec![
        Vector::update("pack-first", "A first pack.", &[], "base", None),
        Vector::update("pack-newer", "A newer pack.", &["older"], "base", None),
        Vector::update("pack-same", "The same pack again.", &["base"], "base", None),
        refused(
            "pack-rolled-back",
            "An older pack after a newer one.",
            &["base"],
            "older",
            "pack-rolled-back",
        ),
        refused("pack-expired", "A pack past its expiry.", &[], "expired", "pack-expired"),
        refused("pack-mixed", "A snapshot of another release.", &[], "mixed", "pack-mixed"),
        refused(
            "pack-too-few-signatures",
            "One of two targets keys signed.",
            &[],
            "one-targets-key",
            "pack-too-few-signatures",
        ),
        refused(
            "pack-signed-twice-by-one",
            "A timestamp that bears the same signature twice.",
            &[],
            "timestamp-signed-twice",
            "metadata-duplicate-signature",
        ),
        refused(
            "pack-damaged-register",
            "A bit of the register is flipped.",
            &[],
            "damaged-register",
            "pack-wrong-hash",
        ),
        refused(
            "pack-longer-register",
            "The register is a byte longer.",
            &[],
            "longer-register",
            "pack-wrong-length",
        ),
        refused("pack-truncated", "A truncated timestamp.", &[], "truncated-timestamp", "metadata-truncated"),
        refused("pack-no-timestamp", "No timestamp.", &[], "no-timestamp", "pack-incomplete"),
        refused("pack-no-snapshot", "No snapshot.", &[], "no-snapshot", "pack-incomplete"),
        refused("pack-no-register", "No register.", &[], "no-register", "pack-incomplete"),
    ]
}
