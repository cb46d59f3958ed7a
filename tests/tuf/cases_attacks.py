"""Attacks.

Rollback, freeze, mix and match, fast-forward, keys in the wrong hands (TUF specification §1.5.2).
"""

import json

from check import accepts, begin, outlive, refuses, same
from repository import Repository, in_days

# Rollback.


def case_timestamp_rollback(server, client):
    """Rollback of timestamp"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp")
    accepts(client, client.refresh())
    repository.put("timestamp", "newest", repository.published["timestamp"][1])
    return refused_and_intact(client, "pack-rolled-back")


def case_whole_rollback(server, client):
    """Rollback of the whole repository to a state of before"""
    repository = begin(server, client, Repository())
    old = repository.frozen()
    repository.release()
    accepts(client, client.refresh())
    repository.serve_again(old)
    return refused_and_intact(client, "pack-rolled-back")


def case_snapshot_rollback(server, client):
    """Rollback of snapshot under a newer timestamp, with hashes listed and without"""
    for hashes in (True, False):
        repository = fresh(server, client, Repository(hashes=hashes))
        repository.release()
        accepts(client, client.refresh())
        repository.publish("snapshot", version=1)
        repository.publish("timestamp")
        result = refused_and_intact(client, "pack-rolled-back")
        same(repository.asked()[-1], "timestamp.json")
    return result


def case_targets_rollback(server, client):
    """Rollback of targets under a newer snapshot, with hashes listed and without"""
    for hashes in (True, False):
        repository = fresh(server, client, Repository(hashes=hashes))
        repository.release()
        accepts(client, client.refresh())
        repository.publish("targets", version=1)
        repository.publish("snapshot")
        repository.publish("timestamp")
        refuses(client, client.refresh(), "pack-rolled-back")
        same(client.versions()[2:], [2, 2], "snapshot and targets")
    return "refuses: `pack-rolled-back`"


def case_delegated_rollback(server, client):
    """Rollback of a delegated role under a newer snapshot"""
    repository = with_partner(server, client)
    repository.release("partner")
    accepts(client, client.download("p/a"))
    repository.publish("partner", version=1)
    repository.publish("snapshot")
    repository.publish("timestamp")
    return refuses(client, client.refresh(), "pack-rolled-back")


def case_role_vanishes(server, client):
    """A role that snapshot listed before, and lists no more"""
    repository = with_partner(server, client)
    del repository.now["snapshot"].signed.meta["partner.json"]
    repository.publish("snapshot")
    repository.publish("timestamp")
    result = refuses(client, client.refresh(), "pack-rolled-back")
    same(client.version("snapshot"), 2)
    return result


def case_root_rollback(server, client):
    """Rollback of root: an old root under the number that is due"""
    repository = begin(server, client, Repository())
    repository.publish("root")
    accepts(client, client.refresh())
    repository.published["root"][3] = repository.published["root"][1]
    return refused_and_intact(client, "pack-root-version")


def case_root_skips(server, client):
    """A root whose version skips one"""
    repository = begin(server, client, Repository())
    repository.publish("root", version=3)
    repository.published["root"][2] = repository.published["root"][3]
    return refused_and_intact(client, "pack-root-version")


def case_restart(server, client):
    """Rollback after an update that was refused half-way: what was accepted by then is kept"""
    repository = begin(server, client, Repository())
    old = repository.frozen()
    repository.release()
    repository.mischief["metadata/2.snapshot.json"] = None
    refuses(client, client.refresh(), "pack-incomplete")
    repository.mischief.clear()
    repository.serve_again(old)
    return refused_and_intact(client, "pack-rolled-back")


# Freeze.


def case_frozen(server, client):
    """Freeze: the old state is served on, until its timestamp runs out"""

    def prepare(expires):
        server.repository = repository = Repository()
        repository.now["timestamp"].signed.expires = expires
        repository.publish("timestamp")
        start_over(server, client)

    outlive(prepare)
    return refused_and_intact(client, "pack-expired")


def case_expired_roles(server, client):
    """A new timestamp, snapshot or targets that has expired is not kept"""
    for role, versions in (("timestamp", [1, 1, 1, 1]), ("snapshot", [1, 2, 1, 1]), ("targets", [1, 2, 2, 1])):
        repository = fresh(server, client, Repository())
        repository.now[role].signed.expires = in_days(-1)
        repository.release()
        result = refuses(client, client.refresh(), "pack-expired")
        same(client.versions(), versions, role)
    return result


def case_expired_root(server, client):
    """A newest root that has expired is kept, and nothing is accepted under it"""
    repository = begin(server, client, Repository())
    repository.root.expires = in_days(-1)
    repository.publish("root")
    repository.release()
    result = refuses(client, client.refresh(), "pack-root-expired")
    same(client.versions(), [2, 1, 1, 1])
    return result


def case_expired_root_between(server, client):
    """A root between that has expired does no harm"""
    repository = begin(server, client, Repository())
    repository.root.expires = in_days(-1)
    repository.publish("root")
    repository.root.expires = in_days(1)
    repository.publish("root")
    accepts(client, client.refresh())
    same(client.version("root"), 3)


def case_expired_here(server, client):
    """Metadata that expired here meanwhile still prevents rollback, and does not prevent an update"""

    def prepare(expires):
        server.repository = repository = Repository()
        for role in ("timestamp", "snapshot"):
            repository.now[role].signed.expires = expires
        repository.release()
        repository.release()
        start_over(server, client)

    outlive(prepare)
    repository = server.repository
    for role in ("timestamp", "snapshot"):
        repository.now[role].signed.expires = in_days(1)
    repository.publish("snapshot", version=2)
    repository.publish("timestamp", version=2)
    result = refuses(client, client.refresh(), "pack-rolled-back")
    repository.publish("snapshot", version=4)
    repository.publish("timestamp", version=4)
    accepts(client, client.refresh())
    same(client.versions(), [1, 4, 4, 3])
    return f"{result}; takes the newer one"


# Mix and match.


def case_mixed_snapshot(server, client):
    """Mix and match: another snapshot than timestamp lists, by hash or by version"""
    for hashes in (True, False):
        repository = fresh(server, client, Repository(hashes=hashes))
        repository.release()
        other = repository.published["snapshot"][2]
        repository.release()
        repository.published["snapshot"][3] = other
        before = client.version("snapshot")
        result = refuses(client, client.refresh(), "pack-mixed")
        same(client.version("snapshot"), before)
    return result


def case_mixed_targets(server, client):
    """Mix and match: other targets than snapshot lists, by hash or by version"""
    for hashes in (True, False):
        repository = fresh(server, client, Repository(hashes=hashes))
        repository.release()
        repository.release()
        repository.published["targets"][3] = repository.published["targets"][2]
        result = refuses(client, client.refresh(), "pack-mixed")
        same(client.versions(), [1, 3, 3, 1])
    return result


def case_mixed_not_consistent(server, client):
    """Mix and match without consistent snapshots: a file replaced while others were fetched"""
    repository = fresh(server, client, Repository(consistent=False))
    repository.release()
    repository.publish("targets")
    return refuses(client, client.refresh(), "pack-mixed")


def case_unlisted_version(server, client):
    """Newer targets that no snapshot lists are not fetched"""
    repository = begin(server, client, Repository())
    repository.publish("targets")
    accepts(client, client.refresh())
    same(repository.asked()[-1], "timestamp.json")


def case_metadata_length(server, client):
    """Metadata that is longer or shorter than listed"""
    for change in (lambda data: data + b" ", lambda data: data[:-1]):
        repository = fresh(server, client, Repository())
        repository.release()
        repository.mischief["metadata/2.targets.json"] = change
        done = client.refresh()
        same(done, False)
        due = "pack-too-large" if client.code == "pack-too-large" else "pack-wrong-length"
        refuses(client, done, due)
        same(client.version("targets"), 1)
    return "refuses: `pack-too-large`, `pack-wrong-length`"


# Fast-forward.


def case_timestamp_fast_forward(server, client):
    """Fast-forward of timestamp: recovered from with a new key, which makes old versions void"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp", version=1_000_000)
    accepts(client, client.refresh())
    repository.rotate("timestamp")
    repository.publish("timestamp", version=2)
    accepts(client, client.refresh())
    same(client.version("timestamp"), 2)


def case_snapshot_fast_forward(server, client):
    """Fast-forward of snapshot: recovered from with new keys for snapshot and timestamp"""
    repository = begin(server, client, Repository())
    repository.publish("snapshot", version=1_000_000)
    repository.publish("timestamp")
    accepts(client, client.refresh())
    repository.rotate("snapshot")
    repository.rotate("timestamp")
    repository.publish("snapshot", version=2)
    repository.publish("timestamp")
    accepts(client, client.refresh())
    same(client.version("snapshot"), 2)


def case_targets_fast_forward(server, client):
    """Fast-forward of targets and of a delegated role: recovered from with a new key for snapshot"""
    repository = with_partner(server, client)
    repository.publish("targets", version=1_000_000)
    repository.release("partner")
    accepts(client, client.refresh())
    repository.rotate("snapshot")
    repository.publish("targets", version=2)
    del repository.now["snapshot"].signed.meta["partner.json"]
    repository.publish("snapshot")
    repository.publish("timestamp")
    accepts(client, client.refresh())
    same(client.version("targets"), 2)


def case_key_added(server, client):
    """Fast-forward of timestamp where a key is only added: old versions become void all the same"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp", version=1_000_000)
    accepts(client, client.refresh())
    repository.add_key("timestamp")
    repository.publish("root")
    repository.publish("timestamp", version=2)
    accepts(client, client.refresh())
    same(client.version("timestamp"), 2)


# Keys in the wrong hands.


def case_below_threshold(server, client):
    """A thief of fewer keys than the threshold, for each role"""
    for role in ("root", "timestamp", "snapshot", "targets"):
        server.repository = repository = Repository()
        repository.add_key(role)
        repository.add_key(role)
        repository.root.roles[role].threshold = 2
        repository.published["root"].clear()
        repository.publish("root", version=1)
        repository.release()
        client = start_over(server, client)
        repository.signers[role] = repository.signers[role][:1]
        if role == "root":
            repository.publish("root")
        else:
            repository.release()
        result = refuses(client, client.refresh(), "pack-too-few-signatures")
    return result


def case_at_threshold(server, client):
    """A thief of a threshold of keys is believed, until they are rotated: for each role but root"""
    for role in ("timestamp", "snapshot", "targets"):
        repository = fresh(server, client, Repository())
        stolen = list(repository.signers[role])
        repository.release()
        accepts(client, client.refresh())
        repository.rotate(role)
        repository.release()
        accepts(client, client.refresh())
        good = client.all_files()
        repository.signers[role] = stolen
        repository.release()
        refuses(client, client.refresh(), "pack-too-few-signatures")
        same(client.all_files()[f"{role}.json"], good[f"{role}.json"])
    return "believes them before, refuses after: `pack-too-few-signatures`"


def case_timestamp_thief(server, client):
    """A thief of the timestamp key alone cannot bring in snapshot or targets of their own"""
    repository = begin(server, client, Repository())
    from securesystemslib.signer import CryptoSigner

    for role in ("snapshot", "targets"):
        repository.signers[role] = [CryptoSigner.generate_ed25519()]
    repository.add_target("malware", b"malware")
    repository.release()
    result = refuses(client, client.download("malware"), "pack-too-few-signatures")
    same(client.downloaded(), {})
    return result


def case_unsigned(server, client):
    """Metadata with no signature: each role"""
    kept = {
        "root": ["root.json"],
        "timestamp": ["root.json"],
        "snapshot": ["root.json", "timestamp.json"],
        "targets": ["root.json", "snapshot.json", "timestamp.json"],
    }
    for role, files in kept.items():
        server.repository = repository = Repository(hashes=False)
        if role == "root":
            repository.publish("root")
        version = 2 if role == "root" else 1
        repository.edit(role, lambda m: m["signatures"].clear(), version)
        client = start_over(server, client, refresh=False)
        result = refuses(client, client.refresh(), "pack-too-few-signatures")
        same(client.roles(), files, role)
    return result


def case_under_another_number(server, client):
    """Metadata of a later version under the number that is due, well signed; what comes before it is kept"""
    kept = {
        "root": ("pack-root-version", ["root.json"]),
        "snapshot": ("pack-mixed", ["root.json", "timestamp.json"]),
        "targets": ("pack-mixed", ["root.json", "snapshot.json", "timestamp.json"]),
    }
    for role, (code, files) in kept.items():
        server.repository = repository = Repository(hashes=False)
        repository.publish("root")
        repository.release()
        later = repository.publish(role)
        repository.published[role][2] = later
        del repository.published[role][3]
        client = start_over(server, client, refresh=False)
        refuses(client, client.refresh(), code)
        same(client.roles(), files, role)
    return "refuses: `pack-root-version`, `pack-mixed`"


def case_changed(server, client):
    """A single changed value in each role's metadata"""
    for role in ("root", "timestamp", "snapshot", "targets"):
        repository = fresh(server, client, Repository(hashes=False))
        if role == "root":
            repository.publish("root")
        repository.release()
        repository.edit(role, lambda m: m["signed"].update(expires="2099-01-01T00:00:00Z"), 2)
        result = refuses(client, client.refresh(), "pack-too-few-signatures")
    return result


def case_wrong_role(server, client):
    """Metadata of one role in the place of another that the same key signs"""
    server.repository = repository = Repository(hashes=False)
    signer = repository.signers["snapshot"][0]
    repository.add_key("timestamp", signer)
    repository.published["root"].clear()
    repository.publish("root", version=1)
    accepts(client, client.init())
    repository.put("timestamp", "newest", repository.published["snapshot"][1])
    return refuses(client, client.refresh(), "metadata-wrong-role")


def case_specification(server, client):
    """Metadata of another major version of the specification"""
    repository = begin(server, client, Repository())
    repository.edit("timestamp", lambda m: m["signed"].update(spec_version="2.0.0"))
    result = refuses(client, client.refresh(), "metadata-spec-version")
    return result


def with_partner(server, client):
    """A repository that delegates `p/*`, with a target of the partner's; the client has both."""
    server.repository = repository = Repository()
    repository.delegate("targets", "partner", ["p/*"])
    repository.add_target("p/a", b"partner", role="partner")
    repository.release("partner", "targets")
    accepts(client, client.init())
    accepts(client, client.download("p/a"))
    repository.requests.clear()
    return repository


def fresh(server, client, repository):
    """Begins anew with another repository."""
    server.repository = repository
    start_over(server, client)
    repository.requests.clear()
    return repository


def start_over(server, client, refresh=True):
    for path in client.metadata.iterdir():
        path.unlink()
    accepts(client, client.init())
    if refresh:
        accepts(client, client.refresh())
    return client


def refused_and_intact(client, code):
    """Refused, and what is kept stays as it was."""
    before = {name: data for name, data in client.all_files().items() if name.endswith(".json")}
    for data in before.values():
        json.loads(data)
    result = refuses(client, client.refresh(), code)
    same({name: data for name, data in client.all_files().items() if name.endswith(".json")}, before, "kept")
    return result
