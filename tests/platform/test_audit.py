"""The trail: its filters, its pages, its export."""

import csv
import io
from datetime import timedelta

import pytest

from tests.platform.cast import NINE, make_staff, signed_in
from wutong.platform.audit import record
from wutong.platform.audit_trail import PAGE, neutral
from wutong.platform.models import AuditEntry, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clean_trail(company) -> None:
    AuditEntry.objects.all().delete()


def note(n: int, *, by: Staff | None = None, action: str = "team.created", subject: Staff | None = None) -> None:
    record(action, actor=by, subject=subject, at=NINE + timedelta(minutes=n), n=n)


def shown(client, query: str = "") -> list[int]:
    return [row["entry"].detail["n"] for row in client.get(f"/system/audit/?{query}").context["rows"]]


def test_the_trail_is_filtered_by_person_act_object_and_time(ada: Staff, mei: Staff, lin: Staff) -> None:
    note(1, by=mei, subject=lin)
    note(2, by=lin, action="staff.signed_in")
    note(3, by=mei, action="staff.signed_in", subject=mei)
    note(60 * 24 * 2)
    client = signed_in(ada)

    assert shown(client) == [60 * 24 * 2, 3, 2, 1]
    assert shown(client, f"actor={mei.public_id}") == [3, 1]
    assert shown(client, "action=staff.signed_in") == [3, 2]
    assert shown(client, f"subject_kind=staff&subject_id={lin.public_id}") == [1]
    assert shown(client, "since=2026-11-17") == [60 * 24 * 2]
    assert shown(client, "until=2026-11-16") == [3, 2, 1]
    assert shown(client, "actor=x&action=y&since=z&after=~&before=2026~q") == [60 * 24 * 2, 3, 2, 1]


def test_the_trail_pages_by_keyset_both_ways(ada: Staff) -> None:
    for n in range(PAGE * 2 + 10):
        note(n // 3)  # several at the same instant
    client, seen, cursor, back = signed_in(ada), [], "", None
    while cursor is not None:
        context = client.get("/system/audit/", {"after": cursor}).context
        seen += [row["entry"].pk for row in context["rows"]]
        cursor, back = context["page"].older, context["page"].newer
    assert len(seen) == len(set(seen)) == AuditEntry.objects.count()

    context = client.get("/system/audit/", {"before": back}).context
    assert [row["entry"].pk for row in context["rows"]] == seen[PAGE : PAGE * 2]


def test_a_page_of_the_trail_needs_few_queries(ada: Staff, django_assert_max_num_queries) -> None:
    for n in range(PAGE):
        note(n, by=ada, subject=ada)
    client = signed_in(ada)
    with django_assert_max_num_queries(12):
        client.get("/system/audit/")


def test_the_export_is_filtered_neutral_and_recorded(ada: Staff) -> None:
    sly = make_staff("Sly", full_name='=HYPERLINK("http://evil.example")')
    note(1, by=sly, subject=sly)
    note(2, by=ada, action="staff.signed_in")

    response = signed_in(ada).post("/system/audit/export/", {"actor": str(sly.public_id)})

    text = response.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert rows[1][-1].startswith("Ada · ")
    assert rows[1][1].startswith("'=HYPERLINK")
    assert response["Content-Disposition"].startswith("attachment")
    exported = AuditEntry.objects.get(action="audit.exported")
    assert (exported.actor, exported.detail) == (ada, {"rows": 1, "mark": rows[1][-1][-8:]})


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


def test_exporting_takes_a_post(ada: Staff) -> None:
    assert signed_in(ada).get("/system/audit/export/").status_code == 405


def test_an_entry_says_what_its_object_was_called_then(ada: Staff, mei: Staff) -> None:
    note(1, by=ada, subject=mei)
    Staff.objects.filter(pk=mei.pk).update(full_name="Mei-Lan")
    assert "Colleague Mei<" in signed_in(ada).get("/system/audit/").content.decode()
