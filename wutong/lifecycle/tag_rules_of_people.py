"""The conditions of the list of people, as rules of tags speak of them.

Not what somebody is searched by, who tells a rule nothing, nor whose lead it is, which depends on who looks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from wutong.lifecycle.models import Stage
from wutong.lifecycle.people_list import Wanted, everybody_wanted, people_for
from wutong.lifecycle.tag_rules import Asked, Language, Pairs, pairs_of_own
from wutong.people.custom_filters import conditions_in
from wutong.people.models import CustomField, Person, Reach, Tag
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none

_EVERYBODY = "everybody"


def _read(given: Mapping[str, str], fields: Sequence[CustomField]) -> Asked:
    own = conditions_in(given, fields)
    pairs: Pairs = pairs_of_own(own)
    words: list[tuple[str, str]] = [(one.field.name, one.in_words()) for one in own]
    named = uuid_or_none(given.get("tag"))
    tag = Tag.objects.of_people().filter(public_id=named).first() if named else None
    if tag is not None:
        pairs.append(("tag", str(tag.public_id)))
        words.insert(0, (_("Tag is"), tag.name))
    if (stage := given.get("stage", "")) in Stage.values:
        pairs.append(("stage", stage))
        words.insert(0, (_("Stage is"), str(Stage(stage).label)))
    if (reach := given.get("reach", "")) in (*Reach.values, _EVERYBODY):
        pairs.append(("reach", reach))
        word = _("Everybody, visitors too") if reach == _EVERYBODY else str(Reach(reach).label)
        words.insert(0, (_("Reach is"), word))
    return Asked(pairs=pairs, tag=tag.public_id if tag else None, words=words, own=own, given=given)


def _wanted(asked: Asked) -> Wanted:
    named = dict(asked.pairs)
    return Wanted(reach=named.get("reach", ""), stage=named.get("stage", ""), tag=asked.tag, own=tuple(asked.own))


def _everybody(asked: Asked) -> QuerySet[Person]:
    return everybody_wanted(_wanted(asked))


def _sample(staff: Staff, asked: Asked) -> list[tuple[str, str]]:
    shown = people_for(staff, _wanted(asked)).people
    return [
        (one.full_name or one.company_name or "—", reverse("lifecycle:person", args=[one.public_id])) for one in shown
    ]


def _choices() -> dict[str, Any]:
    return {"stages": Stage.choices, "reaches": [*Reach.choices, (_EVERYBODY, _("Everybody, visitors too"))]}


PEOPLE = Language(
    list_url="lifecycle:people",
    names=frozenset({"reach", "stage", "tag"}),
    form="lifecycle/_tag_rule_people.html",
    choices=_choices,
    read=_read,
    everybody=_everybody,
    sample=_sample,
)
