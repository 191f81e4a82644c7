"""The company that every test outside the platform's own plays in: Mei and Lin share a team, Zhou works elsewhere.

Everything is imported late: this file is read before Django is set up.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

Lines = list[dict[str, Any]]
WebLog = Callable[[], AbstractContextManager[Lines]]
"""The list is filled, with what was logged within the block, at its end."""


@pytest.fixture
def company(db, settings):
    from tests.cast import found_company

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return found_company()


@pytest.fixture
def ada(company):
    from tests.cast import make_staff

    return make_staff("Ada", role="admin", data_scope="all")


@pytest.fixture
def north(company):
    from tests.cast import make_team

    return make_team("North")


@pytest.fixture
def south(company):
    from tests.cast import make_team

    return make_team("South")


@pytest.fixture
def mei(north):
    from tests.cast import make_staff

    return make_staff("Mei", team=north, data_scope="team")


@pytest.fixture
def lin(north):
    from tests.cast import make_staff

    return make_staff("Lin", team=north, data_scope="team")


@pytest.fixture
def zhou(south):
    from tests.cast import make_staff

    return make_staff("Zhou", team=south, data_scope="team")


@pytest.fixture
def sales_team(company):
    from tests.cast import make_team

    return make_team("Sales")


@pytest.fixture
def xu(sales_team):
    """A salesperson, who sees what is hers."""
    from tests.cast import make_staff

    return make_staff("Xu", role="sales", team=sales_team, data_scope="own")


@pytest.fixture
def wang(company):
    """The manager of all."""
    from tests.cast import make_staff

    return make_staff("Wang", role="manager", data_scope="all")


@pytest.fixture
def site(north):
    from tests.cast import make_site

    return make_site(team=north)


@pytest.fixture
def form(site):
    from tests.cast import make_form

    return make_form(site=site)


@pytest.fixture
def quiet_log():
    """For tests in which arrivals fail: a traceback in colours costs seconds."""
    import structlog

    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture
def web_log(capsys: pytest.CaptureFixture[str]) -> WebLog:
    """The log of the pages' process, as an operator reads it."""
    from wutong.platform.logs import configure_logging

    @contextmanager
    def logged() -> Iterator[Lines]:
        lines: Lines = []
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        configure_logging("web")
        yield lines
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        lines += [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return logged
