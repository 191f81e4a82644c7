"""What an import has left on a company, by which it is taken back: kept with :class:`AccountByImport`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from wutong.exchange.models import AccountByImport, PeopleImport
from wutong.platform.rows import insert_objects, update_objects


class Replaced(Struct, frozen=True, kw_only=True):
    """A tag that an import took away because another of its group came: as it stood."""

    tag: int
    source: str
    by: int | None
    at: str


class Owned(Struct, frozen=True, kw_only=True):
    """Who looks after a company for a product line since the import, and who did before."""

    line: int
    to: int
    before: int | None
    since: str | None
    giver: int | None = None
    """Who had let them."""


class Traces(Struct, kw_only=True, omit_defaults=True):
    """What was written of one company. Keys are those of rows; what stood before is told by field."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    facts: list[int] = field(default_factory=list)
    aliases: list[int] = field(default_factory=list)
    domains: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    owned: list[Owned] = field(default_factory=list)
    is_only_named: bool = False
    """Entered because another company names it as its parent; no row tells of it itself."""

    def add(self, later: "Traces") -> None:
        """Take over what later rows of the same import have written."""
        self.before = later.before | self.before
        self.after |= later.after
        for name in ("facts", "aliases", "domains", "tags", "replaced"):
            getattr(self, name).extend(getattr(later, name))
        first = {one.line: one for one in self.owned}
        for one in later.owned:
            earlier = first.get(one.line)
            first[one.line] = replace(earlier, to=one.to) if earlier else one
        self.owned = list(first.values())
        self.is_only_named = self.is_only_named and later.is_only_named


def traces_of(left: AccountByImport) -> Traces:
    """The traces that are kept."""
    return msgspec.convert(left.traces, Traces)


def keep_traces(run: PeopleImport, left: Mapping[int, Traces], *, new: Iterable[int]) -> None:
    """Keep what an import has left on companies, by their ids, beside what its earlier rows have. Opens no transaction.

    Args:
        new: those that the import has added.
    """
    added = set(new)
    held = {one.account_id: one for one in AccountByImport.objects.filter(run=run, account__in=list(left))}
    changed: list[AccountByImport] = []
    fresh: list[AccountByImport] = []
    for account, traces in left.items():
        if (before := held.get(account)) is None:
            kept = AccountByImport(run=run, account_id=account, is_new=account in added, credit_code="")
            fresh.append(kept)
        else:
            earlier = traces_of(before)
            earlier.add(traces)
            kept, traces = before, earlier
            changed.append(kept)
        kept.traces = msgspec.to_builtins(traces)
    insert_objects(fresh)
    update_objects(changed, ["traces"])


def only_named(run: PeopleImport, accounts: Sequence[int]) -> set[int]:
    """Those of ``accounts`` that an import has entered as parents, and of which no row has told itself."""
    kept = AccountByImport.objects.filter(run=run, account__in=accounts, traces__is_only_named=True)
    return set(kept.values_list("account_id", flat=True))
