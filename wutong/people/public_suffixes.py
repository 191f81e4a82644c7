"""The part of a domain that somebody has registered, by the ICANN section of the Public Suffix List.

The list is the one in the package tldextract, read as a file: the package itself would load an HTTP client and keep a
tree of 12 MB in every process that looks at an address. Rules: https://github.com/publicsuffix/list/wiki/Format.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_HOST = re.compile(r"(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[^/?#]*@)?([^/?#:]*)")
_DOTS = str.maketrans("。．｡", "...")
_END = "// ===END ICANN DOMAINS==="


def registrable(domain: str) -> str:
    """``sh.example.com.cn`` gives ``example.com.cn``; nothing for a public suffix itself or where no rule fits.

    What surrounds a domain in the address of a page is let go.
    """
    host = _HOST.match(domain.strip().lower())
    labels = (host[1] if host else "").strip().translate(_DOTS).rstrip(".").split(".")
    at = _start_of_suffix([_readable(label) for label in labels])
    return ".".join(labels[at - 1 :]) if at and labels[at - 1] else ""


def _start_of_suffix(labels: list[str]) -> int:
    """Where the longest suffix that a rule names begins; 0 also where none does."""
    for at in range(len(labels)):
        name = ".".join(labels[at:])
        if f"!{name}" in _rules():
            return at + 1
        if name in _rules() or f"*.{name.partition('.')[2]}" in _rules():
            return at
    return 0


def _readable(label: str) -> str:
    """The list has rules in the letters of their language."""
    if not label.startswith("xn--"):
        return label
    import idna  # here, because such a domain is rare

    try:
        return idna.decode(label)
    except idna.IDNAError:
        return label


@cache
def _rules() -> frozenset[str]:
    package = find_spec("tldextract")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("The package tldextract is not installed.", name="tldextract")
    rules = set()
    with (Path(package.submodule_search_locations[0]) / ".tld_set_snapshot").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(_END):
                break
            if line.strip() and not line.startswith("//"):
                rules.add(line.split()[0])
    return frozenset(rules)
