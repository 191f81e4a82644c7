"""The demo company's website."""

import re

import pytest

from wutong.sandbox.asgi import Request
from wutong.sandbox.site import PAGES, TEMPLATES, Site, localized

SITE = Site(key="wtdemo", edge_origin="http://127.0.0.1:9001", web_origin="http://127.0.0.1:9000")
ADDRESSES = [localized(language, path) for language in ("zh", "en") for path in PAGES]


def get(path: str) -> str:
    answer = SITE.answer(Request("GET", path))
    assert answer.status == 200, path
    return answer.body.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_reports_to_our_edge_under_the_sites_key(address: str) -> None:
    page = get(address)

    assert '<script defer src="http://127.0.0.1:9001/c/wt.js" data-site="wtdemo"></script>' in page


def test_links_within_the_site_lead_somewhere() -> None:
    tools = {"/_sources", "/outbox", "/_control"}
    known = {*ADDRESSES, "/en/", *tools, *(f"/en{path}" for path in tools)}

    found = {link for address in ADDRESSES for link in re.findall(r'href="(/[^"_]*)"', get(address))}

    assert found <= known


def test_both_languages_have_the_same_pages() -> None:
    assert {file.name for file in (TEMPLATES / "zh").iterdir()} == {file.name for file in (TEMPLATES / "en").iterdir()}


def test_no_page_needs_an_exception_from_the_content_security_policy() -> None:
    for address in ADDRESSES:
        page = get(address)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page), address


def test_an_unknown_address_is_answered_with_the_sites_own_page() -> None:
    answer = SITE.answer(Request("GET", "/en/nothing-here"))

    assert answer.status == 404
    assert "No such page" in answer.body.decode()


def test_each_form_carries_an_id_of_its_own() -> None:
    ids = {re.search(r'name="_id" value="([^"]+)"', get("/contact"))[1] for _ in range(3)}  # type: ignore[index]  # None fails the test

    assert len(ids) == 3


def test_a_path_cannot_leave_the_folder_of_assets() -> None:
    answer = SITE.answer(Request("GET", "/_assets/../site.py"))

    assert answer.status == 404
