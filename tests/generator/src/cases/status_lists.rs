//! Status lists that are handed in as credentials, with an honest label in place `VALID` of list 1.

use serde_json::{Value, json};
use verilabel_wire::Sign;

use super::Vector;
use crate::credentials::{DID, LIST_BYTES, List, header, jws, key_url, payload, signed, text};
use crate::keys::Impostor;
use crate::messages::{GTIN, claims, path};
use crate::packs::{index, key};

pub(super) fn label(index: u32) -> String {
    signed(&payload(&claims(3, index), &path(GTIN)), &key("sg"))
}

pub(super) fn by_us(list: &List) -> String {
    list.signed(&key("sg"))
}

pub(super) fn revocation() -> List {
    List::of("revocation")
}

pub(super) fn suspension() -> List {
    List::of("suspension")
}

pub(super) fn judge(
    name: &'static str,
    fault: &'static str,
    lists: &[String],
    conclusion: &str,
    code: &str,
) -> Vector {
    Vector::judge(name, fault, String::new(), conclusion, code)
        .with_credential(label(index::VALID))
        .with_status_lists(lists)
}

pub(super) fn refused(name: &'static str, fault: &'static str, list: String, code: &str) -> Vector {
    Vector::refuse_list(name, fault, code).with_credential(label(index::VALID)).with_status_lists(&[list])
}

pub(super) fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut payload = revocation().payload();
    change(&mut payload);
    signed(&payload, &key("sg"))
}

pub(super) fn all() -> Vec<Vector> {
    [judged(), refusals()].into_iter().flatten().collect()
}

fn judged() -> Vec<Vector> {
    let valid = [by_us(&revocation()), by_us(&suspension())];
    let second = |first: List| [by_us(&first), by_us(&suspension())];
    let older = |list: List| List { from: "2026-11-21T00:00:00Z", ..list };
    let expired = |list: List| List { until: "2026-11-22T08:30:00Z", ..list };
    let later = |list: List| List { from: "2026-11-22T10:00:00Z", ..list };
    let labs = List { issuer: "did:web:label.example.lab", ..revocation() }.signed(&key("lab"));
    let doubt = |name, fault, lists: &[String], code| judge(name, fault, lists, "cannot-tell", code);
    let revoked = |name, fault, lists: &[String], code| judge(name, fault, lists, "revoked", code);
    vec![
        judge("vc-list-valid", "Neither list is against the label.", &valid, "in-force", "in-force"),
        revoked(
            "vc-list-withdrawn",
            "Withdrawn since the trust pack was made.",
            &second(List { set: &[0], ..revocation() }),
            "withdrawn",
        ),
        revoked(
            "vc-list-suspended",
            "Suspended since the trust pack was made.",
            &[by_us(&revocation()), by_us(&List { set: &[0], ..suspension() })],
            "suspended",
        ),
        revoked(
            "vc-list-several-purposes",
            "A list for revocation, and for something else besides.",
            &[changed(|list| {
                *list = List { set: &[0], ..revocation() }.payload();
                list["credentialSubject"]["statusPurpose"] = json!(["revocation", "message"]);
            })],
            "withdrawn",
        ),
        revoked(
            "vc-list-withdrawn-alone",
            "One list is enough for a decision against the label.",
            &[by_us(&List { set: &[0], ..revocation() })],
            "withdrawn",
        ),
        judge(
            "vc-list-reinstated",
            "The suspension of the trust pack was lifted since.",
            &valid,
            "in-force",
            "in-force",
        )
        .with_credential(label(index::SUSPENDED)),
        revoked(
            "vc-list-older",
            "Lists from before the withdrawal do not hide it.",
            &[by_us(&older(revocation())), by_us(&older(suspension()))],
            "withdrawn",
        )
        .with_credential(label(index::WITHDRAWN)),
        doubt(
            "vc-list-expired",
            "The revocation list has expired.",
            &second(expired(revocation())),
            "status-expired",
        ),
        doubt(
            "vc-list-from-the-future",
            "Both lists were made after the time judged for.",
            &[by_us(&later(revocation())), by_us(&later(suspension()))],
            "status-from-the-future",
        ),
        doubt("vc-list-missing", "No suspension list.", &valid[..1], "status-list-not-given"),
        doubt(
            "vc-list-purpose",
            "The list at the revocation list's URL says suspension.",
            &second(List { purpose: "suspension", ..revocation() }),
            "status-list-purpose",
        ),
        doubt(
            "vc-list-issuer",
            "A laboratory's list at the URL of the authority's.",
            &[labs, valid[1].clone()],
            "status-list-issuer",
        ),
        doubt("vc-list-no-entry", "The lists have no such entry.", &valid, "status-no-entry")
            .with_credential(label(index::BEYOND)),
    ]
}

fn refusals() -> Vec<Vector> {
    let sg = key("sg");
    let honest = revocation().payload();
    let mut wrong_type = header(&sg);
    wrong_type["typ"] = json!("statuslist+jwt");
    let thief = Impostor { honest: key("sg-eddsa"), thief: key("a stranger's") };
    let lab = key("lab");
    let mut posing = header(&lab);
    posing["kid"] = json!(key_url(DID, lab.key()));
    let twice = text(&honest).replacen('{', r#"{"issuer":"did:web:a.example","#, 1);
    vec![
        refused(
            "vc-list-too-small",
            "Fewer entries than a list must have.",
            by_us(&List { bytes: LIST_BYTES - 1, ..revocation() }),
            "status-list-too-small",
        ),
        refused(
            "vc-list-too-large",
            "More entries than any list has.",
            by_us(&List { bytes: (2 << 20) + 1, ..revocation() }),
            "status-list-too-large",
        ),
        refused(
            "vc-list-purpose-unknown",
            "A list of messages.",
            by_us(&List { purpose: "message", ..revocation() }),
            "credential-malformed",
        ),
        refused(
            "vc-list-both-purposes",
            "A list whose bits mean withdrawn, or suspended.",
            changed(|payload| {
                payload["credentialSubject"]["statusPurpose"] = json!(["revocation", "suspension"]);
            }),
            "credential-malformed",
        ),
        refused(
            "vc-list-entries-of-2-bits",
            "Entries of two bits.",
            changed(|payload| payload["credentialSubject"]["statusSize"] = json!(2)),
            "credential-malformed",
        ),
        refused(
            "vc-list-is-a-label",
            "A label credential in place of a list.",
            label(0),
            "credential-context",
        ),
        refused(
            "vc-list-type",
            "The type of another kind of list.",
            jws(&text(&wrong_type), &text(&honest), &sg),
            "type-mismatch",
        ),
        refused(
            "vc-list-not-multibase",
            "No multibase prefix.",
            changed(|payload| payload["credentialSubject"]["encodedList"] = json!("H4sI")),
            "status-list-not-multibase",
        ),
        refused(
            "vc-list-not-gzip",
            "Not compressed.",
            changed(|payload| payload["credentialSubject"]["encodedList"] = json!("uAAAA")),
            "status-list-not-gzip",
        ),
        refused(
            "vc-list-duplicate-member",
            "The issuer twice.",
            jws(&text(&header(&sg)), &twice, &sg),
            "json-duplicate-member",
        ),
        refused("vc-list-wrong-key", "A stranger's signature.", signed(&honest, &thief), "bad-signature"),
        refused(
            "vc-list-issuer-unknown",
            "A stranger's key.",
            signed(&honest, &key("a stranger's")),
            "issuer-unknown",
        ),
        refused(
            "vc-list-another-issuers-key",
            "A laboratory's key signed it, under the authority's DID.",
            jws(&text(&posing), &text(&honest), &lab),
            "issuer-mismatch",
        ),
        refused(
            "vc-list-key-distrusted",
            "A distrusted key.",
            signed(&honest, &key("sg-distrusted")),
            "key-purpose",
        ),
        refused(
            "vc-list-key-retired",
            "A retired key, long after it was in use.",
            signed(&honest, &key("sg-retired")),
            "key-not-in-use",
        ),
    ]
}
