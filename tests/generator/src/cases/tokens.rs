//! Status list tokens: what makes one count, and what does not.

use verilabel_label::{LabelClaims, StatusRef};

use super::Vector;
use crate::messages::{GTIN, claims, minted, path};
use crate::packs::{index, key};
use crate::tokens::list;

fn link(list: u32, index: u32) -> String {
    let claims = LabelClaims { status: StatusRef { list, index }, ..claims(3, index) };
    minted(&claims, &path(GTIN), &key("sg"))
}

pub(super) fn all() -> Vec<Vector> {
    [believed(), said(), not_believed()].into_iter().flatten().map(|vector| vector.pack("tokens")).collect()
}

fn believed() -> Vec<Vector> {
    let good = |name, fault, list| Vector::good(name, fault, link(list, index::VALID));
    vec![
        good("token-status-key", "A key that signs status lists and nothing else.", list::STATUS_KEY),
        good("token-type-number", "The type by its number among CoAP's formats.", list::TYPE_NUMBER),
        good("token-key-id-unprotected", "The key id in the unprotected header.", list::UNPROTECTED),
        good("token-time-to-live", "No expiry, and a time to live that is not over.", list::TIME_TO_LIVE),
        good("token-float-times", "Times with fractions of a second.", list::FLOATS),
        good(
            "token-long-heads",
            "Heads longer than they need to be, claims in another order.",
            list::LONG_HEADS,
        ),
        good("token-text-claim", "A claim that is named by text.", list::TEXT_CLAIM),
        good("token-made-now", "Made in the second judged for.", list::MADE_NOW),
    ]
}

fn said() -> Vec<Vector> {
    let judge = |name, fault, (list, index), conclusion, code| {
        Vector::judge(name, fault, link(list, index), conclusion, code)
    };
    vec![
        judge(
            "token-of-1-bit",
            "Entries of one bit: withdrawn or not.",
            (list::BITS_1, index::WITHDRAWN),
            "revoked",
            "withdrawn",
        ),
        judge(
            "token-of-8-bits",
            "Entries of eight bits.",
            (list::BITS_8, index::SUSPENDED),
            "revoked",
            "suspended",
        ),
        judge(
            "token-expires-now",
            "Expires in the second judged for.",
            (list::EXPIRES_NOW, index::VALID),
            "cannot-tell",
            "status-expired",
        ),
        judge(
            "token-outlived",
            "Without an expiry, and its time to live is over.",
            (list::OUTLIVED, index::VALID),
            "cannot-tell",
            "status-expired",
        ),
        judge(
            "token-of-another-issuer",
            "The list of that number of another issuer.",
            (list::ANOTHERS, index::VALID),
            "cannot-tell",
            "status-list-mismatch",
        ),
    ]
}

fn not_believed() -> Vec<Vector> {
    let not = |name, fault, list| {
        Vector::judge(name, fault, link(list, index::VALID), "cannot-tell", "status-list-not-believable")
    };
    vec![
        not("token-wrong-key", "The authority's key id, and a stranger's signature.", list::STRANGER),
        not("token-key-distrusted", "Signed with a stolen key.", list::DISTRUSTED),
        not("token-key-retired", "Signed with a key that was retired before.", list::RETIRED),
        not("token-seal-key", "Signed with a key that signs seals and nothing else.", list::SEAL_KEY),
        not("token-anothers-key", "Signed with another issuer's key.", list::ANOTHERS_KEY),
        not("token-algorithm", "EdDSA is named, the key is for ES256.", list::ALGORITHM),
        not("token-type", "The type of another kind of token.", list::TYPE),
        not("token-no-type", "No type.", list::NO_TYPE),
        not("token-critical", "A header parameter crit.", list::CRITICAL),
        not("token-no-key-id", "No key id.", list::NO_KEY_ID),
        not("token-trailing-byte", "A byte follows the compressed list.", list::TRAILING),
        not("token-unfinished", "The compressed list ends too early.", list::UNFINISHED),
        not("token-tag-cwt", "Tag 61 around the token.", list::TAG_61),
        not("token-claim-twice", "exp stands twice.", list::TWICE),
        not("token-indefinite-map", "A map of indefinite length.", list::INDEFINITE),
    ]
}
