# The hands import models, so they wait until Django is set up.
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from wutong.events.lake.store import Place


@pytest.fixture
def place(transactional_db: None, tmp_path: Path) -> "Iterator[Place]":
    from tests.events.lake.hands import lake_in

    with lake_in(tmp_path) as made:
        yield made


@pytest.fixture
def second_connection(place: "Place") -> Iterator[psycopg.Connection]:
    with psycopg.connect(place.conninfo) as other:
        yield other
