"""The one registry of events, and the page that is written from it."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from wutong.events.taxonomy import TAXONOMY, BadProps, UnknownEvent, check_props, document, label

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_about_events_is_what_the_registry_writes() -> None:
    written = subprocess.run(
        [sys.executable, "-m", "wutong.events.taxonomy"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert (ROOT / "docs" / "events.md").read_text(encoding="utf-8") == written == document()


@pytest.mark.parametrize("name", TAXONOMY)
def test_every_event_is_complete(name: str) -> None:
    kind = TAXONOMY[name]
    assert kind.name == name
    assert re.fullmatch(r"[a-z_]{1,40}", name)
    assert re.search(r"[\u4e00-\u9fff]", kind.zh)
    assert kind.en
    assert kind.doors <= {"web", "server", "staff", "system"}
    assert kind.doors
    assert label(name, "zh-hans") == kind.zh
    assert label(name, "en") == kind.en


def test_an_event_of_an_older_release_is_called_by_its_name() -> None:
    assert label("danced", "en") == "danced"


@pytest.mark.parametrize(
    ("name", "props"),
    [
        ("page_viewed", {}),
        ("page_viewed", {"title": "Prices", "path": "/pricing", "lang": "zh-CN", "width": 1280}),
        ("page_beat", {"seq": 3, "visible_s": 15, "depth": 0.5}),
        ("link_clicked", {"href": "https://example.com/a.pdf", "kind": "download"}),
        ("form_started", {"form": "contact"}),
        ("consent_given", {"version": "2026-01"}),
    ],
)
def test_good_properties_pass_as_they_are(name: str, props: dict) -> None:
    assert check_props(name, props) == props


@pytest.mark.parametrize(
    ("name", "props", "field"),
    [
        ("page_viewed", {"title": 5}, "title"),
        ("page_viewed", {"title": "x" * 301}, "title"),
        ("page_viewed", {"email": "mei@example.com"}, "email"),
        ("page_beat", {"depth": 1.5}, "depth"),
        ("page_beat", {"visible_s": -1}, "visible_s"),
        ("page_beat", {"seq": "1"}, "seq"),
        ("link_clicked", {"kind": "other"}, "kind"),
        ("form_started", {}, "form"),
    ],
)
def test_bad_properties_are_refused_by_the_name_of_the_field(name: str, props: dict, field: str) -> None:
    with pytest.raises(BadProps, match=field):
        check_props(name, props)


@pytest.mark.parametrize("name", ["danced", "", "form_submitted", "lead_created", "first_contact", "stage_entered"])
def test_nothing_unknown_and_nothing_of_ours_comes_through_the_web(name: str) -> None:
    with pytest.raises(UnknownEvent):
        check_props(name, {})


@pytest.mark.parametrize("name", TAXONOMY)
def test_no_event_has_room_for_what_could_name_somebody(name: str) -> None:
    fields = {field.name for field in msgspec.structs.fields(TAXONOMY[name].props)}
    assert not fields & {"email", "mail", "phone", "name", "full_name", "company", "ip", "address", "answers"}
