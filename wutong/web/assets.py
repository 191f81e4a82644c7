"""Where the built files are: the manifest that ``build.mjs`` writes, read once."""

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

DIST = Path(__file__).resolve().parent / "static" / "dist"


class AssetMissing(Exception):
    """A page asks for a file that the build has not made."""


def asset_url(name: str) -> str:
    """Return the address of the built file known as ``name``, such as ``core.js``.

    Raises:
        AssetMissing: there is no such file, or nothing has been built yet.
    """
    built = (_read_manifest() if settings.DEBUG else _manifest()).get(name)
    if built is None:
        raise AssetMissing(f"No built file {name!r}. Run: python -m wutong.web.build_assets")
    return _address(built)


@cache
def _address(built: str) -> str:
    return static(f"dist/{built}")


@cache
def _manifest() -> dict[str, str]:
    return _read_manifest()


def _read_manifest() -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    except FileNotFoundError:
        return {}
    return names
