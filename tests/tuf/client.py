"""Runs the command under test, and looks at what it keeps."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from repository import as_segment


class Client:
    """`verilabel pack tuf` with folders of its own."""

    def __init__(self, command, server):
        self.command, self.server = command, server
        self.folder = Path(tempfile.mkdtemp(prefix="tuf-client-"))
        self.metadata = self.folder / "metadata"
        self.targets = self.folder / "targets"
        self.metadata.mkdir()
        self.targets.mkdir()
        self.code, self.said = None, ""
        # Words before the command, such as `faketime`, and what is done before it starts.
        self.prefix, self.preexec = [], None

    def run(self, *arguments):
        """Runs the command; true if it ended well. `code` then is that of its refusal."""
        line = [*self.prefix, *self.command, "--metadata-dir", str(self.metadata), *arguments]
        # A colleague's proxy is no part of the test.
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        ran = subprocess.run(
            line, capture_output=True, text=True, timeout=240, env=environment, preexec_fn=self.preexec
        )
        self.said = ran.stderr
        found = re.search(r"error\[([a-z0-9-]+)\]", ran.stderr)
        self.code = found and found[1]
        if ran.returncode not in (0, 1):
            raise AssertionError(f"exit code {ran.returncode}: {ran.stderr}")
        if (ran.returncode == 1) != bool(self.code):
            raise AssertionError(f"exit code {ran.returncode} with: {ran.stderr}")
        return ran.returncode == 0

    def init(self, root=None):
        path = self.folder / "trusted-root.json"
        path.write_bytes(root or self.server.repository.published["root"][1])
        return self.run("init", str(path))

    def refresh(self):
        return self.run("--metadata-url", f"{self.server.url}/metadata", "refresh")

    def download(self, path):
        places = ["--target-base-url", f"{self.server.url}/targets/", "--target-dir", str(self.targets)]
        url = f"{self.server.url}/metadata/"
        return self.run("--metadata-url", url, *places, "--target-name", path, "download")

    def kept(self, role):
        """The bytes kept of a role, or None."""
        path = self.metadata / f"{as_segment(role)}.json"
        return path.read_bytes() if path.exists() else None

    def version(self, role):
        kept = self.kept(role)
        return json.loads(kept)["signed"]["version"] if kept else None

    def versions(self):
        """Versions of root, timestamp, snapshot and targets."""
        return [self.version(role) for role in ("root", "timestamp", "snapshot", "targets")]

    def roles(self):
        return sorted(path.name for path in self.metadata.glob("*.json"))

    def downloaded(self):
        return {path.name: path.read_bytes() for path in self.targets.iterdir() if path.is_file()}

    def all_files(self):
        return {path.name: path.read_bytes() for path in self.metadata.iterdir()}

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
