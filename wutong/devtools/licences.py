"""May we hand on what we depend on? ``python -m wutong.devtools.licences`` checks every locked run dependency.

The Python packages of ``requirements/run.lock`` and the npm packages of ``package-lock.json``. Tools for tests and
builds are not handed on and not looked at.
"""

import json
import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LGPL-2.1-or-later",  # used as separate libraries, never copied into ours
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MPL-2.0",  # used unchanged, file by file
    "PostgreSQL",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
OTHER_NAMES = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd-3-clause and public-domain": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.1-or-later",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
READ_BY_US = {"crawler-user-agents": "MIT"}
"""Packages that do not name their licence in a form we can read; somebody has read their licence file."""


def main() -> None:
    """Leave with 1 when a dependency's licence is unknown or not allowed."""
    found = python_licences() | npm_licences()
    bad = {name: licence for name, licence in found.items() if not is_allowed(licence)}
    for name, licence in sorted(bad.items()):
        print(f"{name}: {licence or 'says nothing'} is not on the list of allowed licences.")  # noqa: T201  # the developer's terminal
    if bad:
        sys.exit(1)


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression can be met with allowed licences alone."""
    alternatives = re.split(r"\s+OR\s+", expression.replace("(", "").replace(")", ""))
    return any(all(part.strip() in ALLOWED for part in re.split(r"\s+AND\s+", option)) for option in alternatives)


def python_licences() -> dict[str, str]:
    """The licence of each package that the run lock names and this platform installs."""
    lock = (ROOT / "requirements" / "run.lock").read_text()
    names = re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==", lock, re.MULTILINE)
    found = {}
    for name in names:
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        found[name] = READ_BY_US.get(name) or _spdx(package)
    return found


def npm_licences() -> dict[str, str]:
    """The licence of each package in the npm lock file."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return {path: entry.get("license", "") for path, entry in packages.items() if path}


def _spdx(package: metadata.Distribution) -> str:
    for expression in package.metadata.get_all("License-Expression") or []:
        return str(expression)
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in package.metadata.get_all("Classifier") or []
        if text.startswith("License :: ") and text != "License :: OSI Approved"
    ]
    named = classifiers or [text.partition("\n")[0] for text in package.metadata.get_all("License") or []]
    return " OR ".join(OTHER_NAMES.get(name.lower(), name) for name in named)


if __name__ == "__main__":
    main()
