# The cast is imported late: this file may be read before Django is set up.
import pytest


@pytest.fixture(autouse=True)
def fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def company(db):
    from tests.platform.cast import NINE
    from wutong.platform.first_run import ensure_company
    from wutong.platform.models import Organisation

    ensure_company(at=NINE)
    return Organisation.objects.get()


@pytest.fixture
def ada(company):
    from tests.platform.cast import make_staff

    return make_staff("Ada", role="admin", data_scope="all")


@pytest.fixture
def mei(company):
    from tests.platform.cast import make_staff

    return make_staff("Mei")


@pytest.fixture
def lin(company):
    from tests.platform.cast import make_staff

    return make_staff("Lin")
