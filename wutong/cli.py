"""The ``wutong`` command. Knows where each subcommand lives and loads only the one that is asked for."""

import argparse
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from typing import Any

from wutong import __version__
from wutong.config import ConfigError
from wutong.operations.problem import Problem

STAYS_DOWN = 78
"""EX_CONFIG of sysexits.h: the same call would fail again; the supervisor does not repeat it."""

COMMANDS = {
    "up": ("wutong.operations.supervisor:main", "start everything and stay until Ctrl-C [--demo] [--no-open]"),
    "web": ("wutong.operations.web:main", "serve the pages"),
    "edge": ("wutong.edge.server:main", "serve the collector and the live streams"),
    "stream": ("wutong.stream.worker:main", "work through what has arrived"),
    "jobs": ("wutong.operations.jobs:main", "work off the job queue"),
    "analyst": ("wutong.analytics.analyst:main", "compute reports (started on demand)"),
    "sandbox": ("wutong.sandbox.server:main", "play the demo's website and outside platforms"),
    "demo": ("wutong.sandbox.commands:main", "the demo company [--reset]"),
    "doctor": ("wutong.operations.doctor:main", "say what is wrong and how to mend it [--json]"),
    "backup": ("wutong.operations.backup:backup_main", "write everything into one file"),
    "restore": ("wutong.operations.backup:restore_main", "bring a backup back into an empty data folder"),
    "upgrade": ("wutong.operations.upgrade:main", "back up, migrate, check; go back when it fails"),
    "migrate": ("wutong.operations.prepare:migrate_main", "bring the schema up to date"),
    "bench": ("wutong.operations.bench:main", "measure NAME [--json]"),
    "lake": ("wutong.events.lake.commands:run", "status or check of the lake"),
    "identity": (
        "wutong.operations.identity:main",
        "rebuild [--check], resolve FILE.jsonl, or propose FILE.csv [FILE_B.csv]",
    ),
    "staff": ("wutong.operations.staff:main", "reset-password EMAIL, or invite"),
    "normalise": ("wutong.people.commands:normalise_main", "normal forms of phones|emails|credit-codes in a CSV file"),
    "companies": ("wutong.people.commands:companies_main", "match names of companies against a list of them"),
    "secret": ("wutong.operations.rotation:main", "rotate the key file"),
    "check": ("wutong.operations.check:main", "Django's own checks"),
    "prepare": ("wutong.operations.prepare:main", ""),
}


def main(argv: list[str] | None = None) -> None:
    """Run one subcommand and leave with its exit code."""
    given = sys.argv[1:] if argv is None else argv
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wutong.settings")
    options = _parser().parse_args(given[:1] or ["--help"])
    try:
        result = _loaded(options.command)(given[1:])
    except (Problem, ConfigError) as problem:
        sys.exit(_told(str(problem)))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)


def _parser() -> argparse.ArgumentParser:
    lines = [f"  {name:<10} {text}" for name, (_, text) in COMMANDS.items() if text]
    parser = argparse.ArgumentParser(
        prog="wutong",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Wutong: from first touch to renewal, for companies that sell to companies.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nwutong COMMAND --help says more.",
    )
    parser.add_argument("--version", action="version", version=f"wutong {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    return parser


def _loaded(command: str) -> Callable[[list[str]], Any]:
    """The function behind a command; those that take no arguments refuse them.

    Raises:
        Problem: this build does not contain it.
    """
    module_name, _, function_name = COMMANDS[command][0].partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise Problem(f"wutong {command} is not part of this build.") from error
    function: Callable[..., Any] = getattr(module, function_name)
    if inspect.signature(function).parameters:
        return function

    def without_arguments(argv: list[str]) -> Any:
        argparse.ArgumentParser(prog=f"wutong {command}", description=COMMANDS[command][1]).parse_args(argv)
        return function()

    return without_arguments


def _told(text: str) -> int:
    print(f"wutong: {text}", file=sys.stderr)  # noqa: T201  # the operator's terminal
    return STAYS_DOWN
