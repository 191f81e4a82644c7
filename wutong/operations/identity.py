"""``wutong identity``: rebuild and check who is who, resolve observations, or find the doubles, of a file."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from wutong.operations.own_server import reachable_database
from wutong.operations.problem import Problem
from wutong.people.table_proposals import add_propose_arguments, print_proposals
from wutong.platform.logs import configure_logging


def main(argv: list[str]) -> int:
    """Who is who: recompute it all from what was seen; resolve observations, or find the doubles, of a file."""
    parser = argparse.ArgumentParser(prog="wutong identity", description=main.__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    rebuild = acts.add_parser("rebuild", help="recompute everything from what was seen and bring it in line")
    rebuild.add_argument(
        "--check", action="store_true", help="change nothing; tell each difference, leave with 1 if any"
    )
    rebuild.add_argument("--json", action="store_true", help="print one line of JSON")
    resolve = acts.add_parser("resolve", help="who belongs together in a file, in a scratch schema")
    resolve.add_argument(
        "file", type=Path, metavar="FILE.jsonl", help='lines {"event_id", "at", "identifiers": ["kind:value", …]}'
    )
    resolve.add_argument(
        "--level", type=int, choices=(1, 2, 3, 4), default=4, help="how many of the rules hold; 4, as the product does"
    )
    resolve.add_argument(
        "--blocked", metavar="V,V…", help="values that never link; without it those that the product blocks"
    )
    propose = acts.add_parser(
        "propose",
        help="print the pairs of a table, or of two, that are probably one person",
        description="Print id_a,id_b,probability for each pair that is probably one person, the likeliest first.",
    )
    add_propose_arguments(propose)
    given = parser.parse_args(argv)
    if given.act == "propose":
        return print_proposals(given)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wutong.settings")
    configure_logging("identity")
    with reachable_database():
        import django

        django.setup()
        if given.act == "resolve":
            return _resolve(given.file, given.level, given.blocked)
        return _check(as_json=given.json) if given.check else _rebuild(as_json=given.json)


def _resolve(file: Path, level: int, blocked: str | None) -> int:
    from wutong.people.graph import Level
    from wutong.people.scratch import NotAnObservation, read_lines, resolve_in_scratch

    try:
        with file.open(encoding="utf-8-sig") as lines:
            observations = read_lines(lines)
    except (OSError, UnicodeDecodeError, NotAnObservation) as error:
        raise Problem(f"{file}: {error}") from error
    values = None if blocked is None else [value.strip() for value in blocked.split(",") if value.strip()]
    _say(resolve_in_scratch(observations, level=Level(level), blocked=values))
    return 0


def _check(*, as_json: bool) -> int:
    from wutong.people.rebuild import check

    found = check()
    if as_json:
        _say(found)
    else:
        print(found.in_words())  # noqa: T201  # as below
    return 0 if found.is_equal else 1


def _rebuild(*, as_json: bool) -> int:
    from wutong.people.rebuild import rebuild

    done = rebuild(at=datetime.now(UTC))
    if as_json:
        _say(done)
    else:
        print(done.in_words())  # noqa: T201  # as below
    return 0


def _say(answer: object) -> None:
    print(msgspec.json.encode(answer).decode())  # noqa: T201  # a command speaks on its streams
