"""System packages for the tests: installed where we may (root, with apt), named loudly where we may not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

POSTGRESQL = Path("/usr/lib/postgresql")
OLDEST_POSTGRESQL = 15


def has_chromium() -> bool:
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def has_cjk_fonts() -> bool:
    return any(Path("/usr/share/fonts").rglob("*CJK*")) or any(Path("/usr/share/fonts").rglob("*wqy*"))


def has_postgresql() -> bool:
    """Of a version that we support: an older one would be no second run."""
    majors = (path.parent.parent.name for path in POSTGRESQL.glob("*/bin/postgres"))
    return any(major.isdecimal() and int(major) >= OLDEST_POSTGRESQL for major in majors)


NEEDS = {
    "chromium": (has_chromium, "every test that drives a browser"),
    "fonts-noto-cjk": (has_cjk_fonts, "a true look at Chinese text in pictures"),
    "postgresql": (has_postgresql, "the second run, against the distribution's PostgreSQL"),
}


def main() -> None:
    """Install what is missing, or say what the run will leave out; on CI leaving out is an error."""
    missing = [package for package, (is_there, _) in NEEDS.items() if not is_there()]
    if missing and os.getuid() == 0 and shutil.which("apt-get"):
        print("Installing", ", ".join(missing), "…", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(install, env=environment, stdout=subprocess.DEVNULL, check=False)
        missing = [package for package in missing if not NEEDS[package][0]()]
    for package in missing:
        print(f"!!! LEFT OUT: {NEEDS[package][1]}. Install {package} to have it.", flush=True)
    if missing and os.environ.get("CI"):
        sys.exit(1)


if __name__ == "__main__":
    main()
