"""Delegations.

Which roles are asked after a target, in which order, and what they may say (TUF specification §4.5, §5.6.7).
"""

import hashlib
from urllib.parse import quote

from check import accepts, outlive, refuses, same
from repository import Repository, in_days

# Delegations as (delegator, role, paths, terminating), a target that nobody has, and the roles asked after it.
GRAPHS = {
    "one": ([("targets", "A")], ["A"]),
    "two": ([("targets", "A"), ("targets", "B")], ["A", "B"]),
    "two levels": ([("targets", "A"), ("targets", "B"), ("B", "C")], ["A", "B", "C"]),
    "depth first": ([("targets", "A"), ("targets", "B"), ("A", "C"), ("A", "D")], ["A", "C", "D", "B"]),
    "depth before breadth": ([("targets", "A"), ("targets", "B"), ("A", "C"), ("C", "D")], ["A", "C", "D", "B"]),
    "terminating": ([("targets", "A"), ("targets", "B"), ("A", "C", ["*"], True), ("A", "D")], ["A", "C"]),
    "below terminating": ([("targets", "A"), ("targets", "B"), ("A", "C", ["*"], True), ("C", "D")], ["A", "C", "D"]),
    "terminating elsewhere": ([("targets", "A", ["x"], True), ("targets", "B")], ["B"]),
    "other paths": ([("targets", "A", ["*.py"]), ("targets", "B"), ("A", "C")], ["B"]),
    "other paths below": ([("targets", "A"), ("targets", "B"), ("A", "C", ["*.py"]), ("C", "D")], ["A", "B"]),
    "a circle": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("C", "D"), ("D", "B")], ["A", "B", "C", "D"]),
    "itself": ([("targets", "A"), ("A", "A")], ["A"]),
    "from two": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C")], ["A", "C", "B"]),
    "from two, by paths": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C", ["*.py"])], ["A", "B", "C"]),
}


def graph(repository, delegations):
    for parent, name, *rest in delegations:
        paths, terminating = (rest + [["*"], False][len(rest) :])[:2]
        repository.delegate(parent, name, paths, terminating)
    names = dict.fromkeys(name for _, name, *_ in delegations)
    return [*names, "targets"]


def asked_roles(repository):
    """Delegated roles asked for, in order."""
    names = [name.removesuffix(".json").partition(".")[2] for name in repository.asked()]
    return [name for name in names if name not in ("root", "", "snapshot", "targets")]


def case_order(server, client):
    """Roles are asked in pre-order, depth first, once each; terminating ends the search"""
    for name, (delegations, order) in GRAPHS.items():
        server.repository = repository = Repository()
        repository.release(*graph(repository, delegations))
        fresh(client)
        refuses(client, client.download("missing"), "pack-no-target")
        same(asked_roles(repository), order, name)
        same(sorted(client.roles()), sorted([*TOP_FILES, *(f"{role}.json" for role in order)]), name)
    return f"as it must in {len(GRAPHS)} graphs"


TREE = [
    ("targets", "A", ["*.doc", "*.md"]),
    ("targets", "B", ["releases/*/*"]),
    ("B", "C", ["releases/x/*"]),
    ("B", "D", ["releases/y/*.zip"]),
]
WHERE = {
    "here": ("targets", True, []),
    "README.md": ("A", True, ["A"]),
    "releases/x/x_v1": ("C", True, ["B", "C"]),
    "releases/y/y_v1.zip": ("D", True, ["B", "D"]),
    "releases/z/z_v1.zip": ("D", False, ["B"]),
    "releases/x/deep/x": ("C", False, []),
    "sub/README.md": ("A", False, []),
}


def case_paths(server, client):
    """A target counts only from a role that is entrusted with its path at every step"""
    for path, (role, found, order) in WHERE.items():
        server.repository = repository = Repository()
        roles = graph(repository, TREE)
        repository.add_target(path, b"contents", role=role)
        repository.release(*roles)
        fresh(client)
        if found:
            accepts(client, client.download(path))
            same(client.downloaded()[quote(path, "")], b"contents")
        else:
            refuses(client, client.download(path), "pack-no-target")
        same(asked_roles(repository), order, path)
    return "finds it there only"


def case_overlap(server, client):
    """Overlapping paths: the role that stands first speaks, even where a later one has the target too"""
    server.repository = repository = Repository()
    roles = graph(repository, [("targets", "A", ["x/*"]), ("targets", "B", ["x/*", "y/*"])])
    repository.add_target("x/both", b"of B", role="B")
    repository.add_target("x/both", b"of A", role="A")
    repository.add_target("y/b", b"of B", role="B")
    repository.release(*roles)
    fresh(client)
    accepts(client, client.download("x/both"))
    same(client.downloaded()["x%2Fboth"], b"of A")
    accepts(client, client.download("y/b"))


def case_own_first(server, client):
    """A role's own targets come before those of the roles it delegates to"""
    server.repository = repository = Repository()
    roles = graph(repository, [("targets", "A")])
    repository.add_target("x", b"of A", role="A")
    repository.add_target("x", b"own", role="targets")
    repository.release(*roles)
    fresh(client)
    accepts(client, client.download("x"))
    same(client.downloaded()["x"], b"own")
    same(asked_roles(repository), [])


def case_partner_dropped(server, client):
    """A partner who is dropped: nothing of theirs is found any more, at once"""
    server.repository = repository = Repository()
    roles = graph(repository, [("targets", "A", ["a/*"]), ("targets", "B", ["b/*"])])
    repository.add_target("a/x", b"of A", role="A")
    repository.add_target("b/x", b"of B", role="B")
    repository.release(*roles)
    fresh(client)
    accepts(client, client.download("b/x"))
    del repository.now["targets"].signed.delegations.roles["B"]
    repository.release("targets")
    result = refuses(client, client.download("b/x"), "pack-no-target")
    accepts(client, client.download("a/x"))
    return result


def case_partner_alone(server, client):
    """A partner's new metadata needs no signature of the targets role"""
    server.repository = repository = Repository()
    repository.delegate("targets", "B", ["b/*"])
    repository.release("B", "targets")
    fresh(client)
    refuses(client, client.download("b/x"), "pack-no-target")
    repository.asked()
    repository.add_target("b/x", b"new", role="B")
    repository.release("B")
    accepts(client, client.download("b/x"))
    same(repository.asked(), ["2.root.json", "timestamp.json", "3.snapshot.json", "2.B.json"])


def case_delegated_threshold(server, client):
    """Thresholds of a delegated role: two of two sign, then one"""
    server.repository = repository = Repository()
    repository.delegate("targets", "B", ["b/*"], threshold=2)
    repository.add_target("b/x", b"of B", role="B")
    repository.release("B", "targets")
    fresh(client)
    accepts(client, client.download("b/x"))
    repository.signers["B"].pop()
    repository.add_target("b/y", b"of B", role="B")
    repository.release("B")
    result = refuses(client, client.download("b/y"), "pack-too-few-signatures")
    same(client.version("B"), 1)
    return result


def case_delegated_mixed(server, client):
    """Metadata of a delegated role other than snapshot lists, or that it does not list"""
    server.repository = repository = Repository()
    repository.delegate("targets", "B", ["b/*"])
    repository.add_target("b/x", b"of B", role="B")
    repository.release("B", "targets")
    repository.release("B")
    repository.published["B"][2] = repository.published["B"][1]
    fresh(client)
    result = refuses(client, client.download("b/x"), "pack-mixed")
    del repository.now["snapshot"].signed.meta["B.json"]
    repository.publish("snapshot")
    repository.publish("timestamp")
    fresh(client)
    refuses(client, client.download("b/x"), "pack-mixed")
    return result


def case_delegated_error_ends(server, client):
    """A role that cannot be accepted ends the search: a later one does not speak in its place"""
    server.repository = repository = Repository()
    roles = graph(repository, [("targets", "A"), ("targets", "B")])
    repository.add_target("x", b"of B", role="B")
    repository.now["A"].signed.expires = in_days(-1)
    repository.release(*roles)
    fresh(client)
    result = refuses(client, client.download("x"), "pack-expired")
    same(asked_roles(repository), ["A"])
    return result


def case_delegated_expired(server, client):
    """A delegated role that has expired is not kept, and that expired here meanwhile is not used"""
    server.repository = repository = Repository()
    repository.delegate("targets", "B", ["b/*"])
    repository.now["B"].signed.expires = in_days(-1)
    repository.add_target("b/x", b"of B", role="B")
    repository.release("B", "targets")
    fresh(client)
    accepts(client, client.refresh())
    result = refuses(client, client.download("b/x"), "pack-expired")
    same((client.downloaded(), client.version("B")), ({}, None))
    repository.add_target("b/y", b"of B, too", role="B")

    def prepare(expires):
        repository.now["B"].signed.expires = expires
        repository.release("B")
        accepts(client, client.download("b/x"))

    outlive(prepare)
    refuses(client, client.download("b/y"), "pack-expired")
    repository.now["B"].signed.expires = in_days(1)
    repository.release("B")
    accepts(client, client.download("b/y"))
    return f"{result}; takes the newer one"


def case_hash_prefixes(server, client):
    """Paths delegated by the beginning of their hashes"""
    server.repository = repository = Repository()
    path = "bins/some file.bin"
    prefix = hashlib.sha256(path.encode()).hexdigest()[:3]
    other = "000" if prefix != "000" else "111"
    repository.delegate("targets", "A", prefixes=[other])
    repository.delegate("targets", "B", prefixes=["fff0", prefix])
    repository.add_target(path, b"binned", role="B")
    repository.release("A", "B", "targets")
    fresh(client)
    accepts(client, client.download(path))
    same(asked_roles(repository), ["B"])


def case_many_roles(server, client):
    """A chain of forty roles: thirty-two are asked, and no more"""
    server.repository = repository = Repository()
    chain = [("targets" if n == 0 else f"r{n - 1}", f"r{n}") for n in range(40)]
    roles = graph(repository, chain)
    repository.add_target("near", b"near", role="r31")
    repository.add_target("far", b"far", role="r32")
    repository.release(*roles)
    fresh(client)
    accepts(client, client.download("near"))
    result = refuses(client, client.download("far"), "pack-no-target")
    same(asked_roles(repository), [f"r{n}" for n in range(32)])
    return result


def case_odd_names(server, client):
    """Role names with characters that mean something in URLs and file names"""
    names = ["?", "#", "%", "%2F", "&", "a b", "ä", ".", "..", "../a", "/a", "a/../../b", "x.y", "2.x", "new"]
    for consistent in (True, False):
        for name in names:
            server.repository = repository = Repository(consistent=consistent)
            repository.delegate("targets", name, ["*"])
            repository.release(name, "targets")
            fresh(client)
            refuses(client, client.download("nothing"), "pack-no-target")
            stem = quote(name, "")
            same(repository.asked()[-1], f"1.{stem}.json" if consistent else f"{stem}.json")
            same(client.kept(name), repository.published[name][1], name)
            same(len(client.roles()), 5, name)
    return f"encodes {len(names)} of them"


def case_forbidden_names(server, client):
    """A delegation to a role with the name of a top-level role, or with none"""
    import json

    from cases_keys import resign

    for name in ("root", "targets", "snapshot", "timestamp", ""):
        server.repository = repository = Repository(hashes=False)
        repository.delegate("targets", "B", ["*"])
        repository.release("B", "targets")
        value = json.loads(repository.published["targets"][2])
        value["signed"]["delegations"]["roles"][0]["name"] = name
        resign(value, repository.signers["targets"][0])
        repository.published["targets"][2] = json.dumps(value).encode()
        fresh(client)
        result = refuses(client, client.download("nothing"), "metadata-malformed")
    return result


TOP_FILES = ["root.json", "snapshot.json", "targets.json", "timestamp.json"]


def fresh(client):
    for folder in (client.metadata, client.targets):
        for path in folder.iterdir():
            path.unlink()
    accepts(client, client.init())
