"""The command ``wutong demo``."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import django

from wutong.config import config

CONFIRMATION = "delete"
STAYS_DOWN = 78


def main(argv: Sequence[str]) -> int:
    """Complete the demo company and print its sign-ins; ``--reset`` begins it anew, ``--delete`` ends it."""
    parser = argparse.ArgumentParser(
        prog="wutong demo", description="Make, complete, reset or delete the demo company."
    )
    parser.add_argument("--reset", action="store_true", help="throw everything away and begin anew")
    parser.add_argument("--delete", action="store_true", help="throw everything away and begin with a real company")
    parser.add_argument("--yes", action="store_true", help="do not ask before deleting")
    options = parser.parse_args(argv)
    django.setup()
    # Models can be imported only now.
    from django.db import OperationalError

    from wutong.sandbox.ending import CompanyIsReal, StillBusy

    try:
        return _delete(is_sure=options.yes) if options.delete else _make(reset=options.reset)
    except (CompanyIsReal, StillBusy) as refusal:
        sys.stderr.write(f"wutong demo: {refusal}\n")
    except OperationalError as error:
        sys.stderr.write(f"wutong demo: the database does not answer; start it with `wutong up --demo`. {error}\n")
    return STAYS_DOWN


def _make(*, reset: bool) -> int:
    from wutong.sandbox.demo import ensure_demo, fill_lake, reset_demo
    from wutong.sandbox.ending import LOGINS_FILE

    at = datetime.now(UTC)
    logins = reset_demo(at=at) if reset else ensure_demo(at=at)
    path = config().data_dir / LOGINS_FILE
    if logins:
        fill_lake()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.writelines("\t".join(login) + "\n" for login in logins)
    sys.stdout.write(path.read_text() if path.exists() else "")
    return 0


def _delete(*, is_sure: bool) -> int:
    from wutong.sandbox.ending import delete_demo

    if not is_sure:
        sys.stdout.write("Everything in this company will be gone for good: people, colleagues, forms, figures.\n")
        sys.stdout.write(f"Type {CONFIRMATION} to go on: ")
        sys.stdout.flush()
        if sys.stdin.readline().strip() != CONFIRMATION:
            sys.stdout.write("Nothing was deleted.\n")
            return 1
    link = delete_demo(at=datetime.now(UTC))
    sys.stdout.write(
        "The demo is deleted. Start with `wutong up` from now on, without --demo.\n"
        f"One-time link of the first administrator:\n  {config().web_origin}{link}\n"
    )
    return 0
