//! Labels of a partner of the pack's owner, and what issuers' documents may say in other words.

use super::Vector;
use crate::messages::{GTIN, claims, minted, path, time};
use crate::packs::{index, key};

/// The same with another pack than the base pack.
fn label(signer: &str, level: u8) -> String {
    minted(&claims(level, index::VALID), &path(GTIN), &key(signer))
}

fn good(name: &'static str, fault: &'static str, pack: &str, link: String) -> Vector {
    Vector::good(name, fault, link).pack(pack)
}

pub(super) fn all() -> Vec<Vector> {
    [awards(), parts(), times()].into_iter().flatten().collect()
}

fn awards() -> Vec<Vector> {
    let fake =
        |name, fault, pack: &str, link| Vector::fake(name, fault, link, "issuer-not-entitled").pack(pack);
    vec![
        good(
            "partner-in-force",
            "A partner's label, of a level that both its own document and the owner's let it award.",
            "partner",
            label("partner", 2),
        ),
        fake(
            "partner-beyond-owners-word",
            "A level that the partner's own document lets it award, and the owner's does not.",
            "partner",
            label("partner", 1),
        ),
        fake(
            "partner-beyond-own-word",
            "A level that the owner's document lets the partner award, and its own does not.",
            "partner",
            label("partner", 4),
        ),
    ]
}

fn parts() -> Vec<Vector> {
    let unknown = |name, fault, pack: &str, signer| {
        let vector = Vector::judge(name, fault, label(signer, 2), "cannot-tell", "issuer-unknown");
        vector.pack(pack)
    };
    vec![
        unknown(
            "partner-by-stranger",
            "A stranger signed the partner's part, which is left out.",
            "partner-by-stranger",
            "partner",
        ),
        unknown(
            "partner-without-word",
            "The owner says nothing of what the partner may award: its part is left out.",
            "partner-without-word",
            "partner",
        ),
        unknown("partner-missing", "The partner's part is not there.", "partner-missing", "partner"),
        unknown(
            "partner-list-damaged",
            "A bit of the partner's status list is flipped: its part is left out as a whole.",
            "partner-list-damaged",
            "partner",
        ),
        unknown(
            "partner-has-owners-key",
            "The partner's document has a key of the owner's issuer: its part is left out as a whole.",
            "partner-has-owners-key",
            "partner",
        ),
        good(
            "partner-has-owners-key-owner",
            "A label by that key, which goes on being the key of the owner's issuer.",
            "partner-has-owners-key",
            label("sg-eddsa", 2),
        ),
        unknown(
            "partner-took-key",
            "An earlier partner lists this key and another of this partner's: nobody has them.",
            "partner-took-keys",
            "other",
        ),
        unknown(
            "partner-took-second-key",
            "The same of the other key.",
            "partner-took-keys",
            "other's second",
        ),
        good(
            "partner-took-keys-own-label",
            "A label of the earlier partner by a key that it alone lists.",
            "partner-took-keys",
            label("partner", 2),
        ),
        unknown(
            "partner-took-key-and-name",
            "The earlier partner has the name and the DID of the one whose keys it lists, too.",
            "partner-took-keys-and-name",
            "other",
        ),
        unknown(
            "partner-read-alike",
            "The name of a partner is read like that of an earlier one: its part is left out.",
            "partner-read-alike",
            "other",
        ),
        unknown(
            "partner-strays",
            "The partner lists another issuer's document, which nobody entrusted it with.",
            "partner-strays",
            "other",
        ),
        unknown(
            "partner-strays-in-wide-paths",
            "The owner delegates the paths of all issuers to the partner, who speaks for one issuer all the same.",
            "partner-strays-in-wide-paths",
            "other",
        ),
        good(
            "partner-strays-own-label",
            "A partner that lists a document it is not entrusted with: the rest of its part counts.",
            "partner-strays",
            label("partner", 2),
        ),
        Vector::update(
            "pack-partner-by-stranger",
            "A stranger signed the partner's part, and the rest of the pack stands.",
            &[],
            "partner-by-stranger",
            None,
        ),
    ]
}

/// Times in the spellings that RFC 3339 has for them, in the document of the authority of most vectors.
fn times() -> Vec<Vector> {
    const PACK: &str = "times-in-other-spellings";
    let issued = |signer: &str, when: &str| {
        let claims = verilabel_label::LabelClaims { issued_at: time(when), ..claims(3, index::VALID) };
        minted(&claims, &path(GTIN), &key(signer))
    };
    vec![
        good(
            "key-from-with-offset",
            "The time of the key has an offset, a fraction of zeros and a small t.",
            PACK,
            issued("sg", "2019-01-01T00:00:00Z"),
        ),
        good(
            "key-from-in-small-letters",
            "The time of the key has a small t and a small z.",
            PACK,
            issued("sg-eddsa", "2019-01-01T00:00:00Z"),
        ),
        good(
            "key-from-date",
            "The time of the key is a date, which is its first second in UTC.",
            PACK,
            issued("sg-retired", "2019-01-01T00:00:00Z"),
        ),
        Vector::fake(
            "key-until-with-offset",
            "Signed in the second in which the key was retired, which is told with an offset.",
            issued("sg-retired", "2025-01-01T00:00:00Z"),
            "key-not-in-use",
        )
        .pack(PACK),
    ]
}
