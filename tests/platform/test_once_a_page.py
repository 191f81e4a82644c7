"""What many parts of a page ask is asked once for it, and anew by the next."""

import pytest

from tests.cast import signed_in
from wutong.platform.models import Organisation
from wutong.platform.once_a_page import once_a_page, one_page


def test_within_a_page_the_first_answer_stands() -> None:
    asked = iter(range(9))
    number = once_a_page(lambda: next(asked))

    with one_page():
        assert (number(), number()) == (0, 0)
    with one_page():
        assert number() == 1


def test_outside_of_pages_each_asks_anew() -> None:
    asked = iter(range(9))
    number = once_a_page(lambda: next(asked))

    assert (number(), number()) == (0, 1)


@pytest.mark.django_db
def test_the_next_page_knows_what_was_changed_since(mei) -> None:
    client = signed_in(mei)
    client.get("/people/")

    Organisation.objects.update(name="Plane & Sons")

    assert "Plane &amp; Sons" in client.get("/people/").content.decode()


def test_each_question_of_a_page_has_an_answer_of_its_own() -> None:
    asked = []
    named = once_a_page(lambda name: asked.append(name) or f"{name}!")

    with one_page():
        assert [named("Mei"), named("Lin"), named("Mei")] == ["Mei!", "Lin!", "Mei!"]

    assert asked == ["Mei", "Lin"]
