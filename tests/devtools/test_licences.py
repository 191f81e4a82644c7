"""Which licences may be handed on."""

import pytest

from wutong.devtools.licences import is_allowed


@pytest.mark.parametrize("licence", ["MIT", "MIT OR Apache-2.0", "GPL-3.0-only OR MIT", "(MIT AND PSF-2.0)"])
def test_allowed(licence: str) -> None:
    assert is_allowed(licence)


@pytest.mark.parametrize("licence", ["", "GPL-3.0-or-later", "MIT AND AGPL-3.0-only", "Proprietary"])
def test_not_allowed(licence: str) -> None:
    assert not is_allowed(licence)
