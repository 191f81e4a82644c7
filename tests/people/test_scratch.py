"""Anybody's observations, resolved in a scratch schema that leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from wutong.people.graph import Level
from wutong.people.models import Identifier, Observation, Person
from wutong.people.scratch import NotAnObservation, read_lines, resolve_in_scratch

pytestmark = pytest.mark.django_db


def line(id: str, *identifiers: str, at: str = "2026-01-01T00:00:00Z") -> str:
    return json.dumps({"event_id": id, "at": at, "identifiers": identifiers})


def test_the_command_prints_the_reference_answer_and_leaves_nothing_behind(shared_data) -> None:
    answers = json.loads(shared_data("identity/expected.json").read_text())
    done = identity(
        "resolve", shared_data("identity/events.jsonl"), "--level", "3", "--blocked", ",".join(answers["blocked"])
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "clusters": answers["level3"],
        "shared_cookies": answers["level3_shared_cookies"],
        "refused_links": answers["level3_refused_links"],
    }


def test_the_command_says_which_line_is_wrong_whether_or_not_a_byte_order_mark_leads(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(line("e1", "phone:1", "email:2") + "\n" + line("e2", "openid:3"), encoding="utf-8-sig")
    done = identity("resolve", file)
    assert done.returncode != 0
    assert "Line 2" in done.stderr
    assert "openid@APP:value" in done.stderr


def identity(*args: object) -> subprocess.CompletedProcess[str]:
    url, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return subprocess.run(
        [sys.executable, "-m", "wutong", "identity", *map(str, args)],
        env=os.environ | {"DATABASE_URL": f"{url}/{connection.settings_dict['NAME']}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("level", [1, 2])
def test_each_level_can_be_asked_for(shared_data, level: int) -> None:
    answers = json.loads(shared_data("identity/expected.json").read_text())
    observations = read_lines(shared_data("identity/events.jsonl").read_text().splitlines())

    resolved = resolve_in_scratch(observations, level=Level(level), blocked=answers["blocked"])

    assert resolved.clusters == answers[f"level{level}"]
    assert resolved.shared_cookies == answers.get(f"level{level}_shared_cookies", [])
    assert not any(model.objects.exists() for model in (Person, Identifier, Observation))


def test_of_one_instant_the_smaller_id_came_first() -> None:
    lines = [line("e10", "crm_id:B", "phone:1"), line("e09", "crm_id:A", "phone:1")]
    resolved = resolve_in_scratch(read_lines(lines), level=Level.EXCLUSIVE)
    assert resolved.clusters == [["crm_id:A", "phone:1"], ["crm_id:B"]]
    assert resolved.refused_links == [["crm_id:B", "phone:1"]]


def test_values_are_blocked_with_or_without_their_kind_or_as_the_product_does() -> None:
    observations = read_lines([line("e1", "email:info@example.com", "phone:1"), line("e2", "phone:1", "email:a@b.c")])

    def clusters(*blocked: str) -> list[list[str]]:
        return resolve_in_scratch(observations, level=Level.PRODUCT, blocked=blocked or None).clusters

    assert clusters() == [["email:a@b.c", "phone:1"]]
    assert clusters("phone:1") == clusters("1") == [["email:a@b.c"], ["email:info@example.com"]]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{}", "event_id"),
        (line("e1", "telephone:1"), "crm_id, unionid"),
        (line("e1", "phone:"), "kind:value"),
        (line("e1", "phone:1", at="2026-01-01T00:00:00"), "offset"),
        (line("e0", "phone:2"), "something else"),
        (line("e1", "phone:1\0"), "NUL"),
        (line("e1", *(f"cookie:{n}" for n in range(1_001))), "1001 identifiers"),
    ],
)
def test_a_line_that_is_no_observation_is_named(text: str, what: str) -> None:
    with pytest.raises(NotAnObservation, match=f"Line 2: .*{what}"):
        read_lines([line("e0", "phone:1"), text])
