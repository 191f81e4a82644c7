"""What people read for the source of a statement. Sources are ``kind:name``; each capability names its own kind."""

from collections.abc import Callable, Iterable, Mapping

Namer = Callable[[Iterable[str]], Mapping[str, str]]

_namers: dict[str, Namer] = {}


def name_sources_of(kind: str, namer: Namer) -> None:
    """Let ``namer`` turn the names of sources of ``kind`` into what people read, many at once."""
    _namers[kind] = namer


def source_names(sources: Iterable[str]) -> dict[str, str]:
    """What people read for each of ``sources``; one that nobody names any more is shown by its own name."""
    by_kind: dict[str, set[str]] = {}
    for source in sources:
        kind, _, name = source.partition(":")
        by_kind.setdefault(kind, set()).add(name)
    shown = {}
    for kind, names in by_kind.items():
        known = _namers[kind](names - {""}) if kind in _namers else {}
        for name in names:
            shown[f"{kind}:{name}" if name else kind] = known.get(name, name or kind)
    return shown
