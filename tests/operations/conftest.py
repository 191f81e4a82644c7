import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import QUICK
from tests.operations.clusters import PASSWORD, make_cluster
from wutong.operations.postgres import Cluster


@contextmanager
def short_folder(within: Path) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="wt-", dir=within))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path below which the database's account may pass."""
    with short_folder(Path("/tmp")) as path:
        yield path


@pytest.fixture(scope="session")
def initialised() -> Iterator[Path]:
    """A new database's files, of which each test takes a copy: making them takes more than a second."""
    with short_folder(QUICK) as path:
        cluster = make_cluster(path, fsync="off")
        cluster.initialise(admin_password=PASSWORD)
        yield cluster.data


@pytest.fixture
def cluster(initialised: Path) -> Iterator[Cluster]:
    """A new database, run as always."""
    with short_folder(QUICK) as path:
        cluster = make_cluster(path)
        cluster.prepare_socket_dir()
        subprocess.run(["cp", "-a", initialised, cluster.data], check=True)
        yield cluster
