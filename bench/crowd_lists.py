"""What the statements of ``crowd.sql`` begin with: names, companies and what they are found by, colleagues."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from bench.company import PASSWORD
from bench.crowd import COLLEAGUES, DAYS
from wutong.events import partitions
from wutong.lifecycle.capture import default_product_line
from wutong.platform.chinese import search_keys, sort_key
from wutong.platform.models import Staff, Team
from wutong.sandbox.companies import CITIES, FIRST, SECOND, TRADES
from wutong.sandbox.contacts import GIVEN_NAMES, SURNAMES

COMPANIES = 100_000


@transaction.atomic
def prepare(*, companies: int = COMPANIES, given_names: int = 200) -> None:
    """Make the tables of names and companies, the months that hold events, and colleagues who can sign in."""
    now = datetime.now(UTC)
    partitions.ensure(first=now - timedelta(days=DAYS + 10), last=now)
    default_product_line()
    given = [*GIVEN_NAMES, *(b + c for b in "伟芳娜敏静丽强磊军洋" for c in "勇艳杰涛明超秀霞平刚")]
    names = [family + name for family in SURNAMES for name in given[:given_names]]
    firms = [f"{c}{a}{b}{t}有限公司" for c in CITIES for a in FIRST for b in SECOND for t in TRADES]
    firms = firms[:: max(len(firms) // companies, 1)][:companies]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE crowd_name (n serial, name text, sort_key text, keys text[])")
        cursor.executemany(
            "INSERT INTO crowd_name (name, sort_key, keys) VALUES (%s, %s, %s)",
            [(name, sort_key(name), search_keys([name])) for name in names],
        )
        cursor.execute("CREATE TABLE crowd_company (n serial, name text, keys text[])")
        cursor.executemany(
            "INSERT INTO crowd_company (name, keys) VALUES (%s, %s)", [(firm, search_keys([firm])) for firm in firms]
        )
    team = Team.objects.get(parent=None)
    for email, role, sees in COLLEAGUES:
        one = Staff(email=email, full_name=email, role=role, team=team, data_scope=sees, created_at=now)
        one.set_password(PASSWORD)
        one.save()
