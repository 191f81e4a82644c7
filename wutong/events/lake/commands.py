"""``wutong lake status|check|export|upkeep|retire [--json]``."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import msgspec

from wutong.events.lake import maintainer
from wutong.events.lake.erasing import erase
from wutong.events.lake.exporter import BATCH_ROWS, Exported, ExportOvertaken, export_once
from wutong.events.lake.retire import retire
from wutong.events.lake.store import LakeUnreachable, our_place
from wutong.platform.logs import configure_logging
from wutong.platform.priority import give_way

_OFTEN = 5  # upkeep commits a handful of times, at most; somebody who commits all the time is a second exporter


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command as a process of its own: its log goes to stderr, because stdout is the answer's."""
    configure_logging("lake")
    return main(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 1 when the stores differ or the lake cannot be opened."""
    parser = argparse.ArgumentParser(prog="wutong lake", description="The lake: all events for ever.")
    parser.add_argument("command", choices=list(_COMMANDS))
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args(argv)
    try:
        answer, is_well = _COMMANDS[given.command]()
    except (LakeUnreachable, ExportOvertaken) as error:
        print(f"wutong lake: {error}", file=sys.stderr)  # noqa: T201  # a command speaks on its streams
        return 1
    print(msgspec.json.encode(answer).decode() if given.json else _in_words(answer))  # noqa: T201  # as above
    return 0 if is_well else 1


def _status() -> tuple[dict[str, Any], bool]:
    found = maintainer.status(our_place())
    return {**asdict(found), "is_alarming": found.is_alarming}, not found.is_alarming


def _check() -> tuple[dict[str, Any], bool]:
    days = maintainer.check(our_place())
    different = [asdict(day) for day in days if not day.is_equal]
    return {"days": len(days), "events": sum(day.hot for day in days), "different": different}, not different


def _export() -> tuple[dict[str, Any], bool]:
    give_way()  # the collector comes first
    last, rows = _export_backlog()
    return {"xid": last.xid, "rows": rows}, True


def _export_backlog() -> tuple[Exported, int]:
    rows = overtaken = 0
    while True:
        try:
            last = export_once(our_place(), at=datetime.now(UTC))
        except ExportOvertaken:
            overtaken += 1
            if overtaken > _OFTEN:
                raise
            continue
        rows += last.total
        if last.total < BATCH_ROWS:
            return last, rows


def _upkeep() -> tuple[dict[str, Any], bool]:
    give_way()
    return dict(maintainer.upkeep(our_place(), at=datetime.now(UTC))), True


def _retire() -> tuple[dict[str, Any], bool]:
    give_way()
    done = retire(our_place(), at=datetime.now(UTC))
    return asdict(done), not done.kept


def _erase() -> tuple[dict[str, Any], bool]:
    """Whom is read from stdin, ``{"people": [1], "subjects": [2, 3]}``: a command line is seen by everybody."""
    whom = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, list[int]])
    counts = erase(our_place(), people=whom["people"], subjects=whom["subjects"])
    return dict(counts), True


_COMMANDS = {
    "status": _status,
    "check": _check,
    "export": _export,
    "upkeep": _upkeep,
    "retire": _retire,
    "erase": _erase,
}


def _in_words(answer: dict[str, Any]) -> str:
    return "\n".join(f"{name.replace('_', ' '):<16} {value}" for name, value in answer.items())


if __name__ == "__main__":
    sys.exit(run())
