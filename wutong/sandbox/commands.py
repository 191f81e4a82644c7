"""The command ``wutong demo``."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import django

from wutong.config import config

LOGINS_FILE = "demo-logins.txt"


def main(argv: Sequence[str]) -> int:
    """Complete the demo company and print its sign-ins; ``--reset`` begins it anew."""
    parser = argparse.ArgumentParser(prog="wutong demo", description="Make or complete the demo company.")
    parser.add_argument("--reset", action="store_true", help="throw everything away and begin anew")
    options = parser.parse_args(argv)
    django.setup()
    # Models can be imported only now.
    from django.db import OperationalError

    from wutong.sandbox.demo import CompanyIsReal, ensure_demo, reset_demo

    at = datetime.now(UTC)
    try:
        logins = reset_demo(at=at) if options.reset else ensure_demo(at=at)
    except CompanyIsReal as refusal:
        sys.stderr.write(f"wutong demo: {refusal}\n")
        return 78
    except OperationalError as error:
        sys.stderr.write(f"wutong demo: the database does not answer; start it with `wutong up --demo`. {error}\n")
        return 78
    path = config().data_dir / LOGINS_FILE
    if logins:
        path.touch(mode=0o600)
        path.write_text("".join("\t".join(login) + "\n" for login in logins))
    sys.stdout.write(path.read_text() if path.exists() else "")
    return 0
