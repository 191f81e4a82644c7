import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.clusters import PASSWORD, make_cluster
from wutong.operations.postgres import Cluster


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path below which the database's account may pass."""
    path = Path(tempfile.mkdtemp(prefix="wt-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def cluster(folder: Path) -> Cluster:
    """Made without waiting for the disk, run as always."""
    make_cluster(folder, fsync="off").initialise(admin_password=PASSWORD)
    return make_cluster(folder)
