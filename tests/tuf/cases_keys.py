"""Keys and signatures.

Rotation of every role, kinds of keys, key ids, duplicates (TUF specification §4.2, §5.3).
"""

import json

from securesystemslib.signer import CryptoSigner, SSlibKey

from cases_attacks import fresh, start_over
from check import accepts, begin, refuses, same
from repository import Repository

# Which keys, how many of them must sign, which do; for each root in turn. The last may be due to be refused.
ROOTS = {
    "one key": [((1,), 1, (1,)), ((2,), 1, (2, 1)), ((2,), 1, (2,))],
    "signatures of strangers beside": [((1,), 1, (3, 1, 4)), ((2,), 1, (3, 2, 1, 4)), ((2,), 1, (3, 2, 4))],
    "other three of five each time": [((0, 1, 2, 3, 4), 3, s) for s in ((0, 2, 4), (0, 4, 1), (1, 3, 4))],
    "one of five": [((0, 1, 2, 3, 4), 3, (0, 2, 4)), ((0, 1, 3, 4, 5), 3, (0, 4, 1))],
    "all of five": [((0, 1, 2, 3, 4), 3, (0, 2, 4)), ((5, 6, 7, 8, 9), 3, (0, 2, 4, 5, 6, 7)), ((5, 6, 7, 8, 9), 3, (5, 6, 7))],
    "a higher threshold": [((1, 2, 3), 1, (1,)), ((1, 2, 3), 2, (1, 2))],
    "a lower threshold": [((1, 2, 3), 2, (1, 2)), ((1, 2, 3), 1, (1, 2)), ((1, 2, 3), 1, (1,))],
    "a second key": [((1,), 1, (1,)), ((1, 2), 2, (1, 2))],
}
BAD_ROOTS = {
    "not signed by the old key": [((1,), 1, (1,)), ((2,), 1, (2, 3, 4))],
    "not signed by the new key": [((1,), 1, (1,)), ((2,), 1, (1, 3, 4))],
    "too few of the new keys": [((0, 1, 2, 3, 4), 3, (0, 2, 4)), ((0, 1, 3, 4, 5), 3, (0, 2, 4))],
    "too few of the old keys": [((0, 1, 2, 3, 4), 3, (0, 2, 4)), ((0, 1, 3, 4, 5), 3, (0, 4, 5))],
    "the new threshold missed": [((1, 2, 3), 1, (1,)), ((1, 2, 3), 2, (2,))],
    "the old threshold missed": [((1, 2, 3), 2, (1, 2)), ((1, 2, 3), 1, (1,))],
}


def roots(server, client, table, good):
    for name, versions in table.items():
        signers = [CryptoSigner.generate_ed25519() for _ in range(10)]
        server.repository = repository = Repository()
        repository.published["root"].clear()
        for number, (keys, threshold, signed_by) in enumerate(versions, start=1):
            repository.root.roles["root"].keyids.clear()
            for key in keys:
                repository.root.add_key(signers[key].public_key, "root")
            repository.root.roles["root"].threshold = threshold
            repository.signers["root"] = [signers[key] for key in signed_by]
            repository.publish("root", version=number)
        start_over(server, client, refresh=False)
        if good:
            accepts(client, client.refresh())
            same(client.kept("root"), repository.published["root"][len(versions)], name)
        else:
            refuses(client, client.refresh(), "pack-too-few-signatures")
            same(client.kept("root"), repository.published["root"][len(versions) - 1], name)
    return f"as it must in {len(table)} ways"


def case_root_rotations(server, client):
    """Rotation of root: keys and thresholds exchanged in turn"""
    return roots(server, client, ROOTS, good=True)


def case_bad_root_rotations(server, client):
    """Rotation of root that the old or the new keys do not bear out"""
    return f"{roots(server, client, BAD_ROOTS, good=False)}: `pack-too-few-signatures`"


def case_role_rotations(server, client):
    """Rotation of timestamp, snapshot and targets"""
    repository = begin(server, client, Repository())
    for role in ("timestamp", "snapshot", "targets"):
        repository.rotate(role)
        refuses(client, client.refresh(), "pack-too-few-signatures")
        repository.release()
        accepts(client, client.refresh())
        same(client.kept(role), repository.published[role]["newest"])
    return "refuses what the old key signed, takes what the new one signs"


def case_delegated_rotation(server, client):
    """Rotation of a delegated role by the role that delegates to it"""
    server.repository = repository = Repository()
    repository.delegate("targets", "partner", ["p/*"])
    repository.add_target("p/a", b"one", role="partner")
    repository.release("partner", "targets")
    accepts(client, client.init())
    accepts(client, client.download("p/a"))
    repository.drop_keys("partner")
    repository.add_key("partner")
    repository.release("targets")
    refuses(client, client.download("p/b"), "pack-too-few-signatures")
    repository.add_target("p/b", b"two", role="partner")
    repository.release("partner")
    accepts(client, client.download("p/b"))
    return "refuses what the old key signed, takes what the new one signs"


def case_three_of_five(server, client):
    """Three of five keys for every role, in every combination, and two of five"""
    server.repository = repository = Repository()
    signers = [CryptoSigner.generate_ed25519() for _ in range(5)]
    for role in ("timestamp", "snapshot", "targets"):
        repository.drop_keys(role)
        for signer in signers:
            repository.add_key(role, signer)
        repository.root.roles[role].threshold = 3
    repository.publish("root")
    start_over(server, client, refresh=False)
    for chosen in ((0, 1, 2), (2, 3, 4), (4, 0, 2), (1, 3, 4), (3, 1, 0)):
        for role in ("timestamp", "snapshot", "targets"):
            repository.signers[role] = [signers[i] for i in chosen]
        repository.release()
        accepts(client, client.refresh())
    repository.signers["targets"] = signers[:2]
    repository.release()
    return refuses(client, client.refresh(), "pack-too-few-signatures")


def case_lost_key(server, client):
    """A key lost below the threshold: the others go on, and it is replaced"""
    server.repository = repository = Repository()
    repository.add_key("targets")
    repository.add_key("targets")
    repository.root.roles["targets"].threshold = 2
    repository.publish("root")
    start_over(server, client, refresh=False)
    lost = repository.signers["targets"].pop()
    repository.release()
    accepts(client, client.refresh())
    repository.root.revoke_key(lost.public_key.keyid, "targets")
    repository.add_key("targets")
    repository.publish("root")
    repository.release()
    accepts(client, client.refresh())


def kinds():
    return {
        "ed25519": CryptoSigner.generate_ed25519(),
        "ecdsa-sha2-nistp256": CryptoSigner.generate_ecdsa(),
        "rsassa-pss-sha256": CryptoSigner.generate_rsa(),
        "rsa-pkcs1v15-sha256": CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256"),
    }


def case_kinds_of_keys(server, client):
    """Keys of every kind of the specification, for root, timestamp and targets"""
    names = []
    for name, signer in kinds().items():
        repository = fresh(server, client, Repository())
        for role in ("root", "timestamp", "targets"):
            repository.add_key(role, signer)
            repository.root.roles[role].threshold += 1
        repository.publish("root")
        repository.release()
        accepts(client, client.refresh())
        same(client.versions(), [2, 2, 2, 2], name)
        # The same with a signature that looks right and does not hold.
        repository.publish("root")
        wrong = signer.sign(b"something else").signature
        keyid = signer.public_key.keyid

        def falsify(metadata):
            for signature in metadata["signatures"]:
                if signature["keyid"] == keyid:
                    signature["sig"] = wrong

        repository.edit("root", falsify, 3)
        refuses(client, client.refresh(), "pack-too-few-signatures")
        same(client.version("root"), 2, name)
        names.append(f"`{name}`")
    return "takes " + ", ".join(names)


def case_old_key_type(server, client):
    """A P-256 key with the key type of older repositories"""
    repository = begin(server, client, Repository())
    signer = CryptoSigner.generate_ecdsa()
    repository.add_key("timestamp", signer)
    repository.root.roles["timestamp"].threshold = 2
    repository.root.keys[signer.public_key.keyid].keytype = "ecdsa-sha2-nistp256"
    repository.publish("root")
    repository.release()
    accepts(client, client.refresh())


def case_unknown_scheme(server, client):
    """A key of an unknown kind does no harm beside others, and never counts"""
    repository = begin(server, client, Repository())
    stranger = CryptoSigner.generate_ed25519()
    repository.add_key("timestamp", stranger)
    key = repository.root.keys[stranger.public_key.keyid]
    key.keytype, key.scheme, key.keyval = "lattice", "lattice-1", {"public": "x", "more": [1]}
    repository.publish("root")
    repository.release()
    accepts(client, client.refresh())
    repository.root.roles["timestamp"].threshold = 2
    repository.publish("root")
    repository.release()
    return f"takes the first; {refuses(client, client.refresh(), 'metadata-unknown-scheme')}"


def case_free_key_ids(server, client):
    """Key ids that are no hashes of their keys"""
    repository = begin(server, client, Repository())
    for number, role in enumerate(("root", "timestamp", "snapshot", "targets")):
        signer = CryptoSigner.generate_ed25519()
        signer.public_key.keyid = f"key {number} ä"
        repository.add_key(role, signer)
        repository.root.roles[role].threshold = 2
    repository.publish("root")
    repository.release()
    accepts(client, client.refresh())


def case_key_without_entry(server, client):
    """A key id of a role for which there is no key"""
    repository = begin(server, client, Repository())
    repository.root.roles["snapshot"].keyids.append("f" * 64)
    repository.publish("root")
    repository.release()
    accepts(client, client.refresh())


def case_threshold_too_high(server, client):
    """A threshold that no number of keys reaches"""
    repository = begin(server, client, Repository())
    repository.root.roles["snapshot"].threshold = 2
    repository.publish("root")
    repository.release()
    result = refuses(client, client.refresh(), "pack-too-few-signatures")
    same(client.versions()[0], 2)
    return result


def case_same_signature_twice(server, client):
    """The signature of one key twice"""
    repository = begin(server, client, Repository())
    repository.publish("timestamp")
    repository.edit("timestamp", lambda m: m["signatures"].append(m["signatures"][0]))
    result = refuses(client, client.refresh(), "metadata-duplicate-signature")
    same(client.version("timestamp"), 1)
    return result


def case_same_key_under_two_ids(server, client):
    """One key under two ids does not make two"""
    repository = begin(server, client, Repository())
    signer = CryptoSigner.generate_ed25519()
    for name in ("a", "b"):
        public = signer.public_key
        other = SSlibKey(name, public.keytype, public.scheme, dict(public.keyval))
        repository.root.add_key(other, "timestamp")
        twin = CryptoSigner(signer._private_key, other)
        repository.signers["timestamp"].append(twin)
    repository.root.roles["timestamp"].threshold = 3
    repository.publish("root")
    repository.release()
    return refuses(client, client.refresh(), "pack-too-few-signatures")


def case_same_key_id_twice(server, client):
    """A key id that a role lists twice"""
    repository = begin(server, client, Repository())
    repository.publish("root")
    signer = repository.signers["root"][0]
    value = json.loads(repository.published["root"][2])
    value["signed"]["roles"]["snapshot"]["keyids"] *= 2
    resign(value, signer)
    repository.published["root"][2] = json.dumps(value).encode()
    return refuses(client, client.refresh(), "metadata-malformed")


def case_key_id_of_two_keys(server, client):
    """A key id that stands for one key in root and for another in a delegation"""
    server.repository = repository = Repository()
    taken = repository.signers["root"][0].public_key.keyid
    repository.delegate("targets", "partner", ["p/*"])
    other = CryptoSigner.generate_ed25519()
    other.public_key.keyid = taken
    repository.add_key("partner", other)
    repository.add_target("p/a", b"partner", role="partner")
    repository.release("partner", "targets")
    accepts(client, client.init())
    return refuses(client, client.download("p/a"), "metadata-key-id")


def case_signature_beside(server, client):
    """A signature that does not hold, is empty or is no hexadecimal, beside enough that hold"""
    repository = begin(server, client, Repository())
    repository.add_key("timestamp")
    repository.publish("root")
    for wrong in ("00" * 64, "", "xyz", "abc"):
        repository.publish("timestamp")
        repository.edit("timestamp", lambda m, wrong=wrong: m["signatures"][0].update(sig=wrong))
        accepts(client, client.refresh())


def case_malformed(server, client):
    """Metadata of another shape: times, versions, thresholds"""
    changes = [
        lambda s: s.update(expires="2099-01-01"),
        lambda s: s.update(expires="2099-01-01T00:00:00+00:00"),
        lambda s: s.update(expires="2099-01-01T00:00:00.5Z"),
        lambda s: s.update(version=0),
        lambda s: s.update(version=-1),
        lambda s: s.update(version="2"),
        lambda s: s.update(version=2.5),
        lambda s: s.update(meta=[]),
        lambda s: s.pop("expires"),
        lambda s: s.update(x=json.loads("[" * 60 + "]" * 60)),
    ]
    repository = begin(server, client, Repository())
    for change in changes:
        value = json.loads(repository.published["timestamp"][1])
        change(value["signed"])
        repository.published["timestamp"]["newest"] = json.dumps(value).encode()
        result = refuses(client, client.refresh(), "metadata-malformed")
    return result


def resign(value, signer):
    """Signs JSON as it stands."""
    from securesystemslib.formats import encode_canonical

    signature = signer.sign(encode_canonical(value["signed"]).encode())
    value["signatures"] = [{"keyid": signer.public_key.keyid, "sig": signature.signature}]
