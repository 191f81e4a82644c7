"""``wutong check``: Django's own checks of the settings, as for a deployment."""

import argparse
import importlib


def main(argv: list[str]) -> None:
    """Check settings, models and templates for mistakes that Django knows."""
    argparse.ArgumentParser(prog="wutong check", description=main.__doc__).parse_args(argv)
    importlib.import_module("django").setup()
    importlib.import_module("django.core.management").call_command("check", fail_level="WARNING")
