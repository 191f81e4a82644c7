"""The pages of imports and exports: from the file to the result without a script, and what whom they open to."""

import csv
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from tests.cast import (
    LATELY,
    NINE,
    email,
    make_account,
    make_lead,
    make_person,
    make_staff,
    make_team,
    person_of,
    phone,
    signed_in,
)
from tests.exchange.cast import HEADINGS, LI, ZHOU, as_csv, as_xlsx, imported, policy, uploaded
from wutong.exchange import checking
from wutong.exchange.exports import begin_export, write_export
from wutong.exchange.models import Export, PeopleImport, SavedMapping
from wutong.exchange.places import rows_path
from wutong.exchange.running import run_import
from wutong.exchange.starting import start
from wutong.exchange.tidying import tidy
from wutong.lifecycle.tagging import tag_accounts, tag_people
from wutong.people.models import Account, Tag, TagFamily, TagGroup
from wutong.people.tags import add_group, add_tag
from wutong.platform.files import path_of
from wutong.platform.models import AuditEntry, Notification, Organisation, Staff, StoredFile, Team

pytestmark = pytest.mark.django_db
RULES = {
    "known": "fill",
    "leads": "none",
    "channel": "event",
    "source": "Fair",
    "basis": "consent",
    "basis_text": "We may call you.",
    "basis_proof": "Folder 12",
}


def test_a_file_goes_from_the_upload_to_its_result(ada: Staff, tmp_path) -> None:
    client = signed_in(ada)
    content = as_xlsx(tmp_path / "b.xlsx", 说明=[("x", "y")], 客户=[HEADINGS, ZHOU, LI, ("A", "12", "", "", "", "")])
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile("b.xlsx", content)})
    run = PeopleImport.objects.get()
    here = f"/imports/{run.public_id}/"
    assert answer["Location"] == f"{here}columns/"

    client.post(f"{here}reading/", {"sheet": "客户", "heading": "1"})
    page = client.get(f"{here}columns/").content.decode()
    assert "13900010001" in page
    run.refresh_from_db()
    chosen = {f"column-{place}": meaning for place, meaning in enumerate(run.mapping)}
    answer = client.post(f"{here}columns/", chosen | {"save_as": "Fair"})
    assert answer["Location"] == f"{here}rules/"
    assert SavedMapping.objects.get().meanings["手机"] == "phone"
    assert AuditEntry.objects.filter(action="exchange.mapping_saved", actor=ada).exists()

    assert "12" in client.get(f"{here}rules/").content.decode()
    about = TagGroup.About.PERSON
    group = add_group(name="来源", family=TagFamily.FACTS, about=about, is_exclusive=False, by=ada, at=NINE)
    tag = add_tag(group=group, name="展会<b>", by=ada, at=NINE)
    assert "来源: 展会&lt;b&gt;" in client.get(f"{here}rules/").content.decode()
    team = Team.objects.get(parent=None)
    given = RULES | {"tags": [tag.pk]} | {"team": team.pk, "scope": team.pk}
    assert client.post(f"{here}rules/", given | {"basis": "", "scope": ""}).status_code == 422
    scope = PeopleImport._meta.get_field("scope").related_model.objects.get()
    assert client.post(f"{here}rules/", given | {"scope": scope.pk})["Location"] == here
    assert "hx-trigger" in client.get(here).content.decode()
    run_import(run.pk, now=lambda: NINE)
    page = client.get(f"{here}progress/").content.decode()
    assert "hx-trigger" not in page
    assert "展会&lt;b&gt;" in page
    errors = b"".join(client.get(f"{here}errors/").streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(errors)))[1][:2] == ["A", "12"]
    assert b"b.xlsx" in client.get("/imports/").content
    assert AuditEntry.objects.filter(action="exchange.import_started", subject_label="b.xlsx").exists()


def test_faulty_rows_are_put_right_in_place_and_imported_so(ada: Staff) -> None:
    client = signed_in(ada)
    run = uploaded(as_csv(HEADINGS, ("A", "12", "", "甲,\n乙", "", ""), ("B", "", "", "", "", ""), ZHOU), ada)
    here = f"/imports/{run.public_id}/"
    chosen = {f"column-{place}": meaning for place, meaning in enumerate(run.mapping)}
    client.post(f"{here}columns/", chosen)
    page = client.get(f"{here}rules/").content.decode()
    assert 'name="cell-2-1" value="12"' in page
    assert all(f'name="cell-3-{place}"' in page for place in (1, 2, 5))

    given = {"cell-2-1": "1390001", "cell-3-2": "b@nanshan.cn", "cell-99-1": "1", "cell-x": "1"}
    assert client.post(f"{here}rows/", given)["Location"] == f"{here}rules/"
    assert 'name="cell-2-1"' in client.get(f"{here}rules/").content.decode()  # still wrong
    part = client.post(f"{here}rows/", given, headers={"HX-Request": "true"}).content.decode()
    assert "import-check" in part  # and nothing of the rules beside it, which keep what is filled in
    assert "rules-title" not in part
    client.post(f"{here}rows/", given | {"cell-2-1": "13900010003"})
    assert AuditEntry.objects.filter(action="exchange.rows_corrected").count() == 2
    rows_path(run).unlink()  # as after a restore
    assert 'name="cell-' not in client.get(f"{here}rules/").content.decode()

    run.refresh_from_db()
    start(run=run, policy=policy(), by=ada, at=NINE)
    run_import(run.pk, now=lambda: NINE)
    run.refresh_from_db()
    assert (run.created, run.faulty, run.warned) == (3, 0, 0)
    assert person_of(phone("+8613900010003")).company_name == "甲,\n乙"
    assert client.post(f"{here}rows/", {"cell-4-1": "1"}).status_code == 409


def test_no_more_cells_are_put_right_at_once_than_a_page_takes(ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_CELLS", 3)
    run = uploaded(as_csv(HEADINGS, *[("A", "12", "x", "", "", "")] * 4), ada)
    told = [checking.check(run, after=after) for after in (0, 2, 3)]
    assert [[fault.number for fault in one.faults] for one in told] == [[2], [3], [4]]
    assert [one.more_after for one in told] == [2, 3, 4]


def test_saved_columns_are_renamed_and_removed(ada: Staff, zhou: Staff) -> None:
    client, page = signed_in(ada), "/imports/columns/"
    assert b"No columns are saved yet" in client.get(page).content
    given = {"meanings": {"手机": "phone"}, "by": ada, "at": NINE}
    first, second = (SavedMapping.objects.create(name=name, **given) for name in ("Fair <b>", "CRM"))
    SavedMapping.objects.create(name="ERP", kind="companies", **given)
    shown = client.get(page).content.decode()
    assert "Fair &lt;b&gt;" in shown
    assert client.post(f"{page}{first.pk}/rename/", {"name": " "}).status_code == 422
    assert client.post(f"{page}{first.pk}/rename/", {"name": "CRM"}).status_code == 409
    assert client.post(f"{page}{first.pk}/rename/", {"name": "ERP"})["Location"] == page  # of another kind
    assert client.post(f"{page}{second.pk}/remove/")["Location"] == page
    assert client.post(f"{page}{second.pk}/remove/").status_code == 404
    assert sorted(SavedMapping.objects.values_list("kind", "name")) == [("companies", "ERP"), ("people", "ERP")]
    actions = AuditEntry.objects.filter(subject_kind="savedmapping").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["exchange.mapping_renamed", "exchange.mapping_removed"]
    assert signed_in(zhou).get(page).status_code == 403


def test_a_bad_file_is_told_beside_the_field(ada: Staff) -> None:
    signed_in(ada).post("/imports/new/", {"pasted": "姓名\t手机"})  # no rows
    assert not StoredFile.objects.exists()
    too_much = "名称\n" + "a\n" * 500_000
    page = signed_in(ada).post("/imports/new/", {"pasted": too_much}).content.decode()
    assert "Save the table as a file" in page
    assert "maxlength" not in page[: page.index("名称")].rpartition("<textarea")[2]  # browsers would cut it off unseen
    file = SimpleUploadedFile("list.xls", b"<html><table></table></html>")
    answer = signed_in(ada).post("/imports/new/", {"file": file})
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.content.decode()
    assert not PeopleImport.objects.exists()


def test_an_import_is_undone_from_its_page(ada: Staff) -> None:
    run = imported(ZHOU, by=ada)
    here = f"/imports/{run.public_id}/"
    PeopleImport.objects.update(finished_at=LATELY - timedelta(days=40))
    assert signed_in(ada).post(f"{here}undo/").status_code == 409
    PeopleImport.objects.update(finished_at=LATELY)
    assert signed_in(ada).post(f"{here}undo/")["Location"] == here
    assert PeopleImport.objects.get().state == "undoing"


def test_others_do_not_see_whose_import_it_is(ada: Staff, zhou: Staff) -> None:
    run = imported(ZHOU, by=ada)
    boss = make_staff("Boss", role="manager", team=make_team("West"), data_scope="team")
    assert signed_in(boss).get(f"/imports/{run.public_id}/").status_code == 404
    assert signed_in(zhou).get("/imports/").status_code == 403


def test_what_is_wrong_in_somebody_elses_file_is_read_by_who_may_see_numbers_in_full(ada: Staff) -> None:
    run = imported(ZHOU, ("A", "12", "", "", "", ""), by=ada)
    marketer = make_staff("Marketer", role="marketer", data_scope="all")
    draft = uploaded(b"name,phone\nZhou,13900010001\n", ada)
    client = signed_in(marketer)
    page = client.get(f"/imports/{run.public_id}/").content.decode()
    assert "faults-title" not in page
    assert "errors/" not in page + client.get("/imports/").content.decode()
    assert client.get(f"/imports/{run.public_id}/errors/").status_code == 404
    assert client.get(f"/imports/{draft.public_id}/columns/").status_code == 404
    boss = make_staff("Boss", role="manager", data_scope="all")
    assert "faults-title" in signed_in(boss).get(f"/imports/{run.public_id}/").content.decode()


def export(client, what: str, kind: str = "csv", conditions: str = "", **given: Any) -> Export:
    client.post("/exports/new/", {"list": what, "format": kind, "conditions": conditions} | given)
    return Export.objects.latest("pk")


def rows_of(one: Export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path_of(one.file.digest).read_text("utf-8-sig"))))


def test_a_list_is_written_masked_and_without_formulas(mei: Staff, ada: Staff) -> None:
    make_person("=HYPERLINK(1)", keys=[phone("+8613900010001"), email("zhou@beichen.cn")])
    seller = make_staff("Seller", role="sales", data_scope="all")
    one = export(signed_in(seller), "people")
    name, _, _, number, address, *_ = rows_of(one)[1]
    assert name == "'=HYPERLINK(1)"
    assert "00010001"[2:6] not in number
    assert not address.startswith("zhou@")
    assert rows_of(export(signed_in(ada), "people"))[1][3] == number
    in_full = rows_of(export(signed_in(ada), "people", in_full="on"))[1]
    assert "'+8613900010001" in in_full
    assert rows_of(export(signed_in(seller), "people", in_full="on"))[1][3] == number
    assert AuditEntry.objects.filter(action="exchange.list_exported", actor=seller).exists()
    download = signed_in(seller).get(f"/files/{one.file.public_id}/")
    assert "attachment" in download["Content-Disposition"]
    assert download["Cache-Control"] == "no-store"
    download.close()


def test_an_export_holds_what_its_page_shows_and_no_more(ada: Staff) -> None:
    long = "周" * 60
    tagged, other = make_person(long), make_person(f"{long}二")
    wanted, _other = make_account("One"), make_account("Another")
    tags = {}
    for about in ("person", "account"):
        group = TagGroup.objects.create(name="Interest", about=about, family="model")
        tags[about] = Tag.objects.create(group=group, name="MES")
    tag_people([tagged], tag=tags["person"], by=ada, at=NINE)
    tag_accounts([wanted], tag=tags["account"], by=ada, at=NINE)
    Account.objects.filter(pk=wanted.pk).update(industry="C", size_band="100", region="310000")
    client = signed_in(ada)

    def names(what: str, **conditions: str) -> set[str]:
        return {row[0] for row in rows_of(export(client, what, conditions=urlencode(conditions)))[1:]}

    assert names("people", q=long) == {tagged.full_name, other.full_name}
    assert names("people", q=long, tag=str(tags["person"].public_id)) == {tagged.full_name}
    conditions = {"industry": "C", "size": "100", "region": "上海", "tag": str(tags["account"].public_id)}
    for name, value in conditions.items():
        assert names("accounts", **{name: value}) == {"One"}, name
    assert names("people", q=f"{long}\x00") == {tagged.full_name, other.full_name}
    too_long = urlencode({"q": "a" * 500, "tag": conditions["tag"]})
    assert client.post("/exports/new/", {"list": "people", "conditions": too_long}).status_code == 409


def test_a_file_has_the_columns_that_the_list_shows_and_tags_when_asked(ada: Staff) -> None:
    person = make_person("周思远")
    tags = TagGroup.objects.create(name="Interest", about="person", family="model")
    for name in ("MES", "AI"):
        tag_people([person], tag=Tag.objects.create(group=tags, name=name), by=ada, at=NINE)
    client = signed_in(ada)
    page = client.get("/people/?col=owner&col=company").content.decode()
    assert 'type="hidden" name="col" value="owner"' in page

    chosen: dict[str, Any] = {"col": ["owner", "company", "unknown"], "tags": "on"}
    heads, row = rows_of(export(client, "people", **chosen))
    assert heads[:-1] == ["Name", "Company", "Owner", "Tags"]
    assert row[:-1] == ["周思远", "", "", "AI; MES"]
    assert not export(client, "people", in_full="on", col=["owner"]).is_in_full  # nothing in it is masked
    everything = rows_of(export(client, "people", **chosen, all="on"))[0]
    assert {"Phone", "Owner", "Tags"} < set(everything)


def test_a_file_is_withheld_once_its_colleague_sees_otherwise(north: Team) -> None:
    make_lead(person=make_person("周思远"), team=north)
    seller = make_staff("Seller", role="sales", team=north, data_scope="team")
    one = export(signed_in(seller), "people")
    address = f"/files/{one.file.public_id}/"
    assert address in signed_in(seller).get("/exports/").content.decode()

    Staff.objects.filter(pk=seller.pk).update(team=make_team("West"))

    client = signed_in(seller)
    assert client.get(address).status_code == 404
    page = client.get("/exports/").content.decode()
    assert "export it again" in page
    assert address not in page


def test_rows_in_full_have_a_limit_a_day_and_masked_ones_none(ada: Staff) -> None:
    for name in "AB":
        make_person(name)
    Organisation.objects.update(exported_in_full_a_day=3)
    client = signed_in(ada)
    assert export(client, "people", in_full="on").rows == 2
    answer = client.post("/exports/new/", {"list": "people", "format": "csv", "in_full": "on"})
    assert answer.status_code == 409
    assert "exported 2 today" in answer.content.decode()
    assert Export.objects.count() == 1
    assert export(client, "people").rows == 2
    assert Notification.objects.filter(kind="reveal_limit", staff=ada).count() == 1
    (line,) = client.get("/system/reveals/").context["rows"]
    assert (line.exported, line.month, line.refused) == (2, 0, 1)


def test_credit_codes_are_masked_in_a_file_unless_asked_for_in_full(ada: Staff) -> None:
    account = make_account("Shown")
    Account.objects.filter(pk=account.pk).update(credit_code="91110000600037341L")
    (masked,), (full,) = (rows_of(export(signed_in(ada), "accounts", in_full=way))[1:] for way in ("", "on"))
    assert (masked[1], full[1]) == ("9111****1L", "91110000600037341L")


def test_nobody_exports_whom_they_do_not_see(north: Team, mei: Staff) -> None:
    make_lead(person=make_person("周思远"), team=north)
    seller = make_staff("Seller", role="sales", team=make_team("West"), data_scope="own")
    assert signed_in(seller).post("/exports/new/", {"list": "people"}).status_code == 409
    assert signed_in(mei).post("/exports/new/", {"list": "people"}).status_code == 403


@pytest.mark.parametrize("what", ["people", "leads", "accounts", "opportunities", "contracts"])
def test_each_list_opens_in_excel(what: str, ada: Staff, mei: Staff, north: Team) -> None:
    from tests.lifecycle.test_contracts import make_contract
    from tests.sales.cast import deal_of

    seller = make_staff("Seller", role="sales", team=north)
    if what in ("opportunities", "contracts"):
        deal_of(seller) if what == "opportunities" else make_contract(seller)
    else:
        imported(ZHOU, by=ada, leads=PeopleImport.Leads.ALL)
    one = export(signed_in(ada), what, "xlsx")
    sheet = CalamineWorkbook.from_path(path_of(one.file.digest)).get_sheet_by_index(0).to_python()
    assert len(sheet) == one.rows + 1 == 2
    assert sheet[1][-1].startswith("Ada · ")
    assert sheet[1][-1].endswith(f" · {one.mark}")


def test_of_people_either_they_or_their_leads_are_exported(ada: Staff) -> None:
    imported(ZHOU, by=ada, leads=PeopleImport.Leads.ALL)
    page = signed_in(ada).get("/people/").content.decode()
    assert [page.count(f'type="radio" name="list" value="{what}"') for what in ("people", "leads")] == [1, 1]


def test_a_file_names_who_exported_it_and_is_still_read_by_machines(ada: Staff) -> None:
    Organisation.objects.update(name="R&D <b>")
    Staff.objects.filter(pk=ada.pk).update(full_name="=Ada/张")
    make_person("周思远", keys=[phone("+8613900010001")])
    client = signed_in(ada)
    plain, book = export(client, "people"), export(client, "people", "xlsx")
    assert AuditEntry.objects.filter(detail__mark__in=[plain.mark, book.mark]).count() == 2
    heads, row = rows_of(plain)
    assert (heads[-1], row[-1].startswith("'=Ada/张 · R&D <b> · "), row[-1].endswith(plain.mark)) == (
        "Export mark",
        True,
        True,
    )
    assert plain.file.name.endswith("-=Ada_张.csv")
    told = CalamineWorkbook.from_path(path_of(book.file.digest)).get_sheet_by_index(1).to_python()
    assert ["Company", "R&D <b>"] in told
    with zipfile.ZipFile(path_of(book.file.digest)) as inside:
        assert "R&amp;&amp;D &lt;b&gt;" in inside.read("xl/worksheets/sheet1.xml").decode()
        assert "R&amp;D" in inside.read("docProps/core.xml").decode()
    again = uploaded(path_of(plain.file.digest).read_bytes(), ada)
    assert again.mapping[-1] == "ignore"


def test_who_fetches_the_export_of_somebody_else_is_recorded(ada: Staff) -> None:
    make_person("周思远")
    one = export(signed_in(make_staff("Seller", role="sales", data_scope="all")), "people")
    download = signed_in(ada).get(f"/files/{one.file.public_id}/")
    assert AuditEntry.objects.get(action="file.fetched").actor == ada
    download.close()


def test_a_file_is_fetched_by_who_may_still_export_it_so(ada: Staff) -> None:
    make_person("周思远")
    boss = make_staff("Boss", role="manager", data_scope="all")
    client = signed_in(boss)
    files = [f"/files/{export(client, 'people', in_full=way).file.public_id}/" for way in ("on", "")]

    answers = []

    def fetched() -> list[int]:
        answers.extend(client.get(address) for address in files)
        return [answer.status_code for answer in answers[-2:]]

    assert fetched() == [200, 200]
    Staff.objects.filter(pk=boss.pk).update(role="sales")
    assert fetched() == [404, 404]  # the role that exports it so, and the sight with which it was written
    assert client.get("/exports/").content.decode().count("export it again") == 2
    Staff.objects.filter(pk=boss.pk).update(role="sdr")
    assert fetched() == [404, 404]
    for answer in answers:
        answer.close()


def test_an_export_that_cannot_be_written_has_failed(
    ada: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_person("A")
    taken = tmp_path / "taken"
    taken.write_text("no folder")
    monkeypatch.setattr("wutong.exchange.exports.folder", lambda: taken)
    with pytest.raises(FileExistsError):
        begin_export(what="people", conditions="", kind=Export.Format.CSV, by=ada, at=NINE)
    assert Export.objects.get().state == "failed"
    Export.objects.update(state="waiting")
    tidy(at=NINE + timedelta(hours=2))
    assert Export.objects.get().state == "waiting"
    tidy(at=NINE + timedelta(days=2))
    assert Export.objects.get().state == "failed"


def test_a_long_list_is_written_in_the_background(ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    make_person("A")
    make_person("B")
    monkeypatch.setattr("wutong.exchange.exports.AT_ONCE", 1)
    monkeypatch.setattr("wutong.exchange.exports.MOST_ROWS", 1)
    client = signed_in(ada)
    one = export(client, "people")
    assert (one.state, one.file) == ("waiting", None)
    assert "hx-trigger" in client.get("/exports/").content.decode()
    write_export(one.pk, now=lambda: NINE)
    one.refresh_from_db()
    assert (one.state, one.rows, one.is_cut) == ("done", 1, True)
