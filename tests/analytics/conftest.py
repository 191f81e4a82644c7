# What imports models waits until Django is set up.
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wutong.events.lake.store import Place


@pytest.fixture
def place(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Place]":
    """A lake beside the test's database that every process we start takes for ours."""
    from tests.events.lake.hands import lake_in
    from wutong.config import config

    with lake_in(tmp_path) as made:
        monkeypatch.setenv("DATABASE_URL", made.conninfo)
        monkeypatch.setenv("LAKE_PATH", made.files)
        monkeypatch.setenv("WUTONG_DATA_DIR", str(tmp_path / "data"))
        config.cache_clear()
        yield made
    config.cache_clear()


@pytest.fixture
def analyst(place: "Place") -> Iterator[None]:
    """Ends the analyst that pages have started."""
    from wutong.analytics import ask

    yield
    ask.let_go()
