"""A repository of The Update Framework that does what it is told, served over loopback HTTP.

Metadata is made by python-tuf, an implementation that is not ours. What is published stays published under its
version, as on a real mirror; a case may then change, hide, delay or falsify any single file.
"""

import copy
import json
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

TOP = ("root", "targets", "snapshot", "timestamp")


def in_days(days):
    """That many days from now, in whole seconds."""
    return in_seconds(days * 86_400)


def in_seconds(seconds):
    """That many seconds from now, in whole seconds."""
    return datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=seconds)


class Repository:
    """The publisher's side, and the mirror's."""

    def __init__(self, consistent=True, hashes=True):
        self.hashes = hashes
        self.signers = {}
        self.now = {
            "root": Metadata(Root(expires=in_days(365), consistent_snapshot=consistent)),
            "targets": Metadata(Targets(expires=in_days(90))),
            "snapshot": Metadata(Snapshot(expires=in_days(7))),
            "timestamp": Metadata(Timestamp(expires=in_days(1))),
        }
        # What the mirror has: metadata by role and version, targets by path.
        self.published = {role: {} for role in TOP}
        self.targets = {}
        # What it does to a file of that name: a function of its bytes, or None for a file that is not there.
        self.mischief = {}
        self.requests = []
        for role in TOP:
            self.add_key(role)
        self.publish("root")
        self.release()

    # The publisher's side.

    @property
    def root(self):
        return self.now["root"].signed

    def add_key(self, role, signer=None, delegator=None):
        """Gives a role one more key; gives its signer."""
        signer = signer or CryptoSigner.generate_ed25519()
        owner = self.now[delegator or self.delegator(role)].signed
        owner.add_key(signer.public_key, role)
        self.signers.setdefault(role, []).append(signer)
        return signer

    def delegator(self, role):
        if role in TOP:
            return "root"
        for name, metadata in self.now.items():
            delegations = getattr(metadata.signed, "delegations", None)
            if delegations and role in (delegations.roles or {}):
                return name
        raise KeyError(role)

    def drop_keys(self, role):
        """Takes all keys from a role, for a rotation."""
        owner = self.now[self.delegator(role)].signed
        for signer in self.signers.pop(role, []):
            owner.revoke_key(signer.public_key.keyid, role)

    def rotate(self, role):
        """Gives a top-level role one new key in the place of its old ones, and publishes the new root."""
        old = list(self.signers[role])
        self.drop_keys(role)
        new = self.add_key(role)
        self.publish("root", also=old if role == "root" else ())
        return new

    def delegate(self, parent, name, paths=("*",), terminating=False, prefixes=None, threshold=1):
        """Delegates paths to a role, which is made if it is new. The role's keys serve all who delegate to it."""
        owner = self.now[parent].signed
        if owner.delegations is None:
            owner.delegations = Delegations({}, {})
        role = DelegatedRole(name, [], threshold, terminating, None if prefixes else list(paths), prefixes)
        owner.delegations.roles[name] = role
        if name in self.now:
            for signer in self.signers[name]:
                owner.add_key(signer.public_key, name)
        else:
            self.now[name] = Metadata(Targets(expires=in_days(30)))
            self.published[name] = {}
            for _ in range(threshold):
                self.add_key(name, delegator=parent)
        return role

    def add_target(self, path, data, role="targets", algorithms=("sha256",)):
        listed = TargetFile.from_data(path, data, list(algorithms))
        self.now[role].signed.targets[path] = listed
        self.targets[path] = data
        return listed

    def sign(self, role, also=()):
        """Signs a role's present state; gives the bytes."""
        metadata = self.now[role]
        metadata.signatures.clear()
        for signer in [*self.signers.get(role, []), *also]:
            metadata.sign(signer, append=True)
        return metadata.to_bytes()

    def publish(self, role, also=(), version=None):
        """Publishes the next version of a role, or the version given."""
        signed = self.now[role].signed
        if version is not None:
            signed.version = version
        elif self.published[role]:
            signed.version += 1
        data = self.sign(role, also)
        self.put(role, signed.version, data)
        if role == "snapshot":
            self.now["timestamp"].signed.snapshot_meta = self.meta_file(signed.version, data)
        elif role not in TOP or role == "targets":
            self.now["snapshot"].signed.meta[f"{role}.json"] = self.meta_file(signed.version, data)
        return data

    def release(self, *roles):
        """Publishes targets roles (`targets` if none is named), and snapshot and timestamp over them."""
        for role in roles or ("targets",):
            self.publish(role)
        self.publish("snapshot")
        self.publish("timestamp")

    def meta_file(self, version, data):
        if not self.hashes:
            return MetaFile(version)
        return MetaFile.from_data(version, data, ["sha256"])

    # The mirror's side.

    def put(self, role, version, data):
        """What the mirror has under that role and version; the newest is also under the name without one."""
        self.published[role][version] = data
        self.published[role]["newest"] = data

    def edit(self, role, change, version="newest"):
        """Changes the JSON of published metadata behind its publisher's back."""
        value = json.loads(self.published[role][version])
        change(value)
        data = json.dumps(value).encode()
        for key, present in list(self.published[role].items()):
            if present == self.published[role][version] and key != version:
                self.published[role][key] = data
        self.published[role][version] = data

    def frozen(self):
        """What the mirror has now, to serve it again later."""
        return copy.deepcopy((self.published, self.targets))

    def serve_again(self, frozen):
        self.published, self.targets = copy.deepcopy(frozen)

    def fetch(self, path):
        """The bytes at a path below the repository, or None."""
        if path in self.mischief and self.mischief[path] is None:
            return None
        kind, _, name = path.partition("/")
        data = self.metadata(name) if kind == "metadata" else self.target(name)
        change = self.mischief.get(path)
        return change(data) if callable(change) and data is not None else data

    def metadata(self, name):
        if not name.endswith(".json"):
            return None
        stem = name[: -len(".json")]
        version, dot, role = stem.partition(".")
        versioned = dot and version.isdigit() and (role == "root" or self.root.consistent_snapshot)
        if versioned:
            return self.published.get(unquote(role), {}).get(int(version))
        if self.root.consistent_snapshot and stem != "timestamp":
            return None
        return self.published.get(unquote(stem), {}).get("newest")

    def target(self, name):
        name = unquote(name)
        if not self.root.consistent_snapshot:
            return self.targets.get(name)
        folder, slash, file = name.rpartition("/")
        digest, _, file = file.partition(".")
        path = f"{folder}{slash}{file}"
        listed = [m.signed.targets.get(path) for m in self.now.values() if isinstance(m.signed, Targets)]
        known = {value for file in listed if file for value in file.hashes.values()}
        return self.targets.get(path) if digest in known else None

    def asked(self, kind="metadata"):
        """Names asked for since the last call of this."""
        names = [name for asked, name in self.requests if asked == kind]
        self.requests = [(asked, name) for asked, name in self.requests if asked != kind]
        return names


class Slow:
    """A body that comes in pieces with pauses between them."""

    def __init__(self, data, piece, pause):
        self.data, self.piece, self.pause = data, piece, pause


class Broken:
    """A body that breaks off after some bytes; the next request may have the rest."""

    def __init__(self, data, after):
        self.data, self.after = data, after


class Endless:
    """A body without an end."""


class Status:
    """An answer without a file."""

    def __init__(self, code, location=None):
        self.code, self.location = code, location


class Server:
    """Serves one repository at a time."""

    def __init__(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *_):
                pass

        self.repository = None
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def url(self):
        host, port = self.http.server_address[:2]
        return f"http://{host}:{port}/r"

    def answer(self, request):
        repository = self.repository
        path = request.path.removeprefix("/r/")
        kind, _, name = path.partition("/")
        repository.requests.append((kind, name))
        body = repository.fetch(path)
        try:
            self.send(request, body)
        except OSError:
            pass  # The client had enough.

    def send(self, request, body):
        if body is None:
            return request.send_error(404)
        if isinstance(body, Status):
            request.send_response(body.code)
            if body.location:
                request.send_header("Location", body.location)
            request.send_header("Content-Length", "0")
            return request.end_headers()
        if isinstance(body, Endless):
            request.send_response(200)
            request.end_headers()
            while True:
                request.wfile.write(b" " * 65_536)
        data = body if isinstance(body, bytes) else body.data
        start = 0
        wanted = request.headers.get("Range")
        if wanted and isinstance(body, Broken):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            request.send_response(200)
        if isinstance(body, Broken):
            request.send_header("ETag", '"one"')
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        if isinstance(body, Slow):
            for at in range(0, len(data), body.piece):
                request.wfile.write(data[at : at + body.piece])
                request.wfile.flush()
                time.sleep(body.pause)
        elif isinstance(body, Broken):
            request.wfile.write(data[start : start + body.after])
        else:
            request.wfile.write(data)


def as_segment(name):
    return quote(name, "")
