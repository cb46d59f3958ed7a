//! Updates of trust packs: who signs what, until when, which versions follow which.

use super::Vector;

pub(super) fn all() -> Vec<Vector> {
    [signatures(), expiries(), shapes(), rollbacks(), roots()].into_iter().flatten().collect()
}

fn refused(name: &'static str, fault: &'static str, pack: &str, code: &str) -> Vector {
    Vector::update(name, fault, &[], pack, Some(code))
}

fn accepted(name: &'static str, fault: &'static str, pack: &str) -> Vector {
    Vector::update(name, fault, &[], pack, None)
}

fn signatures() -> Vec<Vector> {
    let too_few = |name, fault, pack: &str| refused(name, fault, pack, "pack-too-few-signatures");
    vec![
        too_few("pack-timestamp-unsigned", "Nobody signed the timestamp.", "timestamp-unsigned"),
        too_few(
            "pack-timestamp-by-stranger",
            "The timestamp has the right key id, and a stranger's signature.",
            "timestamp-by-stranger",
        ),
        too_few(
            "pack-timestamp-by-snapshot-key",
            "The key that speaks for snapshot signed the timestamp.",
            "timestamp-by-snapshot-key",
        ),
        too_few("pack-snapshot-unsigned", "Nobody signed the snapshot.", "snapshot-unsigned"),
        too_few(
            "pack-snapshot-by-stranger",
            "The snapshot has the right key id, and a stranger's signature.",
            "snapshot-by-stranger",
        ),
        too_few(
            "pack-targets-by-stranger",
            "One of the two signatures that targets need is a stranger's.",
            "targets-by-stranger",
        ),
        too_few(
            "pack-targets-by-root-keys",
            "Two keys that speak for root signed the targets.",
            "targets-by-root-keys",
        ),
        too_few(
            "pack-one-key-under-two-ids",
            "A root lists one key under two ids, and it signed the targets under both.",
            "one-key-under-two-ids",
        ),
        too_few(
            "pack-own-role-by-stranger",
            "The owner's status lists are in a role of their own, which a stranger signed.",
            "own-role-by-stranger",
        ),
    ]
}

fn expiries() -> Vec<Vector> {
    let expired = |name, fault, pack: &str| refused(name, fault, pack, "pack-expired");
    vec![
        expired("pack-timestamp-expired", "The timestamp alone has expired.", "timestamp-expired"),
        expired(
            "pack-timestamp-expires-now",
            "The timestamp expires in the second of the update.",
            "timestamp-expires-now",
        ),
        expired("pack-snapshot-expired", "The snapshot alone has expired.", "snapshot-expired"),
        expired("pack-targets-expired", "The targets alone have expired.", "targets-expired"),
        expired(
            "pack-own-role-expired",
            "The owner's status lists are in a role of their own, which has expired.",
            "own-role-expired",
        ),
        refused("pack-root-expired", "The newest root has expired.", "root-expired", "pack-root-expired"),
        accepted(
            "pack-root-expired-between",
            "A root has expired, and a newer one has not.",
            "root-expired-between",
        ),
    ]
}

fn shapes() -> Vec<Vector> {
    vec![
        refused(
            "pack-of-tuf-2",
            "The timestamp is of another major version of TUF.",
            "timestamp-of-tuf-2",
            "metadata-spec-version",
        ),
        refused(
            "pack-snapshot-of-another-type",
            "In the place of the snapshot stands metadata of another type, well signed.",
            "snapshot-of-another-type",
            "metadata-wrong-role",
        ),
        refused(
            "pack-snapshot-bears-another-version",
            "The timestamp lists version 4 of the snapshot, which bears version 5.",
            "snapshot-bears-5",
            "pack-mixed",
        ),
        refused(
            "pack-targets-bear-another-version",
            "The snapshot lists version 4 of the targets, which bear version 5.",
            "targets-bear-5",
            "pack-mixed",
        ),
        refused(
            "pack-snapshot-shorter",
            "The timestamp lists the snapshot with its hash, and with another length.",
            "snapshot-listed-longer",
            "pack-wrong-length",
        ),
        accepted(
            "pack-member-twice",
            "A member stands twice in the timestamp: the last one counts, and is what is signed.",
            "timestamp-member-twice",
        ),
        accepted("pack-own-role", "The owner's status lists are in a role of their own.", "own-role"),
        refused(
            "pack-own-role-with-partner",
            "A role of the owner's delegates to a role that has a partner's name.",
            "own-role-with-partner",
            "pack-document",
        ),
        refused(
            "pack-own-role-missing",
            "The owner's status lists are in a role of their own, which is not there.",
            "own-role-missing",
            "pack-incomplete",
        ),
        refused(
            "pack-trusted-key-with-confirmed",
            "A trusted key has a list of what is confirmed, which only a stolen one has.",
            "trusted-key-with-confirmed",
            "pack-document",
        ),
    ]
}

fn rollbacks() -> Vec<Vector> {
    let after = |name, fault, before: &str, pack: &str| {
        Vector::update(name, fault, &[before], pack, Some("pack-rolled-back"))
    };
    vec![
        after(
            "pack-timestamp-rolled-back",
            "An older timestamp that lists a newer snapshot.",
            "base",
            "timestamp-rolled-back",
        ),
        after(
            "pack-snapshot-rolled-back",
            "A newer timestamp that lists an older snapshot.",
            "base",
            "snapshot-rolled-back",
        ),
        after(
            "pack-targets-rolled-back",
            "A newer snapshot that lists older targets.",
            "base",
            "targets-rolled-back",
        ),
        after(
            "pack-role-vanished",
            "A role that the snapshot listed before is not listed any more.",
            "role-listed",
            "role-vanished",
        ),
        Vector::update(
            "pack-timestamp-key-replaced",
            "A new root replaces the timestamp's key: older versions of timestamp and snapshot bind no longer.",
            &["base"],
            "timestamp-key-replaced",
            None,
        ),
    ]
}

fn roots() -> Vec<Vector> {
    let too_few = |name, fault, pack: &str| refused(name, fault, pack, "pack-too-few-signatures");
    vec![
        accepted("pack-root-rotated", "New root keys, by the old ones and the new ones.", "root-rotated"),
        too_few("pack-root-by-old-keys", "New root keys, by the old ones alone.", "root-by-old-keys"),
        too_few("pack-root-by-new-keys", "New root keys, by the new ones alone.", "root-by-new-keys"),
        too_few(
            "pack-root-by-one-old-key",
            "New root keys, by the new ones and one of the two old ones that must sign.",
            "root-by-one-old-key",
        ),
        too_few(
            "pack-timestamp-by-replaced-key",
            "A new root replaces the timestamp's key, and the old key signed the timestamp.",
            "timestamp-by-replaced-key",
        ),
        refused(
            "pack-root-of-another-version",
            "In the place of version 2 of the root stands version 3.",
            "root-of-version-3",
            "pack-root-version",
        ),
        refused(
            "pack-root-gap",
            "Version 2 of the root is missing, and version 3 has the key that signed the timestamp.",
            "root-gap",
            "pack-root-gap",
        ),
    ]
}
