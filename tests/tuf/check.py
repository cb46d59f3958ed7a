"""What cases say when something is not as it must be."""


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
