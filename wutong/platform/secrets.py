"""Secrets: the key file, what is derived from it, encryption at rest and signed tokens.

``data/secret.key`` (mode 0600) holds one or more keys, newest first, one a line. Everything secret in the database is
encrypted with the newest and read with any; losing the file loses those secrets, so it belongs in every backup. What
tells a wrong file from the right one is in :mod:`wutong.platform.key_check`.
"""

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wutong.config import ConfigError, config

KEY_FILE = "secret.key"


class BrokenSecret(Exception):
    """An encrypted value cannot be read with any key of the key file."""


class KeyLost(ConfigError):
    """There is no key file, and there are data that only its keys open."""


class BadToken(Exception):
    """A signed token is malformed, of another purpose, altered or past its time."""


def key_path() -> Path:
    return config().data_dir / KEY_FILE


@cache
def master_keys() -> tuple[bytes, ...]:
    """The keys of the key file, newest first. For a new company the file is made, readable by its owner only.

    Raises:
        KeyLost: there is none, and the company is not new.
    """
    path = key_path()
    if not path.exists():
        _refuse_to_replace(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass  # another process was first: its key counts
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
    keys = tuple(line.encode() for line in path.read_text().splitlines() if line.strip())
    if not keys:
        raise BrokenSecret(f"{path} is empty. Restore it from a backup; without it stored secrets cannot be read.")
    return keys


def _refuse_to_replace(path: Path) -> None:
    """A new key would let everything start and leave mail, links and, in our own server, every password unreadable."""
    url = config().database_url
    if (config().data_dir / "postgres" / "PG_VERSION").exists():
        whose = f"The database in {config().data_dir} needs the keys of {path}"
    elif url is not None and _holds_a_company(url):
        whose = f"The company in the database of DATABASE_URL needs its keys in {path}"
    else:
        return
    raise KeyLost(
        f"{whose}, and there is no such file. Copy it from another machine that runs this company, or take it "
        "from a backup: wutong restore --only-key BACKUP."
    )


def _holds_a_company(url: str) -> bool:
    """Whether the database belongs to a company already. One that does not answer is compared when it does."""
    import psycopg  # here, because the supervisor goes without it

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            table = connection.execute("SELECT to_regclass('platform_organisation')::text").fetchone()
            if table in (None, (None,)):
                return False
            return connection.execute("SELECT EXISTS (SELECT FROM platform_organisation)").fetchone() == (True,)
    except psycopg.Error:
        return False


def add_key() -> None:
    """Put a new key in front of the key file, at once or not at all; the older ones go on reading what they wrote."""
    path = key_path()
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{secrets.token_urlsafe(48)}\n{path.read_text()}")
        file.flush()
        os.fsync(file.fileno())
    os.chown(fresh, path.stat().st_uid, path.stat().st_gid)
    fresh.rename(path)
    master_keys.cache_clear()
    _box.cache_clear()


def derived(purpose: str, *, key: bytes | None = None) -> bytes:
    """32 bytes for ``purpose``, from the oldest key unless one is given, so that a rotation does not change them.

    Source: RFC 5869 (HKDF).
    """
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key or master_keys()[-1])


def django_secret_key() -> str:
    return base64.urlsafe_b64encode(derived("django")).decode()


def role_password(role: str) -> str:
    """The password of a role of our own PostgreSQL."""
    return derived(f"postgresql role {role}").hex()


def seal(plain: str) -> bytes:
    """Encrypt text for storage."""
    return _box().encrypt(plain.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """Read what :func:`seal` wrote.

    Raises:
        BrokenSecret: it was written with a key that is not in the key file, or altered.
    """
    try:
        return _box().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise BrokenSecret("A stored secret does not fit the key file. Enter the secret again.") from error


def reseal(sealed: bytes | memoryview) -> bytes:
    """The same secret under the newest key; for a rotation."""
    return _box().rotate(bytes(sealed))


def digest(token: str) -> bytes:
    """What is stored of a one-time token or a server key: enough to recognise it, useless to a reader of the table."""
    return hashlib.sha256(token.encode()).digest()


def sign(purpose: str, payload: object, *, at: datetime, valid_for: timedelta | None = None) -> str:
    """A URL-safe token that carries ``payload`` (anything msgpack holds) in the open, protected against change."""
    expires = int((at + valid_for).timestamp()) if valid_for else 0
    body = msgspec.msgpack.encode((expires, payload))
    return _text(body) + "." + _text(_mac(purpose, body))


def verified(purpose: str, token: str, *, at: datetime) -> object:
    """The payload of a token made by :func:`sign` for the same purpose.

    Raises:
        BadToken: malformed, altered, of another purpose, or expired.
    """
    try:
        body_text, mac_text = token.split(".")
        body, mac = _bytes(body_text), _bytes(mac_text)
    except ValueError as error:
        raise BadToken("malformed") from error
    if not hmac.compare_digest(mac, _mac(purpose, body)):
        raise BadToken("altered")
    expires, payload = msgspec.msgpack.decode(body, type=tuple[int, msgspec.Raw])
    if expires and at.timestamp() > expires:
        raise BadToken("expired")
    return msgspec.msgpack.decode(payload)


def _mac(purpose: str, body: bytes) -> bytes:
    return hmac.digest(derived(f"token {purpose}"), body, "sha256")[:20]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@cache
def _box() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derived("at rest", key=key))) for key in master_keys()])
