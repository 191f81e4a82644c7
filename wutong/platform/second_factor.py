"""The second factor: a code of an authenticator app beside the password. Source: RFC 6238 (TOTP), RFC 4226 (HOTP)."""

import base64
import hmac
import re
import secrets as random
from datetime import datetime, timedelta

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.live_sessions import end_live_streams
from wutong.platform.models import Organisation, RecoveryCode, SecondFactor, Staff
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import digest, seal, unseal

STEP_S = 30
DRIFT_STEPS = 1
"""A telephone's clock may be half a minute off either way."""
SECRET_BYTES = 20
RECOVERY_CODES = 10
WRONG_CODES = 5
"""So many wrong codes, then a pause."""
PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
"""Each pause is twice as long as the one before it, up to this. Five codes a day, each right at three instants of a
million, and a guess succeeds once in two centuries; with pauses of a quarter of an hour it would once in two years."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
_RECOVERY_LENGTH = 16
_MOST_COUNTED = 10 * WRONG_CODES


class WrongCode(Refusal):
    code = "wrong_code"
    message = _("This code is not right. Type the six digits that the app shows now.")


class CodeUsed(Refusal):
    code = "code_used"
    message = _("This code has been used already. Wait until the app shows the next one.")


class TooManyCodes(Refusal):
    code = "too_many_codes"
    message = _("Too many wrong codes. Try again in %(minutes)d minutes, or ask an administrator.")


class AlreadySetUp(Refusal):
    code = "second_factor_set_up"
    message = _("Your sign-in has a second factor already. Remove it first to take another telephone.")


class NothingToReset(Refusal):
    code = "no_second_factor"
    message = _("%(name)s signs in without a second factor. There is nothing to reset.")


class OwnSecondFactor(Refusal):
    code = "own_second_factor"
    message = _("Remove your own second factor under Sign-in and devices, with a code.")


def new_secret() -> bytes:
    return random.token_bytes(SECRET_BYTES)


def provisioning_uri(secret: bytes, *, staff: Staff) -> str:
    """What an authenticator app reads from the picture."""
    issuer = Organisation.objects.values_list("name", flat=True).first() or "Wutong"
    return _totp(secret).get_provisioning_uri(staff.email, issuer.replace(":", " "))


def picture(uri: str) -> SafeString:
    """The QR code of ``uri``, drawn here: a secret is not sent to anybody to be drawn."""
    code = segno.make(uri, error="l", micro=False)
    return mark_safe(code.svg_inline(scale=4, border=3, dark="#000", light="#fff"))  # noqa: S308  # numbers alone


def typed(secret: bytes) -> str:
    """The secret as somebody types it into an app that cannot read the picture."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def set_up(*, staff: Staff, secret: bytes, code: str, at: datetime) -> list[str]:
    """Turn the second factor on once ``code`` shows that the app holds ``secret``; every session ends.

    Whoever has stolen one is out. The caller renews the present one.

    Returns:
        the recovery codes, to be shown this once.

    Raises:
        AlreadySetUp, WrongCode: see there.
    """
    step = _step_of(secret, code, at=at)
    if step is None:
        raise WrongCode
    with transaction.atomic(durable=True):
        staff = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
        if staff.has_second_factor:
            raise AlreadySetUp
        SecondFactor.objects.create(staff=staff, secret_encrypted=seal(secret.hex()), set_up_at=at, last_step=step)
        _switch(staff, is_on=True)
        _end_sessions(staff)
        codes = _new_recovery_codes(staff)
        record("staff.second_factor_set_up", actor=staff, subject=staff, at=at)
    return codes


def check_code(*, staff: Staff, code: str, at: datetime) -> None:
    """Take one code, of the app or a recovery code. Each is taken once.

    Raises:
        WrongCode, CodeUsed, TooManyCodes: see there. Wrong codes are counted although nothing else is stored.
    """
    with transaction.atomic(durable=True):
        refusal = _take(staff, code, at=at)
    if refusal is not None:
        raise refusal


def renew_recovery_codes(*, staff: Staff, code: str, at: datetime) -> list[str]:
    """New recovery codes instead of the old ones, to be shown this once.

    Raises:
        WrongCode, CodeUsed, TooManyCodes: see there.
    """
    check_code(staff=staff, code=code, at=at)
    with transaction.atomic(durable=True):
        codes = _new_recovery_codes(staff)
        record("staff.recovery_codes_made", actor=staff, subject=staff, at=at)
    return codes


def remove(*, staff: Staff, code: str, at: datetime) -> None:
    """Sign in by password alone again, or set the second factor up anew where the role needs one.

    Raises:
        WrongCode, CodeUsed, TooManyCodes: see there.
    """
    check_code(staff=staff, code=code, at=at)
    with transaction.atomic(durable=True):
        _forget(Staff.objects.select_for_update(no_key=True).get(pk=staff.pk))
        record("staff.second_factor_removed", actor=staff, subject=staff, at=at)


def reset(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Let a colleague who has lost app and recovery codes sign in by password alone; every session ends.

    Raises:
        OwnSecondFactor, NothingToReset: see there.
    """
    if staff.pk == by.pk:
        raise OwnSecondFactor
    with transaction.atomic(durable=True):
        staff = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
        if not staff.has_second_factor:
            raise NothingToReset(name=staff.full_name)
        _forget(staff)
        _end_sessions(staff)
        record("staff.second_factor_reset", actor=by, subject=staff, at=at)


def is_due(staff: Staff) -> bool:
    """Whether the role of ``staff`` needs a second factor that is not set up yet."""
    if staff.has_second_factor:
        return False
    roles = Organisation.objects.values_list("second_factor_roles", flat=True).first()
    return staff.role in (roles or [])


def codes_left(staff: Staff) -> int:
    return RecoveryCode.objects.filter(staff=staff, used_at=None).count()


def _take(staff: Staff, code: str, *, at: datetime) -> Refusal | None:
    """Judge one code under the lock of its factor, so that of two who send the same one only one is let in."""
    factor = SecondFactor.objects.select_for_update().filter(staff=staff).first()
    if factor is None:
        return None  # reset by an administrator meanwhile
    if factor.waits_until is not None and factor.waits_until > at:
        left = factor.waits_until - at
        return TooManyCodes(minutes=-(-int(left.total_seconds()) // 60))
    typed = re.sub(r"[\s-]", "", code).lower()
    if len(typed) == _RECOVERY_LENGTH:
        is_right = _use_recovery_code(staff, typed, at=at)
    else:
        step = _step_of(bytes.fromhex(unseal(factor.secret_encrypted)), typed, at=at)
        if step is not None and step <= factor.last_step:
            return CodeUsed()
        is_right = step is not None
        factor.last_step = step or factor.last_step
    if is_right:
        factor.wrong_codes, factor.waits_until = 0, None
    else:
        factor.wrong_codes = min(factor.wrong_codes + 1, _MOST_COUNTED)
        if factor.wrong_codes % WRONG_CODES == 0:
            factor.waits_until = at + min(PAUSE * 2 ** (factor.wrong_codes // WRONG_CODES - 1), LONGEST_PAUSE)
        record("staff.second_factor_refused", actor=staff, subject=staff, at=at)
    factor.save(update_fields=["last_step", "wrong_codes", "waits_until"])
    return None if is_right else WrongCode()


def _step_of(secret: bytes, code: str, *, at: datetime) -> int | None:
    """The half minute whose code this is, near ``at``; the latest, should two have the same."""
    now = int(at.timestamp()) // STEP_S
    typed = code.replace(" ", "").encode()
    totp = _totp(secret)
    fitting = [
        step
        for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
        if hmac.compare_digest(totp.generate(step * STEP_S), typed)
    ]
    return max(fitting, default=None)


def _use_recovery_code(staff: Staff, code: str, *, at: datetime) -> bool:
    unused = RecoveryCode.objects.filter(staff=staff, digest=_digest(staff, code), used_at=None)
    is_right = unused.update(used_at=at) == 1
    if is_right:
        record("staff.recovery_code_used", actor=staff, subject=staff, at=at)
    return is_right


def _new_recovery_codes(staff: Staff) -> list[str]:
    codes = ["".join(random.choice(_LETTERS) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(staff=staff).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(staff=staff, digest=_digest(staff, code)) for code in codes])
    return ["-".join(code[start : start + 4] for start in range(0, _RECOVERY_LENGTH, 4)) for code in codes]


def _digest(staff: Staff, code: str) -> bytes:
    # 79 random bits need no slow hash; the colleague's id keeps equal codes of two apart.
    return digest(f"recovery {staff.pk} {code}")


def _forget(staff: Staff) -> None:
    SecondFactor.objects.filter(staff=staff).delete()
    RecoveryCode.objects.filter(staff=staff).delete()
    _switch(staff, is_on=False)


def _end_sessions(staff: Staff) -> None:
    staff.auth_epoch += 1
    staff.save(update_fields=["auth_epoch"])
    end_live_streams(staff)


def _switch(staff: Staff, *, is_on: bool) -> None:
    staff.has_second_factor = is_on
    staff.save(update_fields=["has_second_factor"])


def _totp(secret: bytes) -> TOTP:
    # SHA-1 and six digits: what every app understands; HMAC does not suffer from collisions.
    return TOTP(secret, 6, SHA1(), STEP_S)  # noqa: S303  # see above
