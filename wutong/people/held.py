"""What this capability holds about people."""

from urllib.parse import parse_qsl
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.people.custom_values import restate_accounts, restate_people
from wutong.people.holdings import Fate, Whom, free_of_people, hold, mark, sweep
from wutong.people.models import (
    AccountFact,
    Affiliation,
    BlockedValue,
    Consent,
    ConsentStanding,
    CustomField,
    FieldValue,
    Identifier,
    IdentityChange,
    IdentityDecision,
    IdentityLink,
    IdentityMove,
    MatchKey,
    Observation,
    OwnMark,
    OwnRule,
    Person,
    PersonCollaborator,
    PersonCustomValue,
    PersonTag,
    PersonTagKeptOff,
    PersonToCompare,
    PersonToTag,
    ProbableMatch,
    PutAside,
    RefusedLink,
    TagRule,
    TagToTell,
)
from wutong.people.telling import addresses_of, names_of, sql_told_in, told_by
from wutong.platform.rows import execute
from wutong.platform.saved_views import forget_searches


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(Person, _("Who they are to us"), people="pk", fate=Fate.WITH_IDENTITY, hidden={"search_keys", "sort_key"})
    hold(Identifier, _("What points at them"), subjects="pk", fate=Fate.WITH_IDENTITY)
    hold(FieldValue, _("What is known, with its source"), subjects="subject")
    hold(Affiliation, _("Companies they work for"), subjects="subject")
    hold(Consent, _("What they allowed and refused"), subjects="subject", hidden={"event_id"})
    hold(ConsentStanding, _("What stands of it"), subjects="subject", hidden={"decided_by"})
    hold(OwnMark, _("Whether they are one of ours"), subjects="subject")
    hold(PersonTag, _("Tags they carry"), subjects="subject")
    hold(TagToTell, _("Tags that another system is to be told of"), subjects="subject", is_copied=False)
    hold(PersonTagKeptOff, _("Tags that were taken off"), subjects="subject", is_copied=False)
    hold(PersonCollaborator, _("Colleagues who may see them"), subjects="subject", is_copied=False)
    hold(PersonCustomValue, _("What stands in the company's own fields"), is_copied=False)
    hold(ProbableMatch, _("Probable doubles"), people=("one", "other"), is_copied=False)
    hold(MatchKey, _("Keys by which doubles are found"), is_copied=False)
    hold(PersonToCompare, _("People to compare"), is_copied=False)
    hold(PersonToTag, _("People to tag by rules"), is_copied=False)
    for model, title, subjects in (
        (IdentityLink, _("What was seen together"), ("low", "high")),
        (IdentityDecision, _("Decisions about who is who"), ("low", "high")),
        (RefusedLink, _("Refused links"), ("low", "high")),
    ):
        hold(model, title, people=(), subjects=subjects, fate=Fate.WITH_IDENTITY, is_copied=False)
    hold(
        IdentityChange,
        _("Merges and splits"),
        people=("source_person", "target_person"),
        fate=Fate.WITH_IDENTITY,
        is_copied=False,
    )
    hold(
        IdentityMove,
        pgettext_lazy("identity", "Moves from person to person"),
        people="person_id",
        subjects="subject_id",
        fate=Fate.WITH_IDENTITY,
        is_copied=False,
    )
    free_of_people(Observation, because="erasing who is who takes their identifiers out of it, see people.erasing")
    free_of_people(PutAside, because="two numbers, which lead nowhere once the people are gone")
    sweep("blocked values", _blocked_values)
    sweep("rules of own people", lambda whom: OwnRule.objects.filter(value__in=whom.values).delete()[0])
    sweep("custom fields of others", _custom_fields_of_others)
    sweep("searches in saved views", _searches)
    sweep("conditions in rules of tags", _rules_of_tags)
    mark(_public_ids)


def _blocked_values(whom: Whom) -> int:
    return BlockedValue.objects.filter(value__in=whom.values).delete()[0]


def _custom_fields_of_others(whom: Whom) -> int:
    """What was written in a company's own fields of companies and other people, where a number or address of theirs
    stands in it.
    """
    theirs = Identifier.objects.filter(pk__in=whom.subjects, kind__in=["phone", "email"]).values_list(
        "value", flat=True
    )
    told = [value.removeprefix("+86").lower() for value in theirs]
    written: dict[str, list[str]] = {"person": [], "account": []}
    for field in CustomField.objects.filter(kind__in=[CustomField.Kind.TEXT, CustomField.Kind.LINK]):
        written[field.about].append(field.statement)
    with transaction.atomic():
        facts = _telling("people_accountfact", "account_id", written["account"], told)
        AccountFact.objects.filter(pk__in=list(facts)).delete()
        restate_accounts(sorted(set(facts.values())))
        said = _telling("people_fieldvalue", "person_id", written["person"], told)
        others = set(said.values()) - set(whom.people)
        locked = Person.objects.select_for_update(no_key=True).filter(pk__in=others).order_by("pk").only("pk")
        people = [person.pk for person in locked]
        gone, _rows = FieldValue.objects.filter(pk__in=[pk for pk, person in said.items() if person in others]).delete()
        restate_people(people)
    return len(facts) + gone


def _telling(table: str, owner: str, fields: list[str], told: list[str]) -> dict[int, int]:
    """The statements of ``fields`` in which any of ``told`` stands, by id, each with whom it is about."""
    if not (fields and told):
        return {}
    found = execute(
        f"""
        SELECT id, {owner} FROM {table} WHERE field = ANY(%(fields)s::text[]) AND {sql_told_in("value")}
        """,  # noqa: S608  # names of our own
        fields=fields,
        told=told,
    )
    return dict(found)


def _searches(whom: Whom) -> int:
    by_address, names = told_by(addresses_of(whom)), {name.lower() for name in names_of(whom)}
    with transaction.atomic():
        return forget_searches(lambda text: by_address([text]) or text.strip().lower() in names)


def _rules_of_tags(whom: Whom) -> int:
    """A rule with a condition that tells of them means nothing until somebody sets it anew."""
    by_address, names = told_by(addresses_of(whom)), {name.lower() for name in names_of(whom)}

    def tells(value: str) -> bool:
        return bool(by_address([value])) or value.strip().lower() in names

    telling = [
        pk for pk, query in TagRule.objects.values_list("pk", "query") if any(tells(v) for _, v in parse_qsl(query))
    ]
    return TagRule.objects.filter(pk__in=telling).update(query="")


def _public_ids(whom: Whom) -> list[UUID]:
    return list(Person.objects.filter(pk__in=whom.people).values_list("public_id", flat=True))
