"""What cases say when something is not as it must be."""


import time
from datetime import datetime, timezone

from repository import in_seconds


def same(found, due, what=""):
    if found != due:
        raise AssertionError(f"{what}: found {found!r}, due {due!r}")


def accepts(client, done):
    if not done:
        raise AssertionError(f"refused: {client.said}")


def refuses(client, done, code):
    """The client must refuse with that code; gives it in words for the table."""
    if done:
        raise AssertionError(f"accepted, though {code} is due")
    same(client.code, code, "code")
    return f"refuses: `{code}`"


def begin(server, client, repository):
    """A client that trusts the first root of a repository and has followed it to its present state."""
    server.repository = repository
    accepts(client, client.init())
    accepts(client, client.refresh())
    repository.requests.clear()
    return repository


def outlive(prepare):
    """Prepares a case with metadata that expires in a few seconds, and waits until it has.

    Where preparing takes longer than that, it begins anew, and gets longer.
    """
    for seconds in (4, 20, 100):
        expires = in_seconds(seconds)
        try:
            prepare(expires)
        except AssertionError:
            if datetime.now(timezone.utc) < expires:
                raise
            continue
        left = (expires - datetime.now(timezone.utc)).total_seconds()
        if left > 0:
            time.sleep(left + 0.5)
            return
    raise AssertionError("nothing was prepared in time")
