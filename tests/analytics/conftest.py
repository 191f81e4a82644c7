# What imports models waits until Django is set up.
import contextlib
import os
import socket
import threading
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
    """An analyst where pages look for one, in a thread of ours: a process of its own takes seconds to start."""
    from wutong.analytics.analyst import Analyst
    from wutong.analytics.questions import socket_path
    from wutong.events.lake.store import engine

    path, (told_to_end, end) = Path(socket_path()), os.pipe()
    path.parent.mkdir(parents=True)
    with engine(memory_mib=256, threads=1) as lake, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        with contextlib.chdir(path.parent):
            door.bind(path.name)  # the whole path may be longer than a socket's may be
        door.listen()
        serving = threading.Thread(target=Analyst().serve, args=[door, lake], kwargs={"stop_on_end_of": told_to_end})
        serving.start()
        yield
        os.close(end)
        serving.join()
        os.close(told_to_end)


@pytest.fixture
def started_analyst(place: "Place") -> Iterator[None]:
    """Ends the analyst that pages have started, as in earnest."""
    from wutong.analytics import ask

    yield
    ask.let_go()
