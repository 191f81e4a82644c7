"""The tags that an import gives: to everybody in the file, and what its rows name."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from wutong.exchange.models import PeopleImport
from wutong.exchange.rows import ImportRow
from wutong.lifecycle.tagging import tag_many
from wutong.people.models import PersonTag, Tag, TagSource
from wutong.people.models.tag import TagQuerySet
from wutong.people.people_to_tag import look_again
from wutong.people.tags_to_tell import tell_outside
from wutong.platform.rows import execute, id_array

GIVEN = "t.source = 'import' AND t.by_id = %(by)s AND t.at = %(started_at)s"
TOLD = "t.name = 'tag_added' AND t.props->>'by' = 'import' AND t.occurred_at = %(started_at)s"
"""Which tags an import has given, and which events tell of them: all bear the instant of its start."""
REPLACED = "t.name = 'tag_removed' AND t.props->>'by' = 'import' AND t.occurred_at = %(started_at)s"
"""Which events tell of a tag whose place an import's has taken."""
BY_RULE = "t.source = 'rule'"
TOLD_BY_RULE = "t.name IN ('tag_added', 'tag_removed') AND t.props->>'by' = 'rule'"
"""What rules of tags made of people: nobody's work."""


def plain_tag(name: str) -> str:
    """A tag's name, or "group: tag", as it is compared."""
    return ":".join(part.strip().casefold() for part in name.replace("：", ":").split(":", 1))


def tags_by_name(kind: str = PeopleImport.Kind.PEOPLE) -> dict[str, Tag]:
    """The tags that an import may give, by name and by "group: tag"; a name of two groups stands for neither."""
    offered = list(tags_for(kind))
    names: dict[str, list[Tag]] = {}
    for tag in offered:
        names.setdefault(plain_tag(tag.name), []).append(tag)
    single = {name: found[0] for name, found in names.items() if len(found) == 1}
    return {plain_tag(f"{tag.group.name}:{tag.name}"): tag for tag in offered} | single


def tags_for(kind: str) -> TagQuerySet:
    """The tags that an import may give to what its rows tell of."""
    tags = Tag.objects.of_people() if kind == PeopleImport.Kind.PEOPLE else Tag.objects.of_accounts()
    return tags.in_use().in_order()


def tag_rows(run: PeopleImport, rows: Iterable[tuple[ImportRow, int]]) -> None:
    """Give people what the import and their rows name. Opens no transaction.

    In a group of which a person carries one tag only, the one that they carry stays unless the file counts before what
    is known.

    Args:
        rows: each with the person whom it is about.
    """
    rows = list(rows)
    everybodys = list(run.tags.select_related("group"))
    named = tags_by_name() if any(row.tags for row, _ in rows) else {}
    people: dict[Tag, set[int]] = {tag: {person for _, person in rows} for tag in everybodys}
    for row, person in rows:
        for name in row.tags:
            if tag := named.get(plain_tag(name)):
                people.setdefault(tag, set()).add(person)
    for tag, whose in sorted(people.items(), key=lambda pair: pair[0].pk):
        new = whose - _carrying_another(tag, whose) if run.known != PeopleImport.Known.OVERWRITE else whose
        tag_many(new, tag=tag, source=TagSource.IMPORT, by=run.by, at=run.started_at or run.created_at)


def take_back_tags(run: PeopleImport, people: Sequence[int], *, at: datetime) -> None:
    """Take from people the tags that the import gave them, bring back those whose place these took, and untell both.

    Opens no transaction; the people's rows are locked. Other systems, which were told of the tags, are told of this as
    well. In a group of which one tag is carried only, the old one comes back where the import's was still there:
    whoever has said something else since is right.
    """
    if not _gives_tags(run):
        return
    values = {"people": id_array(people), "by": run.by_id, "started_at": run.started_at}
    whose = "t.person_id = ANY(%(people)s::bigint[])"
    taken = execute(
        f"DELETE FROM people_persontag t WHERE {whose} AND {GIVEN} RETURNING t.tag_id, t.person_id, t.subject_id",  # noqa: S608  # names of ours
        **values,
    )
    execute(f"DELETE FROM event t WHERE {whose} AND {TOLD}", **values)  # noqa: S608  # names of ours
    values["people"] = id_array(sorted({person for _tag, person, _subject in taken}))
    again = execute(
        f"""
        INSERT INTO people_persontag (subject_id, person_id, tag_id, source, by_id, at)
        SELECT t.subject_id, t.person_id, g.id, t.props->>'given_by', s.id, (t.props->>'given_at')::timestamptz
        FROM event t JOIN people_tag g ON g.public_id = (t.props->>'tag')::uuid
        LEFT JOIN platform_staff s ON s.public_id = (t.props->>'giver')::uuid
        WHERE {whose} AND {REPLACED} AND NOT EXISTS (
            SELECT FROM people_persontag c JOIN people_tag o ON o.id = c.tag_id
            WHERE c.person_id = t.person_id AND o.group_id = g.group_id
        )
        ON CONFLICT DO NOTHING RETURNING tag_id, person_id, subject_id
        """,  # noqa: S608  # names of ours
        **values,
    )
    for rows, is_carried in ((taken, False), (again, True)):
        _tell_outside(rows, is_carried=is_carried, at=at)
    execute(f"DELETE FROM event t WHERE {whose} AND {REPLACED}", **values)  # noqa: S608  # names of ours
    look_again(people)


def _tell_outside(rows: Iterable[tuple[int, int, int]], *, is_carried: bool, at: datetime) -> None:
    """Tell other systems of rows of tag, person and subject."""
    subjects: dict[int, dict[int, int]] = {}
    for tag, person, subject in rows:
        subjects.setdefault(tag, {})[person] = subject
    for one in Tag.objects.filter(pk__in=subjects).order_by("pk"):
        tell_outside(subjects[one.pk], one, is_carried=is_carried, at=at)


def _gives_tags(run: PeopleImport) -> bool:
    """Whether the import can have given any: else there is nothing to look for among people's events."""
    return "tags" in run.mapping or run.tags.exists()


def _carrying_another(tag: Tag, people: Iterable[int]) -> set[int]:
    if not tag.group.is_exclusive:
        return set()
    others = PersonTag.objects.filter(tag__group=tag.group_id, person__in=people).exclude(tag=tag)
    return set(others.values_list("person_id", flat=True))
