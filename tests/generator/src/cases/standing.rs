//! Dates and status lists.

use verilabel_label::{LabelClaims, StatusRef};

use super::Vector;
use crate::messages::{GTIN, claims, minted, path, validity};
use crate::packs::{index, key};

fn link(claims: &LabelClaims) -> String {
    minted(claims, &path(GTIN), &key("sg"))
}

fn at_index(index: u32) -> LabelClaims {
    claims(3, index)
}

fn in_list(list: u32, index: u32) -> LabelClaims {
    LabelClaims { status: StatusRef { list, index }, ..claims(3, index::VALID) }
}

pub(super) fn all() -> Vec<Vector> {
    [dates(), decisions(), doubts()].into_iter().flatten().collect()
}

fn dates() -> Vec<Vector> {
    let until_now = |until: &str| LabelClaims { validity: validity("2026-07-23", until), ..at_index(0) };
    let from = |from: &str| LabelClaims { validity: validity(from, "2029-07-23"), ..at_index(0) };
    let judge = |name, fault, claims: &LabelClaims, code| {
        Vector::judge(name, fault, link(claims), "out-of-date", code)
    };
    vec![
        judge("expired", "Expired some weeks ago.", &until_now("2026-10-01"), "expired"),
        judge(
            "expired-this-second",
            "Expires in the second judged for.",
            &until_now("2026-11-22T09:00:00Z"),
            "expired",
        ),
        Vector::good(
            "expires-next-second",
            "Expires a second later.",
            link(&until_now("2026-11-22T09:00:01Z")),
        ),
        judge("not-yet-valid", "Begins next year.", &from("2027-01-01"), "not-yet-valid"),
        judge("begins-next-second", "Begins a second later.", &from("2026-11-22T09:00:01Z"), "not-yet-valid"),
        Vector::good(
            "begins-this-second",
            "Begins in the second judged for.",
            link(&from("2026-11-22T09:00:00Z")),
        ),
    ]
}

fn decisions() -> Vec<Vector> {
    let revoked =
        |name, fault, claims: &LabelClaims, code| Vector::judge(name, fault, link(claims), "revoked", code);
    let expired = |index| LabelClaims { validity: validity("2026-07-23", "2026-10-01"), ..at_index(index) };
    vec![
        revoked("suspended", "Suspended.", &at_index(index::SUSPENDED), "suspended"),
        revoked("withdrawn", "Withdrawn.", &at_index(index::WITHDRAWN), "withdrawn"),
        revoked("withdrawn-and-expired", "Withdrawn, and expired.", &expired(index::WITHDRAWN), "withdrawn"),
        revoked(
            "suspended-in-an-old-list",
            "Suspended in a list that has expired: a decision against a label holds.",
            &in_list(2, index::SUSPENDED),
            "suspended",
        ),
        revoked(
            "withdrawn-in-an-old-list",
            "Withdrawn in a list that has expired.",
            &in_list(2, index::WITHDRAWN),
            "withdrawn",
        ),
        revoked(
            "withdrawn-in-a-list-from-the-future",
            "Withdrawn in a list that was made after the time judged for.",
            &in_list(4, index::WITHDRAWN),
            "withdrawn",
        ),
    ]
}

fn doubts() -> Vec<Vector> {
    let doubt = |name, fault, claims: &LabelClaims, code| {
        Vector::judge(name, fault, link(claims), "cannot-tell", code)
    };
    vec![
        doubt("status-expired", "The status list has expired.", &in_list(2, 0), "status-expired"),
        doubt(
            "status-too-old",
            "The status list is older than the policy allows.",
            &in_list(3, 0),
            "status-too-old",
        )
        .max_status_age(20 * 86_400),
        doubt(
            "status-no-expiry",
            "The status list does not say until when it is good, and no policy says how old it may be.",
            &in_list(3, 0),
            "status-no-expiry",
        ),
        Vector::good(
            "status-old-enough",
            "The same list under a policy that allows its age.",
            link(&in_list(3, 0)),
        )
        .max_status_age(22 * 86_400),
        Vector::good(
            "status-as-old-as-allowed",
            "A list of just the age that the policy allows.",
            link(&in_list(3, 0)),
        )
        .max_status_age(21 * 86_400 + 9 * 3_600),
        doubt(
            "status-too-old-before-its-expiry",
            "A list that is good for days is older than the policy allows.",
            &at_index(index::VALID),
            "status-too-old",
        )
        .max_status_age(3 * 3_600 - 1),
        doubt(
            "status-before-level",
            "An old status list, and a level that is too low: the standing comes first.",
            &LabelClaims { level: 1.try_into().expect("a level"), ..in_list(2, 0) },
            "status-expired",
        )
        .minimum_level("sg.cls-iot:2"),
        Vector::good(
            "pack-past-its-expiry",
            "The trust pack has expired: verdicts go on, and say so.",
            link(&at_index(index::VALID)),
        )
        .pack("expired"),
        doubt(
            "status-from-the-future",
            "The status list was made after the time judged for.",
            &in_list(4, 0),
            "status-from-the-future",
        ),
        doubt(
            "status-list-by-a-stranger",
            "None of the issuer's keys signed the status list.",
            &in_list(5, 0),
            "status-list-not-believable",
        ),
        doubt(
            "status-list-of-another-number",
            "The status list says that it is another one.",
            &in_list(6, 0),
            "status-list-mismatch",
        ),
        doubt(
            "status-list-missing",
            "The pack has no such status list.",
            &in_list(99, 0),
            "status-list-missing",
        ),
        doubt(
            "status-no-entry",
            "The status list has no such entry.",
            &at_index(index::BEYOND),
            "status-no-entry",
        ),
        doubt(
            "status-no-meaning",
            "The entry has a value without meaning.",
            &at_index(index::MEANINGLESS),
            "status-no-meaning",
        ),
    ]
}
