"""Every table that refers to people is known to those who copy and erase."""

from django.apps import apps
from django.db import models

from wutong.people import holdings
from wutong.people.models import Identifier, Person

ABOUT = ("person_id", "subject_id", "identifiers", "people", "subjects")
"""Columns of plain numbers by which rows lead to people, too."""


def leads_to_people(model: type[models.Model]) -> bool:
    going = {Person, Identifier} | holdings.erased_models()
    return any(
        (one.is_relation and one.related_model in going) or one.name in ABOUT for one in model._meta.concrete_fields
    )


def test_every_table_that_leads_to_people_says_what_becomes_of_it() -> None:
    """A new one is registered by ``people.holdings.hold``, in ``held.py`` of its capability."""
    leading = {model._meta.db_table for model in apps.get_models() if leads_to_people(model)}
    assert leading - holdings.registered_tables() == set()
    assert holdings.registered_tables() <= {model._meta.db_table for model in apps.get_models()}


def test_what_refers_goes_before_what_it_refers_to() -> None:
    ordered = holdings.holdings()
    for place, one in enumerate(ordered):
        referred = {field.related_model for field in one.model._meta.concrete_fields if field.is_relation} - {one.model}
        assert not [earlier.table for earlier in ordered[:place] if earlier.model in referred], one.table
