"""Keep every app's Chinese complete: ``python -m wutong.devtools.translations --write | --check | --compile``.

Msgids are plain English sentences in Python and templates; each app keeps its own
``locale/zh_Hans/LC_MESSAGES/django.po``. Needs Babel, not the gettext programs.
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = "zh_Hans"
PO = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"
PLURAL_FORMS = "nplurals=1; plural=0;"
COMMENT_TAGS = ("Translators:",)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

_LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(?:_|gettext|ngettext|pgettext|npgettext)\(\s*{_LITERAL}(?:\s*,\s*(?:{_LITERAL}|count))*\s*\)")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason why a page would show English where it should show Chinese."""

    file: Path
    what: str

    def __str__(self) -> str:
        return f"{os.path.relpath(self.file, ROOT)}: {self.what}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m wutong.devtools.translations", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true", help="bring the .po files up to date with the sources")
    mode.add_argument(
        "--check", action="store_true", help="fail on a missing, fuzzy, stale or contradictory translation"
    )
    mode.add_argument("--compile", action="store_true", help="write the .mo files that Django reads")
    chosen = parser.parse_args()

    apps = list(apps_under(ROOT / "wutong"))
    if chosen.write:
        for app in apps:
            update(app)
    elif chosen.compile:
        for app in apps:
            compile_catalog(app)
    else:
        problems = [*(problem for app in apps for problem in problems_of(app)), *contradictions(apps)]
        for problem in problems:
            sys.stderr.write(f"{problem}\n")
        sys.exit(1 if problems else 0)


def apps_under(package: Path) -> Iterator[Path]:
    """The folders that own translations: every package directly under ``package``, whether Django's app or not."""
    for init in sorted(package.glob("*/__init__.py")):
        if init.parent.name != "devtools":
            yield init.parent


def extracted(app: Path) -> Catalog:
    """Every translatable sentence in the Python files and templates of ``app``."""
    catalog = Catalog(locale=LOCALE, charset="utf-8")
    for file in sorted(app.rglob("*.py")):
        _add(catalog, file, file.read_bytes(), app)
    for file in sorted([*app.glob("templates/**/*.html"), *app.glob("templates/**/*.txt")]):
        _add(catalog, file, _calls_in_template(file).encode(), app)
    return catalog


def update(app: Path) -> None:
    """Write the .po file of ``app``: new sentences empty, vanished ones gone, translations kept as they are.

    A changed sentence is a new one: nothing is carried over by likeness, so nothing is ever silently fuzzy.
    """
    found = extracted(app)
    if not found:
        (app / PO).unlink(missing_ok=True)
        return
    kept = _read(app)
    for message in found:
        if not message.id:
            continue
        old = kept.get(_key(message), message.context)
        if old is not None and old.string and _is_same_shape(old, message):
            message.string = old.string
            message.flags |= old.flags & {"fuzzy"}
    file = app / PO
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_as_po(found))


def problems_of(app: Path) -> list[Problem]:
    """What ``--check`` objects to in ``app``."""
    file = app / PO
    found, kept = extracted(app), _read(app)
    problems = []
    for message in found:
        if not message.id:
            continue
        translation = kept.get(_key(message), message.context)
        if translation is None or not _is_translated(translation):
            problems.append(Problem(file=file, what=f"missing: {_shown(message)}"))
        elif translation.fuzzy:
            problems.append(Problem(file=file, what=f"fuzzy: {_shown(message)}"))
        elif not _placeholders(translation.string) <= _placeholders(message.id):
            problems.append(Problem(file=file, what=f"unknown placeholder: {_shown(message)}"))
    stale = (message for message in kept if message.id and found.get(_key(message), message.context) is None)
    return [*problems, *(Problem(file=file, what=f"stale: {_shown(message)}") for message in stale)]


def contradictions(apps: Sequence[Path]) -> Iterator[Problem]:
    """Sentences to which two apps give different Chinese: Django merges their catalogues, so one is never seen."""
    said: dict[tuple[str, str | None], tuple[Any, Path]] = {}
    for app in apps:
        for message in _read(app):
            if not message.id:
                continue
            string, first = said.setdefault((_key(message), message.context), (message.string, app))
            if _zh(string) != _zh(message.string):
                yield Problem(
                    file=app / PO, what=f"other words than in {first.name}, a context is missing: {_shown(message)}"
                )


def compile_catalog(app: Path) -> None:
    """Write the .mo file next to the .po file of ``app``, unless it is newer already."""
    po = app / PO
    if not po.exists():
        return
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime_ns > po.stat().st_mtime_ns:
        return
    with mo.open("wb") as out:
        write_mo(out, _read(app))


def _add(catalog: Catalog, file: Path, source: bytes, app: Path) -> None:
    where = str(file.relative_to(app))
    found = extract("python", io.BytesIO(source), keywords=KEYWORDS, comment_tags=COMMENT_TAGS)
    for line, message, comments, context in found:
        flags = ("python-format",) if "%(" in str(message) else ()
        catalog.add(message, None, [(where, line)], flags=flags, auto_comments=comments, context=context)


def _calls_in_template(file: Path) -> str:
    """The gettext calls of a template, one a line.

    Django's reading of a template is meant for xgettext: calls in the right places, nonsense between them.
    """
    if not settings.configured:
        settings.configure(USE_I18N=True)
    reading = templatize(file.read_text(encoding="utf-8"), origin=str(file))
    return "\n".join(match.group() for match in CALL.finditer(reading))


def _read(app: Path) -> Catalog:
    file = app / PO
    if not file.exists():
        return Catalog(locale=LOCALE)
    with file.open("rb") as source:
        return read_po(source, locale=LOCALE, abort_invalid=True)


def _as_po(catalog: Catalog) -> bytes:
    """A .po file without dates and line numbers, so that it changes only when sentences do."""
    out = io.BytesIO()
    write_po(out, catalog, omit_header=True, include_lineno=False, sort_output=True, width=0)
    header = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: {LOCALE}\\n"\n'
    return f'{header}"Plural-Forms: {PLURAL_FORMS}\\n"\n\n'.encode() + out.getvalue().lstrip(b"\n")


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def _is_same_shape(one: Message, other: Message) -> bool:
    return isinstance(one.id, str) == isinstance(other.id, str)


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings)


def _zh(string: Any) -> str:
    return str(string[0] if isinstance(string, (tuple, list)) else string)


def _placeholders(texts: Any) -> set[str]:
    texts = texts if isinstance(texts, (tuple, list)) else (texts,)
    return {name for text in texts for name in re.findall(r"%\((\w+)\)", str(text))}


def _shown(message: Message) -> str:
    return f"{_key(message)!r}" + (f" ({message.context})" if message.context else "")


if __name__ == "__main__":
    main()
