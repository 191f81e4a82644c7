"""Whether the key file is the one under which this database's secrets were stored."""

from wutong.platform.models import KeyCheck
from wutong.platform.secrets import BrokenSecret, derived, seal, unseal


def remember_keys() -> None:
    """Note in a new database by which keys it is used. Later calls change nothing; a rotation seals the note anew."""
    KeyCheck.objects.get_or_create(pk=1, defaults={"value_encrypted": seal(_of_oldest_key())})


def keys_fit() -> bool:
    """Whether the newest key reads what was sealed last, and passwords and links hang on the oldest."""
    noted = KeyCheck.objects.first()
    if noted is None:
        return True
    try:
        return unseal(noted.value_encrypted) == _of_oldest_key()
    except BrokenSecret:
        return False


def _of_oldest_key() -> str:
    return derived("key check").hex()
