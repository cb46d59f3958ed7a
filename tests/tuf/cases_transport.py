"""Targets, servers and disks.

What is fetched is what is listed; what cannot be had or kept says nothing about it.
"""

import os
import time

from cases_attacks import refused_and_intact
from check import accepts, begin, refuses, same
from repository import Broken, Endless, Repository, Slow, Status


def case_target(server, client):
    """A target is put under its name, percent-encoded"""
    for path, file in (
        ("file.txt", "file.txt"),
        ("path/to a/file ä&=.txt", "path%2Fto%20a%2Ffile%20%C3%A4%26%3D.txt"),
        ("what?#.txt", "what%3F%23.txt"),
        ("a/../../b", "a%2F..%2F..%2Fb"),
    ):
        with_target(server, client, path)
        accepts(client, client.download(path))
        same(client.downloaded().pop(file), b"contents")
        same((client.targets.parent / "b").exists(), False)


def case_target_cached(server, client):
    """A target at hand is not fetched again, unless it is damaged"""
    repository = with_target(server, client)
    accepts(client, client.download("a.txt"))
    accepts(client, client.download("a.txt"))
    same(len(repository.asked("targets")), 1)
    (client.targets / "a.txt").write_bytes(b"CONTENTS")
    accepts(client, client.download("a.txt"))
    same((client.downloaded(), len(repository.asked("targets"))), ({"a.txt": b"contents"}, 1))


def case_target_changes(server, client):
    """A target that changes, and whose file then changes without being listed"""
    repository = with_target(server, client)
    for number in range(3):
        accepts(client, client.download("a.txt"))
        repository.add_target("a.txt", f"contents {number}".encode())
        repository.release()
        accepts(client, client.download("a.txt"))
        same(client.downloaded(), {"a.txt": f"contents {number}".encode()})
        repository.targets["a.txt"] = b"malicious"
        client.download("a.txt")
        same(client.downloaded(), {"a.txt": f"contents {number}".encode()})


def case_target_hash(server, client):
    """A target with other contents of the same length"""
    repository = with_target(server, client)
    repository.targets["a.txt"] = b"CONTENTS"
    result = refuses(client, client.download("a.txt"), "pack-wrong-hash")
    same(client.downloaded(), {})
    return result


def case_target_length(server, client):
    """A target that is cut, longer than listed, or without end"""
    for body in (b"content", b"", b"contents!", b"contents" * 100_000, Endless()):
        repository = with_target(server, client)
        change(repository, "targets/", body)
        result = refuses(client, client.download("a.txt"), "pack-wrong-length")
        same(client.downloaded(), {})
    return result


def case_target_missing(server, client):
    """A target that is listed and not there"""
    repository = with_target(server, client)
    del repository.targets["a.txt"]
    return refuses(client, client.download("a.txt"), "pack-incomplete")


def case_hashes(server, client):
    """Targets with SHA-256, SHA-512 or both; one false of two is enough to refuse"""
    for algorithms in (["sha256"], ["sha512"], ["sha256", "sha512"]):
        repository = with_target(server, client, algorithms=algorithms)
        accepts(client, client.download("a.txt"))
        listed = repository.now["targets"].signed.targets["a.txt"]
        name = repository.asked("targets")[-1]
        same(name in [f"{value}.a.txt" for value in listed.hashes.values()], True, name)
        (client.targets / "a.txt").unlink()
    listed.hashes["sha512"] = "0" * 128
    repository.release()
    return refuses(client, client.download("a.txt"), "pack-wrong-hash")


def case_unknown_hash(server, client):
    """A target with no hash of a known kind"""
    for consistent in (True, False):
        repository = with_target(server, client, consistent=consistent)
        listed = repository.now["targets"].signed.targets["a.txt"]
        listed.hashes = {"hash-of-tomorrow": "00"}
        repository.release()
        accepts(client, client.refresh())
        result = refuses(client, client.download("a.txt"), "pack-no-hash")
        same(client.downloaded(), {})
    return result


def case_endless(server, client):
    """Data without end in the place of each role's metadata"""
    for role in ("root", "timestamp", "snapshot", "targets"):
        repository = begin_without_hashes(server, client)
        repository.release()
        name = {"root": "2.root.json", "timestamp": "timestamp.json"}.get(role, f"2.{role}.json")
        repository.mischief[f"metadata/{name}"] = lambda _: Endless()
        if role == "root":
            repository.publish("root")
        result = refuses(client, client.refresh(), "pack-too-large")
    return result


def case_limits(server, client):
    """Metadata within its limit is taken, beyond it is not: 16 KiB of timestamp"""
    repository = begin(server, client, Repository())
    repository.now["timestamp"].signed.unrecognized_fields["x"] = "x" * 15_000
    repository.publish("timestamp")
    accepts(client, client.refresh())
    repository.now["timestamp"].signed.unrecognized_fields["x"] = "x" * 17_000
    repository.publish("timestamp")
    return refused_and_intact(client, "pack-too-large")


def case_slow(server, client):
    """A server that sends a byte now and then, and one that sends nothing at all"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp")
    repository.mischief["metadata/timestamp.json"] = lambda data: Slow(data, 1, 1)
    start = time.monotonic()
    result = refused_and_intact(client, "pack-slow-server")
    same(time.monotonic() - start < 60, True, "waits too long")
    repository.mischief["metadata/timestamp.json"] = lambda data: time.sleep(40)
    refused_and_intact(client, "pack-slow-server")
    return result


def case_truncated(server, client):
    """Metadata that breaks off"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp")
    repository.mischief["metadata/timestamp.json"] = lambda data: data[:100]
    return refused_and_intact(client, "metadata-truncated")


def case_no_json(server, client):
    """Something else than metadata, such as a hotel's login page"""
    repository = begin(server, client, Repository())
    repository.mischief["metadata/timestamp.json"] = lambda data: b"<html>Welcome</html>"
    return refused_and_intact(client, "metadata-malformed")


def case_resumed(server, client):
    """A connection that breaks: the rest is fetched, and no byte twice"""
    repository = with_target(server, client, data=os.urandom(300_000))
    change(repository, "targets/", Broken(repository.targets["a.txt"], 120_000))
    accepts(client, client.download("a.txt"))
    same(len(repository.asked("targets")), 3)
    return "resumes twice"


def case_busy(server, client):
    """A server that is busy: tried again, three times in all"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp")
    answers = [Status(503), Status(500)]
    repository.mischief["metadata/timestamp.json"] = lambda data: answers.pop() if answers else data
    accepts(client, client.refresh())
    same(client.version("timestamp"), 2)
    repository.asked()
    repository.mischief["metadata/timestamp.json"] = lambda data: Status(503)
    result = refused_and_intact(client, "pack-unreachable")
    same(repository.asked(), ["2.root.json"] + ["timestamp.json"] * 3)
    return f"then {result}"


def case_refusing_server(server, client):
    """A server that asks for a password"""
    repository = begin(server, client, Repository())
    repository.mischief["metadata/timestamp.json"] = lambda data: Status(401)
    return refused_and_intact(client, "pack-unreachable")


def case_redirected(server, client):
    """A server that sends the client elsewhere; in a circle"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp")
    repository.mischief["metadata/timestamp.json"] = lambda data: Status(302, "/r/metadata/elsewhere.json")
    repository.mischief["metadata/elsewhere.json"] = None
    repository.fetch = elsewhere(repository, repository.fetch)
    accepts(client, client.refresh())
    same(client.version("timestamp"), 2)
    repository.mischief["metadata/timestamp.json"] = lambda data: Status(302, "/r/metadata/timestamp.json")
    return f"follows; {refuses(client, client.refresh(), 'pack-unreachable')}"


def case_missing(server, client):
    """Each role's metadata missing; 403 counts as missing, too; what comes before it is kept"""
    kept = {"timestamp": [1, 1, 1, 1], "snapshot": [1, 2, 1, 1], "targets": [1, 2, 2, 1]}
    for role, versions in kept.items():
        for answer in (None, lambda _: Status(403)):
            repository = begin_without_hashes(server, client)
            repository.release()
            name = "timestamp.json" if role == "timestamp" else f"2.{role}.json"
            repository.mischief[f"metadata/{name}"] = answer
            result = refuses(client, client.refresh(), "pack-incomplete")
            same(client.versions(), versions, role)
    return result


def case_root_gap(server, client):
    """A mirror that lost a root between, and has later ones"""
    repository = begin(server, client, Repository())
    repository.rotate("timestamp")
    repository.rotate("timestamp")
    repository.release()
    del repository.published["root"][2]
    return refused_and_intact(client, "pack-root-gap")


def case_nobody_there(server, client):
    """No server at all"""
    begin(server, client, Repository())
    server.http.shutdown()
    server.http.server_close()
    return refused_and_intact(client, "pack-unreachable")


def case_read_only(server, client):
    """A folder that may not be written"""
    repository = begin(server, client, Repository())
    repository.release()
    before = client.all_files()
    os.chmod(client.folder, 0o755)
    for path in (client.metadata, *client.metadata.iterdir()):
        os.chmod(path, 0o555 if path.is_dir() else 0o444)
    if os.getuid() == 0:
        # Nothing is forbidden to root: the command runs as nobody.
        client.preexec = lambda: (os.setgid(65_534), os.setuid(65_534))
    result = refuses(client, client.refresh(), "pack-read-only")
    same(client.all_files(), before)
    return result


def case_interrupted(server, client):
    """What a run that was cut off left half written is removed, and does no harm"""
    repository = begin(server, client, Repository())
    (client.metadata / ".1-0.new").write_bytes(b"{")
    repository.release()
    accepts(client, client.refresh())
    same([name for name in client.all_files() if name.endswith(".new")], [])


def case_damaged_here(server, client):
    """Metadata kept here that was damaged since: fetched anew"""
    repository = begin(server, client, Repository())
    for role in ("timestamp", "snapshot", "targets"):
        path = client.metadata / f"{role}.json"
        path.write_bytes(path.read_bytes()[:50])
    repository.release()
    accepts(client, client.refresh())
    same(client.versions(), [1, 2, 2, 2])


def with_target(server, client, path="a.txt", data=b"contents", consistent=True, algorithms=("sha256",)):
    server.repository = repository = Repository(consistent=consistent)
    repository.add_target(path, data, algorithms=algorithms)
    repository.release()
    for file in client.metadata.iterdir():
        file.unlink()
    accepts(client, client.init())
    return repository


def begin_without_hashes(server, client):
    for file in client.metadata.iterdir():
        file.unlink()
    return begin(server, client, Repository(hashes=False))


def change(repository, prefix, body):
    """Serves that body for whatever is below a prefix."""
    fetch = repository.fetch
    repository.fetch = lambda path: body if path.startswith(prefix) else fetch(path)


def elsewhere(repository, fetch):
    def answer(path):
        if path == "metadata/elsewhere.json":
            return repository.published["timestamp"]["newest"]
        return fetch(path)

    return answer
