"""The workflow.

What is asked for, in which order, and what is kept of it.
"""

import json

from check import accepts, begin, refuses, same
from repository import Repository, in_seconds


def case_first_refresh(server, client):
    """A first refresh asks for the next root, timestamp, snapshot and targets, each once"""
    repository = begin_new(server, client)
    accepts(client, client.refresh())
    same(repository.asked(), ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
    same(client.versions(), [1, 1, 1, 1])


def case_nothing_new(server, client):
    """A second refresh asks for the next root and the timestamp only"""
    repository = begin(server, client, Repository())
    accepts(client, client.refresh())
    same(repository.asked(), ["2.root.json", "timestamp.json"])


def case_not_consistent(server, client):
    """Without consistent snapshots, names carry no version, and targets no hash"""
    server.repository = repository = Repository(consistent=False)
    repository.add_target("a/b.txt", b"contents")
    repository.release()
    accepts(client, client.init())
    accepts(client, client.download("a/b.txt"))
    same(repository.asked(), ["2.root.json", "timestamp.json", "snapshot.json", "targets.json"])
    same(repository.asked("targets"), ["a/b.txt"])


def case_consistent(server, client):
    """With consistent snapshots, a target's file name carries its hash"""
    server.repository = repository = Repository()
    listed = repository.add_target("a/b.txt", b"contents")
    repository.release()
    accepts(client, client.init())
    accepts(client, client.download("a/b.txt"))
    same(repository.asked("targets"), [f"a/{listed.hashes['sha256']}.b.txt"])


def case_consistency_changes(server, client):
    """A root that turns consistent snapshots on or off is followed"""
    repository = begin(server, client, Repository(consistent=False))
    for consistent in (True, False):
        repository.root.consistent_snapshot = consistent
        repository.publish("root")
        repository.release()
        accepts(client, client.refresh())
        version = client.version("targets")
        same(repository.asked()[-1], f"{version}.targets.json" if consistent else "targets.json")


def case_download_refreshes(server, client):
    """A download brings the metadata up to date first, even if there is no such target"""
    repository = begin_new(server, client)
    result = refuses(client, client.download("nothing"), "pack-no-target")
    same(client.versions(), [1, 1, 1, 1])
    same(repository.asked(), ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
    return result


def case_kept_as_received(server, client):
    """Metadata is kept byte for byte, under names without versions, and nothing else beside it"""
    repository = begin(server, client, Repository())
    repository.release()
    accepts(client, client.refresh())
    for role, version in (("root", 1), ("timestamp", 2), ("snapshot", 2), ("targets", 2)):
        same(client.kept(role), repository.published[role][version], role)
    same(client.roles(), ["root.json", "snapshot.json", "targets.json", "timestamp.json"])


def case_no_root(server, client):
    """A refresh before any root is trusted"""
    server.repository = repository = Repository()
    result = refuses(client, client.refresh(), "pack-no-root")
    same(repository.asked(), [])
    return result


def case_bad_first_root(server, client):
    """A first root without a version, and a refresh after it"""
    server.repository = repository = Repository()
    root = json.loads(repository.published["root"][1])
    del root["signed"]["version"]
    result = refuses(client, client.init(json.dumps(root).encode()), "metadata-malformed")
    refuses(client, client.refresh(), "pack-no-root")
    same(repository.asked(), [])
    return result


def case_unsigned_first_root(server, client):
    """A first root whose signature does not hold, and a refresh after it"""
    server.repository = repository = Repository()
    root = json.loads(repository.published["root"][1])
    root["signatures"][0]["sig"] = "00" * 64
    result = refuses(client, client.init(json.dumps(root).encode()), "pack-too-few-signatures")
    refuses(client, client.refresh(), "pack-no-root")
    same(repository.asked(), [])
    return result


def case_other_first_root(server, client):
    """Another root of the same version, when one is trusted already"""
    begin(server, client, Repository())
    before = client.all_files()
    result = refuses(client, client.init(Repository().published["root"][1]), "pack-another-root")
    same(client.all_files(), before)
    return result


def case_expired_first_root(server, client):
    """A first root that has expired, with a newer one to follow it"""
    server.repository = repository = Repository()
    repository.root.expires = in_seconds(-60)
    repository.published["root"].clear()
    repository.publish("root", version=1)
    repository.root.expires = in_seconds(3_600)
    repository.publish("root")
    accepts(client, client.init())
    accepts(client, client.refresh())
    same(client.versions(), [2, 1, 1, 1])


def case_same_timestamp(server, client):
    """Another timestamp of the same version is passed over"""
    repository = begin(server, client, Repository())
    repository.now["timestamp"].signed.snapshot_meta.version = 100
    repository.publish("timestamp", version=1)
    before = client.all_files()
    accepts(client, client.refresh())
    same(repository.asked()[-1], "timestamp.json")
    same(client.all_files(), before)


def case_unknown_fields(server, client):
    """Fields that nobody knows are tolerated, and signed"""
    repository = begin(server, client, Repository())
    root = repository.root
    key = next(iter(root.keys.values()))
    root.unrecognized_fields["x"] = {"a": [1, None, True], "ä": 'quo"te\\ \n\t'}
    key.unrecognized_fields["keyid_hash_algorithms"] = ["md5"]
    root.roles["root"].unrecognized_fields["y"] = "z"
    repository.publish("root")
    accepts(client, client.refresh())
    same(client.version("root"), 2)
    repository.publish("root")
    repository.edit("root", lambda m: m["signed"]["x"].update(a=[2]), 3)
    refuses(client, client.refresh(), "pack-too-few-signatures")


def case_many_roots(server, client):
    """Two hundred rotations of every key since the client last looked"""
    repository = begin(server, client, Repository())
    for _ in range(200):
        repository.rotate("root")
    repository.release()
    accepts(client, client.refresh())
    same(client.version("root"), 201)
    return "follows each"


def case_too_many_roots(server, client):
    """More rotations than a client follows at once"""
    repository = begin(server, client, Repository())
    for _ in range(257):
        repository.publish("root")
    return refuses(client, client.refresh(), "pack-too-many-roots")


def begin_new(server, client):
    server.repository = Repository()
    accepts(client, client.init())
    return server.repository
