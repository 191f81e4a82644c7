"""Make or refresh ``.venv`` from the lock files: ``python3 requirements/environment.py run [test]``.

Needs nothing but Python. A stamp beside the packages says from which locks they came, so that a second call is quick.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-from"
LAUNCHER = """#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -m wutong "$@"
"""


def main(kind: str) -> None:
    """Install what ``run`` or ``test`` needs; ``test`` includes ``run``, and is not undone by it."""
    if sys.version_info < (3, 11):  # noqa: UP036  # run by whatever Python there is
        sys.exit(f"Wutong needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    locks = [ROOT / "requirements" / f"{kind}.lock"]
    if not has_node():
        locks.append(ROOT / "requirements" / "node.lock")
    wanted = fingerprint(kind, locks)
    present = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else []
    if present[:1] != [wanted] and not (kind == "run" and present[1:] == [fingerprint("run", locks)]):
        if not PYTHON.exists():
            print("Making .venv …", flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        install(locks)
        link()
        run_locks = [ROOT / "requirements" / "run.lock", *locks[1:]]
        STAMP.write_text(f"{wanted} {fingerprint('run', run_locks)}\n")
    compile_ours()


def install(locks: list[Path]) -> None:
    """Install by uv, which is quick; by pip from the same locks where uv cannot reach the index as pip can."""
    print("Installing", ", ".join(lock.stem for lock in locks), "…", flush=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes", "--no-deps"]
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        subprocess.run([*pip, "-r", ROOT / "requirements" / "bootstrap.lock"], check=False)
    if uv.exists():
        named = [part for lock in locks for part in ("-r", lock)]
        told = ["--quiet", "--require-hashes", "--no-deps", "--compile-bytecode"]
        sync = [uv, "pip", "install", *told, "--python", PYTHON, *named]
        if subprocess.run(sync, env=uv_environment(), check=False).returncode == 0:
            return
        print("uv could not install; trying pip …", flush=True)
    for lock in locks:
        subprocess.run([*pip, "-r", lock], check=True)


def compile_ours() -> None:
    """Write bytecode as the installers do for packages.

    Where Python may not write it as it goes (``PYTHONDONTWRITEBYTECODE``, common in containers), each of our processes
    would compile everything anew: two seconds each.
    """
    subprocess.run([PYTHON, "-m", "compileall", "-q", ROOT / "wutong"], check=False)


def uv_environment() -> dict[str, str]:
    """This machine's own index and certificates, as pip is told of them, in uv's words."""
    environment = dict(os.environ)
    for ours, pips in (("UV_DEFAULT_INDEX", "PIP_INDEX_URL"), ("UV_FIND_LINKS", "PIP_FIND_LINKS")):
        if environment.get(pips):
            environment.setdefault(ours, environment[pips].replace(" ", ","))
    if environment.get("PIP_CERT"):
        environment.setdefault("SSL_CERT_FILE", environment["PIP_CERT"])
    return environment


def link() -> None:
    """Make the working tree importable and ``.venv/bin/wutong`` its command, without building a package."""
    found = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    (Path(found.stdout.strip()) / "wutong-tree.pth").write_text(f"{ROOT}\n")
    launcher = VENV / "bin" / "wutong"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


def has_node() -> bool:
    """Whether the machine has a Node.js new enough to build the assets."""
    node = shutil.which("node")
    if node is None:
        return False
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = told.strip().removeprefix("v").partition(".")[0]
    return major.isdecimal() and int(major) >= 18 and shutil.which("npm") is not None


def fingerprint(kind: str, locks: list[Path]) -> str:
    """One hash over the interpreter, the place and the locks."""
    digest = hashlib.sha256(f"{kind} {sys.version} {ROOT}".encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1])
