"""The schema: complete, and reachable from the data of earlier releases."""

import gzip
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from wutong.operations.rotation import SEALED_FIELDS
from wutong.scoring.shipped import SHIPPED

DUMPS = {path.name.removesuffix(".sql.gz"): path for path in (Path(__file__).parent / "dumps").glob("*.sql.gz")}
FRAME = "0.1.0a1"
"""From before forms had versions, leads their whole machine and scores their models."""
OF_THE_SCHEMA = {"django_migrations", "django_content_type", "auth_permission", "platform_keycheck"}
"""Tables that tell of the schema and the machine."""
FILLED_BY_MIGRATIONS = {
    "content_formversion",
    "people_consentstanding",
    "people_identityrules",
    "people_persontocompare",
}
HISTORY = {
    *(
        "platform_staff",
        "platform_team",
        "platform_notification",
        "people_person",
        "people_identifier",
        "people_account",
    ),
    *("people_observation", "people_affiliation", "people_fieldvalue", "people_consent", "event", "content_form"),
    *("content_formsubmission", "lifecycle_lead", "lifecycle_stagevisit", "lifecycle_followup", "lifecycle_clock"),
    *("scoring_scoreterm", "scoring_personscore"),
}
"""What a dump must have rows of, or it would prove nothing."""
TOLD = {
    "leads": "SELECT stage, accountable, count(*), sum(person_id), count(owner_id), count(first_contact_at)"
    " FROM lifecycle_lead GROUP BY 1, 2 ORDER BY 1, 2",
    "stays": "SELECT machine, stage, count(*), count(left_at), sum(extract(epoch FROM entered_at))"
    " FROM lifecycle_stagevisit GROUP BY 1, 2 ORDER BY 1, 2",
    "events": "SELECT name, count(*), count(person_id), sum(extract(epoch FROM occurred_at))"
    " FROM event GROUP BY 1 ORDER BY 1",
    "identifiers": "SELECT kind, count(*), sum(person_id), sum(length(value))"
    " FROM people_identifier GROUP BY 1 ORDER BY 1",
    "submissions": "SELECT form_id, count(*), sum(length(answers::text))"
    " FROM content_formsubmission GROUP BY 1 ORDER BY 1",
    "scores": "SELECT grade, count(*), sum(round(value::numeric, 6)) FROM scoring_personscore GROUP BY 1 ORDER BY 1",
    "acts": "SELECT count(*), sum(n), sum(extract(epoch FROM as_of)) FROM scoring_scoreterm",
}
"""What people would miss, asked in words that every version understands."""
WRITTEN_ANYHOW = r"'::(character varying|text)(\[\])?|[()]', '', 'g'"
"""What a restored dump writes otherwise in a condition that says the same."""
NO_PARTITION = r"!~ '^event_\d'"
SCHEMA = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default,"
    " collation_name, is_identity FROM information_schema.columns"
    f" WHERE table_schema = 'public' AND table_name {NO_PARTITION}",
    "constraints": "SELECT conrelid::regclass::text, conname,"
    f" regexp_replace(pg_get_constraintdef(oid), {WRITTEN_ANYHOW})"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
    f" AND conrelid::regclass::text {NO_PARTITION}",
    "indexes": f"SELECT indexname, regexp_replace(split_part(indexdef, ' WITH (', 1), {WRITTEN_ANYHOW})"
    f" FROM pg_indexes WHERE schemaname = 'public' AND tablename {NO_PARTITION}",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'procrastinate%'",
    "storage": "SELECT relname, relpersistence, ARRAY(SELECT unnest(reloptions) ORDER BY 1)::text FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND NOT relispartition AND relkind IN ('r', 'p', 'i')",
}
"""What a database is made of, however it came about."""


@dataclass(frozen=True)
class Contents:
    """What a database holds: rows of each table, and the answers to :data:`TOLD`."""

    rows: dict[str, int]
    told: dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Migrated:
    """A release's data before and after they were brought to this version, and where they lie now."""

    before: Contents
    after: Contents
    points: dict[str, float]
    """What the rules of the first scoring model had given, by rule."""
    url: str

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="module", params=sorted(DUMPS))
def migrated(request: pytest.FixtureRequest) -> Iterator[Migrated]:
    """Each dump in a database of its own on this run's server, migrated by the command."""
    name = f"wutong_from_{request.param.replace('.', '_')}"
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    url = f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(url, autocommit=True) as database:
            database.execute(gzip.decompress(DUMPS[request.param].read_bytes()))
            database.execute("SET search_path TO public")
            before, points = contents(database), points_of_the_first_model(database)
        migrate(url)
        with psycopg.connect(url) as database:
            after = contents(database)
        yield Migrated(before=before, after=after, points=points, url=url)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def contents(database: psycopg.Connection) -> Contents:
    tables = database.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition"
    ).fetchall()
    rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for (table,) in tables}
    return Contents(rows=rows, told={name: database.execute(query).fetchall() for name, query in TOLD.items()})


def points_of_the_first_model(database: psycopg.Connection) -> dict[str, float]:
    columns = "SELECT FROM information_schema.columns WHERE table_name = 'scoring_scoreterm' AND column_name = 'rule'"
    if database.execute(columns).fetchone() is None:
        return {}
    return dict(database.execute("SELECT rule, sum(value) FROM scoring_scoreterm GROUP BY rule").fetchall())


def migrate(conninfo: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wutong", "migrate"],
        env=os.environ | {"DATABASE_URL": conninfo},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_sealed_column_takes_part_in_a_rotation() -> None:
    sealed = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.name.endswith("_encrypted")
    }
    assert sealed == set(SEALED_FIELDS.items())


@pytest.mark.once
@pytest.mark.django_db
def test_no_row_of_a_release_is_lost_or_doubled_on_the_way_to_this_version(migrated: Migrated) -> None:
    assert {table for table in HISTORY if not migrated.before.rows[table]} == set()
    assert {
        table: (n, migrated.after.rows.get(table))
        for table, n in migrated.before.rows.items()
        if table not in OF_THE_SCHEMA and migrated.after.rows.get(table) != n
    } == {}
    new = migrated.after.rows.keys() - migrated.before.rows.keys() - OF_THE_SCHEMA
    assert {table for table in new if migrated.after.rows[table]} <= FILLED_BY_MIGRATIONS


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("topic", TOLD)
def test_a_release_and_this_version_tell_the_same(migrated: Migrated, topic: str) -> None:
    assert migrated.before.told[topic]
    assert migrated.after.told[topic] == migrated.before.told[topic]


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("part", SCHEMA)
def test_a_release_ends_with_the_tables_a_new_company_begins_with(migrated: Migrated, part: str) -> None:
    with connection.cursor() as cursor:
        of_a_new_company = set(cursor.execute(SCHEMA[part]).fetchall())
    assert of_a_new_company
    assert set(migrated.ask(SCHEMA[part])) == of_a_new_company


@pytest.mark.once
@pytest.mark.django_db
def test_every_lead_is_where_its_open_stay_is(migrated: Migrated) -> None:
    assert not migrated.ask(
        "SELECT id, stage FROM lifecycle_lead l WHERE NOT EXISTS (SELECT FROM lifecycle_stagevisit v"
        " WHERE v.lead_id = l.id AND v.machine = 'lead' AND v.left_at IS NULL AND v.stage = l.stage)"
    )


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("migrated", [FRAME], indirect=True, scope="module")
def test_a_form_of_before_is_its_first_version_and_its_submissions_answer_that(migrated: Migrated) -> None:
    forms = migrated.ask(
        "SELECT f.version, v.number, v.design->'questions' = f.fields, f.fields::text LIKE '%\"tel\"%',"
        " count(s.*), count(s.*) FILTER (WHERE s.version_id = v.id) FROM content_form f"
        " LEFT JOIN content_formversion v ON v.form_id = f.id"
        " LEFT JOIN content_formsubmission s ON s.form_id = f.id GROUP BY f.id, v.id"
    )
    assert forms
    for version, number, is_the_same, has_old_kinds, sent, of_the_version in forms:
        assert (version, number, is_the_same, has_old_kinds) == (1, 1, True, False)
        assert sent == of_the_version


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("migrated", [FRAME], indirect=True, scope="module")
def test_points_of_before_are_counts_of_acts_by_measures_that_we_know(migrated: Migrated) -> None:
    told = importlib.import_module("wutong.scoring.migrations.0003_count_acts_instead_of_points").SUMS
    counted = dict(migrated.ask("SELECT measure, sum(value) FROM scoring_scoreterm GROUP BY measure"))
    expected = {measure: migrated.points[rule] / points for rule, points, measure, _ in told if rule in migrated.points}
    assert counted == pytest.approx(expected)
    assert len(expected) == len(migrated.points) > 4
    assert counted.keys() <= {rule.measure.key for rule in SHIPPED.acts}
