"""Runs every case against a client command and prints the table of results.

    python3 tests/tuf/run.py [--table FILE] [--only WORD] -- COMMAND…

COMMAND is a client of the framework with the command line of its conformance suite, such as
`target/debug/verilabel pack tuf`. Exits with 1 if a case fails.
"""

import argparse
import inspect
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import cases_attacks
import cases_basics
import cases_delegations
import cases_keys
import cases_transport
from client import Client
from repository import Server

MODULES = [cases_basics, cases_attacks, cases_keys, cases_delegations, cases_transport]


def cases():
    """Every case: its group, its name in words, the function."""
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("case_"):
                yield module.__doc__.splitlines()[0].rstrip("."), function


def in_order(found):
    group, function = found
    return [m.__doc__.splitlines()[0].rstrip(".") for m in MODULES].index(group), inspect.getsourcelines(function)[1]


def run(found, command):
    """Runs a case with a server and a client of its own. It gives what it found out, in words."""
    _, function = found
    server = Server()
    client = Client(command, server)
    try:
        return True, function(server, client) or "as it must"
    except Exception:  # Whatever went wrong, the case failed.
        said = f"{traceback.format_exc()}{client.said}"
        return False, said
    finally:
        server.http.shutdown()
        client.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--table")
    arguments.add_argument("--only", default="")
    arguments.add_argument("command", nargs="+")
    given = arguments.parse_args()
    chosen = [c for c in sorted(cases(), key=in_order) if given.only in c[1].__name__]
    with ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(lambda found: run(found, given.command), chosen))
    failed = 0
    lines, group = [], None
    for (of, function), (good, result) in zip(chosen, results):
        if of != group:
            group = of
            lines += [f"\n## {group}\n", "| case | the client |", "|---|---|"]
        words = " ".join(function.__doc__.split()).rstrip(".")
        lines.append(f"| {words} | {result if good else 'FAILS'} |")
        if not good:
            failed += 1
            print(f"{function.__name__}: {words}\n{result}", file=sys.stderr)
    print(f"{len(results) - failed} of {len(results)} cases pass", file=sys.stderr)
    table = "\n".join(lines).strip() + "\n"
    if given.table and not failed:
        with open(given.table, "w", encoding="utf-8") as file:
            file.write(f"{HEAD}\n{table}")
    elif not given.table:
        print(table)
    return 1 if failed else 0


HEAD = """# What our client does with good and hostile repositories

Written by `tests/tuf/run.py`, which `cargo xtask test` runs: python-tuf makes the metadata, a server on the
loopback serves it well or badly, and `verilabel pack tuf` is run against it. Codes: [codes.md](codes.md).
"""

if __name__ == "__main__":
    sys.exit(main())
