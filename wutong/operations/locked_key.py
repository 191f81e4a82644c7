"""The key file inside a backup, locked under a passphrase."""

import base64
import getpass
import json
import os
import sys

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from wutong.config import config
from wutong.operations.problem import Problem

SCRYPT = {"n": 2**15, "r": 8, "p": 1}
"""32 MiB and about a tenth of a second a guess. Source: RFC 7914, and OWASP's Password Storage Cheat Sheet."""
MIN_LENGTH = 10


def passphrase(*, twice: bool) -> str:
    """The passphrase of ``WUTONG_BACKUP_PASSPHRASE``, else asked for at the terminal.

    Raises:
        Problem: there is nobody to ask, it is short, or the repetition differs.
    """
    given = config().backup_passphrase
    if given is None:
        if not sys.stdin.isatty():
            raise Problem(
                "A backup holds the key file under a passphrase. Set WUTONG_BACKUP_PASSPHRASE, or leave the key file "
                "out with --no-key and keep it somewhere safe."
            )
        given = getpass.getpass("Passphrase of the backup: ")
        if twice and given != getpass.getpass("Once more: "):
            raise Problem("The two passphrases differ. Nothing was written.")
    if len(given) < MIN_LENGTH:
        raise Problem(f"The passphrase needs at least {MIN_LENGTH} characters.")
    return given


def lock(key: bytes, passphrase: str) -> bytes:
    """Encrypt the key file's text."""
    salt = os.urandom(16)
    box = {
        "kdf": "scrypt",
        **SCRYPT,
        "salt": salt.hex(),
        "sealed": _fernet(passphrase, salt, SCRYPT).encrypt(key).decode(),
    }
    return json.dumps(box).encode()


def unlock(box: bytes, passphrase: str) -> bytes:
    """Read what :func:`lock` wrote.

    Raises:
        Problem: another passphrase.
    """
    told = json.loads(box)
    cost = {name: int(told[name]) for name in SCRYPT}
    try:
        return _fernet(passphrase, bytes.fromhex(told["salt"]), cost).decrypt(told["sealed"].encode())
    except InvalidToken as error:
        raise Problem("This is not the passphrase under which the backup was made.") from error


def _fernet(passphrase: str, salt: bytes, cost: dict[str, int]) -> Fernet:
    derived = Scrypt(salt=salt, length=32, n=cost["n"], r=cost["r"], p=cost["p"]).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
