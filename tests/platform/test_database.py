"""How the address of a database of yours reaches Django."""

import pytest

from wutong.config import ConfigError
from wutong.platform.database import django_entry


def test_everything_that_an_address_says_counts() -> None:
    entry = django_entry("postgres://crm%40eu:p%2Fw@db.example:5433/crm?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    assert [entry[name] for name in names] == ["crm", "crm@eu", "p/w", "db.example", "5433"]
    options = {name: value for name, value in entry["OPTIONS"].items() if name != "pool"}
    assert options == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}


@pytest.mark.parametrize("url", ["postgres://crm@/crm?host=/run/postgresql", "postgres://crm@%2Frun%2Fpostgresql/crm"])
def test_a_socket_is_a_host(url: str) -> None:
    assert django_entry(url)["HOST"] == "/run/postgresql"


def test_an_address_that_cannot_be_read_is_refused_without_its_password() -> None:
    with pytest.raises(ConfigError, match="postgres://USER") as refused:
        django_entry("mysql://crm:a-secret@db/crm")
    assert "a-secret" not in str(refused.value)
