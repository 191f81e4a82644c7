"""Everything into one file, and back."""

import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import QUICK
from tests.operations.clusters import PASSWORD, connect, make_cluster, served
from tests.operations.conftest import short_folder
from tests.operations.running import Deployment
from wutong.cli import STAYS_DOWN
from wutong.devtools.suite import distribution_major
from wutong.operations.postgres import wheel_binaries
from wutong.operations.roles import APP, READ, ensure_roles

pytestmark = pytest.mark.own_server

NOTE_AN_EVENT = """
from datetime import UTC, datetime
from django.db import transaction
from wutong.events.hot import HotRow, insert_many, new_id
at = datetime.now(UTC)
event = HotRow(id=new_id(at), name="page_viewed", occurred_at=at, received_at=at, source="web")
with transaction.atomic():
    insert_many([event])
"""
EXPORT = """
from wutong.events.lake.commands import main
main(["export", "--json"])
"""
COUNT_THE_EVENTS = """
from wutong.events.lake.maintainer import check, status
from wutong.events.lake.store import our_place
found = status(our_place())
print(found.events, found.waiting, found.is_ahead, all(day.is_equal for day in check(our_place())))
"""
MAKE_THE_COUNTER_RUN_ON = """
from django.db import connection
connection.cursor().execute(
    "DO $$ BEGIN FOR n IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")
"""
OWN_SETTING = "work_mem = 9MB\n"
POPULATE = """
from datetime import UTC, datetime
from wutong.platform.models import Team
from wutong.platform.secrets import seal
from wutong.platform.models import OutgoingMail
Team.objects.create(name="Kept", path="/9999/")
kept = {"subject": "Kept", "text_encrypted": seal("a secret"), "created_at": datetime.now(UTC)}
OutgoingMail.objects.create(recipient="a@b.example", **kept)
"""
FORGET_A_MIGRATION = """
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
MigrationRecorder(connection).record_unapplied("events", "0002_event_table")
"""
"""Its table is in the way when it is applied again, so that migrating fails half-way."""
START = """
from wutong.operations.prepare import main
from wutong.operations.problem import Problem
try: main([])
except Problem as no: print(no)
"""
TELL = """
from wutong.platform.models import OutgoingMail, Team
from wutong.platform.secrets import unseal
print(Team.objects.get(name="Kept").path, unseal(OutgoingMail.objects.get(subject="Kept").text_encrypted))
"""


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    folder = tmp_path_factory.mktemp("populated")
    made = Deployment(folder / "data")
    made.make()
    made.python(POPULATE)
    with (made.data / "postgres/own.conf").open("a") as own:
        own.write(OWN_SETTING)
    for name in ("lake/main/events/day.parquet", "files/ab/abcdef"):
        path = made.data / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
    return made


@pytest.fixture(scope="module")
def backup(populated: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "wutong.tar"
    done = populated.run("backup", file)
    assert done.returncode == 0, done.stderr
    return file


def test_a_backup_restored_into_an_empty_folder_is_all_there(backup: Path, tmp_path: Path) -> None:
    restored = Deployment(tmp_path / "data")
    done = restored.run("restore", backup)
    assert done.returncode == 0, done.stderr
    assert restored.python(TELL) == "/9999/ a secret"
    assert (restored.data / "lake/main/events/day.parquet").read_text() == "lake/main/events/day.parquet"
    assert (restored.data / "files/ab/abcdef").read_text() == "files/ab/abcdef"
    assert (restored.data / "postgres/own.conf").read_text().endswith(OWN_SETTING)


@pytest.fixture
def empty_server() -> Iterator[str]:
    """The address of an empty database on a server that has counted few transactions, the oldest there is here."""
    major = distribution_major()
    binaries = Path(f"/usr/lib/postgresql/{major}/bin") if major else None
    with short_folder(QUICK) as folder:
        cluster = make_cluster(folder, binaries=binaries)
        cluster.initialise(admin_password=PASSWORD)
        with served(cluster):
            with connect(cluster) as admin:
                ensure_roles(admin, database="wutong", passwords={APP: PASSWORD, READ: PASSWORD})
            host = quote(str(cluster.socket_dir), safe="")
            yield f"postgres://{APP}:{quote(PASSWORD)}@{host}/wutong"


@pytest.fixture(scope="module")
def exporting(populated: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with one event in the lake and one that still waits, by a server that has worked for a while."""
    folder = tmp_path_factory.mktemp("exporting")
    deployment = populated.copy(folder / "data")
    deployment.python(MAKE_THE_COUNTER_RUN_ON + NOTE_AN_EVENT + EXPORT + NOTE_AN_EVENT)
    assert deployment.python(COUNT_THE_EVENTS) == "1 1 False True"
    done = deployment.run("backup", folder / "wutong.tar")
    assert done.returncode == 0, done.stderr
    return folder / "wutong.tar"


def test_after_restoring_everything_reaches_the_lake_once(exporting: Path, tmp_path: Path) -> None:
    restored = Deployment(tmp_path / "data")
    assert restored.run("restore", exporting).returncode == 0

    restored.python(NOTE_AN_EVENT)
    restored.python(EXPORT)

    assert restored.python(COUNT_THE_EVENTS) == "3 0 False True"


def test_after_restoring_into_a_server_of_yours_as_well(exporting: Path, tmp_path: Path, empty_server: str) -> None:
    restored = Deployment(tmp_path / "data", {"DATABASE_URL": empty_server})
    done = restored.run("restore", exporting)
    assert done.returncode == 0, done.stderr

    restored.python(NOTE_AN_EVENT)
    restored.python(EXPORT)

    assert restored.python(COUNT_THE_EVENTS) == "3 0 False True"


def test_a_backup_is_for_its_owner_only_and_holds_no_open_key(populated: Deployment, backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    key = (populated.data / "secret.key").read_bytes().strip()
    assert key not in backup.read_bytes()


def test_a_folder_with_anything_in_it_is_refused(populated: Deployment, backup: Path) -> None:
    done = populated.run("restore", backup)
    assert done.returncode != 0
    assert "is not empty" in done.stderr


def test_another_passphrase_opens_nothing(backup: Path, tmp_path: Path) -> None:
    stranger = Deployment(tmp_path / "data", {"WUTONG_BACKUP_PASSPHRASE": "wrong horse"})
    done = stranger.run("restore", backup)
    assert "not the passphrase" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_damaged_backup_is_noticed_before_anything_is_written(backup: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tar"
    body = bytearray(backup.read_bytes())
    with tarfile.open(backup) as tar:
        place = tar.getmember("database.dump").offset_data + 500
    body[place] ^= 1
    damaged.write_bytes(body)
    done = Deployment(tmp_path / "data").run("restore", damaged)
    assert "damaged" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_cut_off_backup_is_noticed(backup: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar"
    cut.write_bytes(backup.read_bytes()[:20_000])
    done = Deployment(tmp_path / "data").run("restore", cut)
    assert done.returncode != 0
    assert "cut off" in done.stderr


def test_without_the_key_in_it_a_backup_needs_the_key_file(populated: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "keyless.tar"
    assert populated.run("backup", file, "--no-key").returncode == 0
    restored = Deployment(tmp_path / "data")
    assert "--key FILE" in restored.run("restore", file).stderr
    done = restored.run("restore", file, "--key", populated.data / "secret.key")
    assert done.returncode == 0, done.stderr
    assert restored.python(TELL) == "/9999/ a secret"


def test_a_colleague_is_helped_while_nothing_runs(populated: Deployment) -> None:
    """The way back in for who is locked out must not ask for a running system first."""
    done = populated.run("staff", "list")
    assert done.returncode == 0, done.stderr
    assert "administrator@example.invalid" in done.stdout


def test_a_lost_key_file_is_not_replaced_but_taken_from_the_backup(
    populated: Deployment, backup: Path, tmp_path: Path
) -> None:
    deployment = populated.copy(tmp_path / "data")
    key = deployment.data / "secret.key"
    lost = key.read_bytes()
    key.unlink()
    refused = deployment.run("staff", "list")
    assert (refused.returncode, key.exists()) == (STAYS_DOWN, False)
    assert "wutong restore --only-key BACKUP" in refused.stderr

    key.write_text("another key, long enough to be one")
    assert "wutong restore --only-key BACKUP" in deployment.run("doctor").stdout
    key.unlink()

    assert deployment.run("restore", "--only-key", backup).returncode == 0
    assert (key.read_bytes(), key.stat().st_mode & 0o777) == (lost, 0o600)


def test_an_upgrade_keeps_the_data_and_leaves_a_backup(populated: Deployment, tmp_path: Path) -> None:
    deployment = populated.copy(tmp_path / "data")
    done = deployment.run("upgrade")
    assert done.returncode == 0, done.stderr
    assert deployment.python(TELL) == "/9999/ a secret"
    assert list((deployment.data / "backups").glob("before-*.tar"))


def test_a_failed_upgrade_goes_back(populated: Deployment, tmp_path: Path) -> None:
    deployment = populated.copy(tmp_path / "data")
    assert "Run wutong upgrade" in deployment.python(FORGET_A_MIGRATION + START)  # starting makes no backup
    done = deployment.run("upgrade")
    assert "the data is as it was before" in done.stderr
    assert deployment.python(TELL) == "/9999/ a secret"


def test_a_server_of_yours_wants_its_key_and_a_failed_upgrade_goes_back_there_as_well(
    backup: Path, tmp_path: Path, empty_server: str
) -> None:
    deployment = Deployment(tmp_path / "data", {"DATABASE_URL": empty_server})
    restored = deployment.run("restore", backup)
    assert restored.returncode == 0, restored.stderr
    without_its_key = Deployment(tmp_path / "second machine", {"DATABASE_URL": empty_server}).run("check")
    assert "The company in the database of DATABASE_URL needs its keys" in without_its_key.stderr
    deployment.python(FORGET_A_MIGRATION)
    done = deployment.run("upgrade")
    assert "the data is as it was before" in done.stderr
    assert deployment.python(TELL) == "/9999/ a secret"


def test_the_data_of_an_older_postgresql_is_taken_over(populated: Deployment, tmp_path: Path) -> None:
    older = Path("/usr/lib/postgresql/15/bin")
    if not older.exists():
        pytest.skip("there is no older PostgreSQL here")
    deployment = Deployment(tmp_path / "data")
    deployment.data.mkdir(mode=0o711)
    (deployment.data / "secret.key").write_bytes((populated.data / "secret.key").read_bytes())
    (deployment.data / "secret.key").chmod(0o600)
    in_place_of_the_wheel = f"p.wheel_binaries = lambda: Path('{older}')"
    deployment.make(
        before=f"import wutong.operations.postgres as p; from pathlib import Path; {in_place_of_the_wheel}\n"
    )
    (deployment.data / "postgres/own.conf").write_text(OWN_SETTING)
    refused = deployment.run("upgrade")
    assert "--postgres-binaries FOLDER" in refused.stderr
    done = deployment.run("upgrade", "--postgres-binaries", older)
    assert done.returncode == 0, done.stderr
    assert (deployment.data / "postgres" / "PG_VERSION").read_text().strip() == major_of_the_wheel()
    assert (deployment.data / "postgres" / "own.conf").read_text() == OWN_SETTING
    assert (
        deployment.python("from wutong.platform.models import Organisation; print(Organisation.objects.count())") == "1"
    )


def major_of_the_wheel() -> str:
    told = subprocess.run(
        [wheel_binaries() / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return told.split()[2].split(".")[0]
