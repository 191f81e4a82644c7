"""``wutong secret rotate``: a new key in front of the key file, and every stored secret under it."""

import argparse
import importlib

from wutong.operations.own_server import reachable_database
from wutong.platform.logs import configure_logging
from wutong.platform.secrets import add_key, key_path, reseal

SEALED_FIELDS = {
    "platform.KeyCheck": "value_encrypted",
    "platform.MailSettings": "password_encrypted",
    "platform.OutgoingMail": "text_encrypted",
    "platform.SecondFactor": "secret_encrypted",
}
"""Every column that holds a sealed value; a test compares this with the models."""


def main(argv: list[str]) -> None:
    """Rotate the key file. Older keys stay in it: passwords of the database and signed links hang on the oldest."""
    parser = argparse.ArgumentParser(prog="wutong secret", description=main.__doc__)
    parser.add_argument("action", choices=["rotate"])
    parser.parse_args(argv)
    configure_logging("secret")
    with reachable_database():
        importlib.import_module("django").setup()
        add_key()
        count = reseal_all()
    print(f"{key_path()}: new key in front, {count} secrets under it. Restart the processes, and make a backup.")  # noqa: T201  # the operator's terminal


def reseal_all() -> int:
    """Bring every stored secret under the newest key; returns how many there were."""
    from django.apps import apps
    from django.db import transaction

    count = 0
    for label, column in SEALED_FIELDS.items():
        model = apps.get_model(label)
        with transaction.atomic():
            for row in model._default_manager.exclude(**{column: b""}).select_for_update():
                setattr(row, column, reseal(getattr(row, column)))
                row.save(update_fields=[column])
                count += 1
    return count
