"""What the build makes, and what it refuses."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from django.template import Context, Template

from wutong.web.assets import DIST, AssetMissing, asset_url
from wutong.web.build_assets import ROOT, fingerprint
from wutong.web.navigation import ITEMS
from wutong.web.tags.display import TONE_ICONS

TRACKER_MAX_BYTES = 4096


def sprite_names() -> set[str]:
    sprite = next(DIST.glob("icons-*.svg")).read_text()
    return set(re.findall(r'<symbol id="([^"]+)"', sprite))


def test_an_asset_is_addressed_by_its_hashed_name() -> None:
    assert re.fullmatch(r"/static/dist/core-[0-9A-Z]{8}\.js", asset_url("core.js"))


def test_an_asset_that_was_not_built_is_an_error_that_says_what_to_run() -> None:
    with pytest.raises(AssetMissing, match=r"wutong\.web\.build_assets"):
        asset_url("nothing.js")


def test_an_icon_points_into_the_sprite() -> None:
    drawn = Template('{% load wutong %}{% icon "search" %}').render(Context())

    assert re.search(r'aria-hidden="true"><use href="/static/dist/icons-[0-9A-Z]{8}\.svg#search"', drawn)


def test_icons_that_python_chooses_are_in_the_sprite() -> None:
    chosen = {item.icon for item in ITEMS} | set(TONE_ICONS.values())

    assert chosen <= sprite_names()


def test_the_tracker_stays_small() -> None:
    assert (DIST / "wt.js.br").stat().st_size <= TRACKER_MAX_BYTES


def test_every_built_file_has_its_compressed_siblings() -> None:
    names = json.loads((DIST / "manifest.json").read_text()).values()

    assert names
    for name in names:
        assert (DIST / f"{name}.br").exists()
        assert (DIST / f"{name}.gz").exists()


def test_the_lock_file_holds_versions_and_hashes_but_no_addresses() -> None:
    lock = (ROOT / "package-lock.json").read_text()

    assert "http" not in lock
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_the_fingerprint_changes_with_a_source() -> None:
    one, other = ROOT / "build.mjs", ROOT / "package.json"

    assert fingerprint([one]) == fingerprint([one])
    assert fingerprint([one]) != fingerprint([one, other])


def test_a_light_and_a_dark_value_stand_for_every_colour() -> None:
    tokens = (ROOT / "assets" / "styles" / "tokens.css").read_text()
    built = next(DIST.glob("styles-*.css")).read_text()
    names = set(re.findall(r"(--[\w-]+): light-dark\(", tokens))
    dark = re.search(r"\[data-theme=dark\]\{([^}]*)\}", built)

    assert names
    assert dark is not None
    assert names == set(re.findall(r"(--[\w-]+):", dark.group(1)))
    assert "light-dark(" not in built


@pytest.mark.parametrize("folder", ["assets/core", "assets/live", "assets/islands", "assets/tracker"])
def test_our_scripts_run_under_the_strict_policy(folder: str) -> None:
    source = "".join(file.read_text() for file in (ROOT / folder).glob("*.js"))

    assert not re.search(r"\beval\(|new Function|innerHTML|setAttribute\(.style", source)


def test_nothing_third_party_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files", "assets", "wutong/web"], cwd=ROOT, capture_output=True, text=True)

    assert not [name for name in listed.stdout.split() if "node_modules" in name or "/dist/" in name]
    assert not [name for name in listed.stdout.split() if Path(name).suffix == ".woff2"]
