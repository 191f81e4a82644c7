# The cast is imported late: this file may be read before Django is set up.
import pytest


@pytest.fixture
def lead(north, mei):
    from tests.xss.cast import nasty_lead

    return nasty_lead(north)
