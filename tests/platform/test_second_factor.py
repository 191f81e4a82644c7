"""The second factor: set up, asked for, stood in for, reset; and what each code is worth."""

import base64
import re
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.utils import timezone

from tests.platform.cast import NINE, PASSWORD, signed_in
from wutong.platform.models import AuditEntry, Organisation, RecoveryCode, SecondFactor, Staff
from wutong.platform.second_factor import (
    LONGEST_PAUSE,
    PAUSE,
    WRONG_CODES,
    AlreadySetUp,
    CodeUsed,
    OwnSecondFactor,
    TooManyCodes,
    WrongCode,
    check_code,
    remove,
    reset,
    set_up,
)

pytestmark = pytest.mark.django_db
SECRET = b"12345678901234567890"
STEP = timedelta(seconds=30)


def code_at(at: datetime) -> str:
    return TOTP(SECRET, 6, SHA1(), 30).generate(int(at.timestamp())).decode()


def with_factor(staff: Staff, *, at: datetime = NINE) -> list[str]:
    """Recovery codes of ``staff``, whose app holds :data:`SECRET` from now on."""
    codes = set_up(staff=staff, secret=SECRET, code=code_at(at), at=at)
    staff.refresh_from_db()
    return codes


def test_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, the last six of eight digits.
    assert code_at(datetime.fromtimestamp(59, tz=NINE.tzinfo)) == "287082"
    assert code_at(datetime.fromtimestamp(1_111_111_109, tz=NINE.tzinfo)) == "081804"


def test_a_code_is_taken_once_even_within_its_half_minute(mei: Staff) -> None:
    with_factor(mei)
    later = NINE + 2 * STEP

    check_code(staff=mei, code=code_at(later), at=later)

    with pytest.raises(CodeUsed):
        check_code(staff=mei, code=code_at(later), at=later + timedelta(seconds=5))
    with pytest.raises(CodeUsed):
        check_code(staff=mei, code=code_at(later - STEP), at=later)


def test_the_code_of_the_set_up_does_not_let_in(mei: Staff) -> None:
    with_factor(mei)
    with pytest.raises(CodeUsed):
        check_code(staff=mei, code=code_at(NINE), at=NINE)


def test_a_clock_may_be_half_a_minute_off_and_no_more(mei: Staff) -> None:
    with_factor(mei)
    check_code(staff=mei, code=code_at(NINE + 3 * STEP), at=NINE + 2 * STEP)
    with pytest.raises(WrongCode):
        check_code(staff=mei, code=code_at(NINE + 9 * STEP), at=NINE + 7 * STEP)


def test_after_five_wrong_codes_even_the_right_one_waits(mei: Staff) -> None:
    with_factor(mei)
    later = NINE + 10 * STEP
    for _try in range(WRONG_CODES):
        with pytest.raises(WrongCode):
            check_code(staff=mei, code="000000", at=later)

    with pytest.raises(TooManyCodes):
        check_code(staff=mei, code=code_at(later), at=later)
    after = later + PAUSE
    check_code(staff=mei, code=code_at(after), at=after)


def test_who_goes_on_guessing_waits_twice_as_long_each_time(mei: Staff) -> None:
    with_factor(mei)
    at = NINE + 10 * STEP
    for waits in (PAUSE, 2 * PAUSE, 4 * PAUSE):
        for _try in range(WRONG_CODES):
            with pytest.raises(WrongCode):
                check_code(staff=mei, code="000000", at=at)
        assert SecondFactor.objects.get(staff=mei).waits_until == at + waits
        at += waits
    SecondFactor.objects.update(wrong_codes=49)
    with pytest.raises(WrongCode):
        check_code(staff=mei, code="000000", at=at)
    with pytest.raises(TooManyCodes):
        check_code(staff=mei, code=code_at(at), at=at + LONGEST_PAUSE - STEP)

    check_code(staff=mei, code=code_at(at + LONGEST_PAUSE), at=at + LONGEST_PAUSE)

    assert SecondFactor.objects.get(staff=mei).wrong_codes == 0


def test_a_recovery_code_works_once_and_is_not_stored(mei: Staff) -> None:
    codes = with_factor(mei)

    check_code(staff=mei, code=codes[0].upper(), at=NINE)

    with pytest.raises(WrongCode):
        check_code(staff=mei, code=codes[0], at=NINE)
    assert RecoveryCode.objects.filter(staff=mei, used_at=None).count() == len(codes) - 1
    stored = b"".join(bytes(one.digest) for one in RecoveryCode.objects.all())
    assert codes[1].replace("-", "").encode() not in stored


def test_the_secret_is_sealed(mei: Staff) -> None:
    with_factor(mei)
    stored = bytes(SecondFactor.objects.get(staff=mei).secret_encrypted)
    assert SECRET not in stored
    assert SECRET.hex().encode() not in stored


def test_it_is_not_set_up_twice_and_goes_with_a_code(mei: Staff) -> None:
    with_factor(mei)
    later = NINE + 2 * STEP
    with pytest.raises(AlreadySetUp):
        set_up(staff=mei, secret=SECRET, code=code_at(later), at=later)

    remove(staff=mei, code=code_at(later), at=later)

    mei.refresh_from_db()
    assert not mei.has_second_factor
    assert not SecondFactor.objects.exists()


def test_an_administrator_resets_it_for_somebody_else(ada: Staff, mei: Staff) -> None:
    with_factor(mei)
    browser = signed_in(mei)

    reset(staff=mei, by=ada, at=NINE)

    assert not Staff.objects.get(pk=mei.pk).has_second_factor
    assert browser.get("/me/")["Location"].startswith("/sign-in/")
    assert AuditEntry.objects.get(action="staff.second_factor_reset").actor == ada
    with_factor(ada)
    with pytest.raises(OwnSecondFactor):
        reset(staff=ada, by=ada, at=NINE)


def test_the_password_alone_does_not_let_in(mei: Staff) -> None:
    codes = with_factor(mei)
    client = Client(headers={"accept-language": "en"})

    answer = client.post("/sign-in/", {"email": mei.email, "password": PASSWORD, "next": "/me/"})
    assert answer["Location"] == "/sign-in/code/"
    assert client.get("/me/")["Location"].startswith("/sign-in/")

    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 409
    assert client.post("/sign-in/code/", {"code": codes[0]})["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    assert AuditEntry.objects.filter(action="staff.signed_in", actor=mei).count() == 1


def test_a_right_password_does_not_wait_for_its_code_when_it_was_changed_meanwhile(mei: Staff) -> None:
    codes = with_factor(mei)
    client = Client()
    client.post("/sign-in/", {"email": mei.email, "password": PASSWORD})
    mei.set_password("another-long-passphrase")
    mei.save()

    assert client.post("/sign-in/code/", {"code": codes[0]})["Location"] == "/sign-in/"


def test_whose_role_needs_it_sets_it_up_before_anything_else(mei: Staff, ada: Staff) -> None:
    Organisation.objects.update(second_factor_roles=["sdr"])
    client, elsewhere = signed_in(mei), signed_in(mei)

    assert client.get("/notifications/")["Location"] == "/me/security/second-factor/"
    page = client.get("/me/security/second-factor/").content.decode()
    secret = re.search(r"<code>([A-Z2-7 ]{39})</code>", page)
    assert secret is not None
    key = base64.b32decode(secret[1].replace(" ", ""))
    code = TOTP(key, 6, SHA1(), 30).generate(int(timezone.now().timestamp())).decode()
    shown = client.post("/me/security/second-factor/", {"code": code})

    assert len(re.findall(r"<li><code>[a-z2-9-]{19}</code>", shown.content.decode())) == 10
    assert client.get("/notifications/").status_code == 200
    assert elsewhere.get("/notifications/")["Location"].startswith("/sign-in/")  # whoever had it is out
    assert signed_in(ada).get("/notifications/").status_code == 200
