"""On what ground people are contacted whom a file names: what they are said to have agreed to."""

from collections.abc import Collection, Mapping, Sequence

from wutong.exchange.entries import Entry
from wutong.exchange.models import PeopleImport
from wutong.people.consents import Decision, decide_many, kept_texts
from wutong.people.contactability import ADDRESSES
from wutong.people.identifiers import IdentifierKey, Known
from wutong.people.models import ANY, Assurance, ConsentKind, ConsentStanding, ConsentState
from wutong.people.observations import Recognised

_WRITTEN_TO = frozenset(kind for kinds in ADDRESSES.values() for kind in kinds)


def denying(run: PeopleImport, people: Collection[int]) -> set[int]:
    """Who of them has refused or withdrawn: a list is nobody's own word, so they are left at that."""
    if run.basis != PeopleImport.Basis.CONSENT:
        return set()
    denials = ConsentStanding.objects.filter(kind=ConsentKind.GENERAL, purpose__in=[ANY, "contact"])
    denials = denials.exclude(state=ConsentState.GRANTED).filter(person__among=people)
    return set(denials.values_list("person_id", flat=True))


def note_basis(
    run: PeopleImport,
    entries: Sequence[Entry],
    recognised: Recognised,
    denied: Collection[int],
    *,
    before: Mapping[IdentifierKey, Known],
    texts: Mapping[bytes, int],
) -> None:
    """Where the people have agreed, that is kept as their decision; any other basis stands with the import alone.

    It is kept for each address that the row has, because an agreement holds for its address alone.

    Args:
        denied: who has refused or withdrawn.
        before: the identifiers that were known before these rows.
        texts: see :func:`wutong.people.consents.decide_many`.
    """
    if run.basis != PeopleImport.Basis.CONSENT:
        return
    told = {entry.id: [key for key in entry.row.identifiers if key.kind in _WRITTEN_TO] for entry in entries}
    addresses = recognised.known
    version, text = _text_of(run)
    decide_many(
        [
            Decision(
                subject_id=addresses[key].id,
                person_id=entry.person,
                channel=ANY,
                purpose="contact",
                state=ConsentState.GRANTED,
                text_version=version,
                text=text,
                proof={"note": run.basis_proof[:300], "file": run.file_name},
                by_id=run.by_id,
                source=run.source_code,
                assurance=Assurance.STAFF,
                at=entry.at,
                event_id=entry.id,
            )
            for entry in entries
            for key in told[entry.id]
            if entry.person not in denied and addresses[key].person_id == entry.person
        ],
        first_told_of={held.id for key, held in addresses.items() if key not in before},
        texts=texts,
    )


def _text_of(run: PeopleImport) -> tuple[str, str]:
    """Version and text of what people agreed to."""
    return run.source[:40], run.basis_text


def texts_of(run: PeopleImport) -> dict[bytes, int]:
    """The ids of the text that is kept already, as :func:`note_basis` takes them."""
    return kept_texts([_text_of(run)]) if run.basis == PeopleImport.Basis.CONSENT else {}
