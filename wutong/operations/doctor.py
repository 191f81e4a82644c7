"""``wutong doctor``: what is wrong with this deployment, and how to mend it."""

import argparse
import json
import os
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from wutong.config import config
from wutong.operations.own_server import reachable_database
from wutong.platform.figures import figures_port
from wutong.platform.logs import configure_logging
from wutong.platform.secrets import key_path

OLDEST_POSTGRESQL = 15
DISK_FREE_MIN_BYTES = 2_000_000_000
CLOCK_MAX_DIFFERENCE = timedelta(seconds=5)
INBOX_MAX_AGE = timedelta(minutes=1)
LAKE_MAX_AGE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found; ``mend`` says what to do when it is not right."""

    check: str
    state: Literal["right", "advice", "wrong"]
    found: str
    mend: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.state == "wrong"


Check = Callable[[datetime], Finding]


def main(argv: list[str]) -> int:
    """Say what is wrong and how to mend it. Leaves with 1 when something is."""
    parser = argparse.ArgumentParser(prog="wutong doctor", description=main.__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    in_json: bool = parser.parse_args(argv).json
    configure_logging("doctor")
    with reachable_database():
        import django

        django.setup()
        findings = examine([*MACHINE_CHECKS, *DATA_CHECKS, *RUNNING_CHECKS], at=datetime.now(UTC))
    if in_json:
        _say(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            _say(f"{finding.state:<7} {finding.check:<22} {finding.found}")
            if finding.state != "right":
                _say(f"{'':<30} → {finding.mend}")
    return 1 if any(finding.is_wrong for finding in findings) else 0


def examine(checks: Sequence[Check], *, at: datetime) -> list[Finding]:
    """Make each check. One that cannot be made, because the database does not answer, is wrong."""
    from django.db import DatabaseError

    findings = []
    for check in checks:
        try:
            findings.append(check(at))
        except DatabaseError as error:
            name = check.__name__.removeprefix("_")
            mend = "See whether the database answers and is migrated: wutong migrate."
            findings.append(Finding(check=name, state="wrong", found=str(error).strip(), mend=mend))
    return findings


def versions(_at: datetime) -> Finding:
    major = int(_row("SHOW server_version_num")[0]) // 10_000
    found = f"PostgreSQL {major}, Python {sys.version.split()[0]}"
    if major < OLDEST_POSTGRESQL:
        return Finding(
            check="versions", state="wrong", found=found, mend=f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer."
        )
    return Finding(check="versions", state="right", found=found)


def disk(_at: datetime) -> Finding:
    free = shutil.disk_usage(config().data_dir).free
    found = f"{free / 1e9:.1f} GB free in {config().data_dir}"
    if free < DISK_FREE_MIN_BYTES:
        mend = "Make room or move the data folder: when the disk is full the collector answers 503."
        return Finding(check="disk", state="wrong", found=found, mend=mend)
    return Finding(check="disk", state="right", found=found)


def key_file(_at: datetime) -> Finding:
    path = key_path()
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077 or found.st_uid not in (os.getuid(), 0):
        mend = f"chmod 600 {path}, and chown it to the user that runs Wutong."
        return Finding(check="key_file", state="wrong", found=f"{path} has mode {mode:o}", mend=mend)
    return Finding(check="key_file", state="right", found=f"{path}, for its owner only")


def clock(_at: datetime) -> Finding:
    """Compares with the database, which may be on another machine; asked when needed, not when the run began."""
    (theirs,) = _row("SELECT clock_timestamp()")
    difference = abs(datetime.now(UTC) - theirs)
    found = f"{difference.total_seconds():.1f} s from the database's"
    if difference > CLOCK_MAX_DIFFERENCE:
        return Finding(check="clock", state="wrong", found=found, mend="Let both machines set their clocks by NTP.")
    return Finding(check="clock", state="right", found=found)


def durable_writes(_at: datetime) -> Finding:
    """What was acknowledged must outlive a power cut."""
    names = ("fsync", "synchronous_commit", "full_page_writes")
    off = [name for name in names if _row(f"SHOW {name}")[0] == "off"]
    if off:
        mend = f"Set {', '.join(f'{name} = on' for name in off)} in postgresql.conf and reload."
        return Finding(check="durable_writes", state="wrong", found=f"{', '.join(off)} off", mend=mend)
    return Finding(check="durable_writes", state="right", found="fsync, synchronous_commit, full_page_writes on")


def migrations(_at: datetime) -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(str(migration) for migration, _ in plan[:3])
        return Finding(check="migrations", state="wrong", found=f"{len(plan)} to do: {names}", mend="wutong upgrade")
    return Finding(check="migrations", state="right", found="all applied")


def partitions(at: datetime) -> Finding:
    """An event without a partition cannot be stored."""
    month = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    missing = [
        name
        for name in (f"event_{at:%Y_%m}", f"event_{month:%Y_%m}")
        if _row("SELECT to_regclass(%s)::text", name) == (None,)
    ]
    if missing:
        mend = "wutong migrate makes them; the daily job should have."
        return Finding(check="partitions", state="wrong", found=f"{', '.join(missing)} missing", mend=mend)
    return Finding(check="partitions", state="right", found="this month and the next")


def inbox(at: datetime) -> Finding:
    oldest, events = _row("SELECT min(received_at), coalesce(sum(count), 0) FROM platform_inboxblock")
    if oldest is None:
        return Finding(check="inbox", state="right", found="empty")
    age = at - oldest
    found = f"{events} events, the oldest for {age.total_seconds():.0f} s"
    if age > INBOX_MAX_AGE:
        mend = "See whether wutong stream runs and what its log says; on a machine too small, give it a core more."
        return Finding(check="inbox", state="wrong", found=found, mend=mend)
    return Finding(check="inbox", state="right", found=found)


def parked(_at: datetime) -> Finding:
    (items,) = _row("SELECT count(*) FROM platform_parkeditem")
    if items:
        mend = "Read their errors on the page Jobs; retry them after the cause is gone, or discard them."
        return Finding(check="parked", state="wrong", found=f"{items} items could not be worked through", mend=mend)
    return Finding(check="parked", state="right", found="none")


def jobs(_at: datetime) -> Finding:
    (failed,) = _row("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if failed:
        mend = "Read their errors on the page Jobs; retry or discard them."
        return Finding(check="jobs", state="wrong", found=f"{failed} failed", mend=mend)
    return Finding(check="jobs", state="right", found="none failed")


def lake(at: datetime) -> Finding:
    """The watermark must follow the hot store. Asked of a process of its own: the engine takes 80 MB that stay."""
    command = [sys.executable, "-m", "wutong", "lake", "status", "--json"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if not told.stdout:
        return Finding(
            check="lake", state="wrong", found=told.stderr.strip()[-300:], mend="Check LAKE_PATH and its rights."
        )
    status = json.loads(told.stdout)
    mend = "See whether wutong jobs runs; then: wutong lake status."
    if status["exported_at"] is None:
        return Finding(check="lake", state="advice", found="nothing exported yet", mend=mend)
    age = at - datetime.fromisoformat(status["exported_at"])
    found = f"{status['waiting']} rows wait, the last export was {age.total_seconds():.0f} s ago"
    if status["is_alarming"] or (status["waiting"] and age > LAKE_MAX_AGE):
        return Finding(check="lake", state="wrong", found=found, mend=mend)
    return Finding(check="lake", state="right", found=found)


def calendar(at: datetime) -> Finding:
    from wutong.platform.calendar import years_known

    wanted = {at.year} | ({at.year + 1} if at.month == 12 else set())
    unknown = sorted(year for year in wanted if year not in years_known())
    if unknown:
        mend = "Install the newest release, or enter the holidays on the page Organisation."
        found = f"public holidays of {unknown[0]} unknown: weekly hours alone count"
        return Finding(check="calendar", state="wrong" if at.year in unknown else "advice", found=found, mend=mend)
    return Finding(check="calendar", state="right", found="public holidays and make-up days known")


def mail(_at: datetime) -> Finding:
    (accounts,) = _row("SELECT count(*) FROM platform_mailsettings")
    if not accounts:
        mend = "Enter an SMTP account on the page Organisation; until then: wutong staff reset-password EMAIL."
        return Finding(check="mail", state="advice", found="no SMTP account", mend=mend)
    return Finding(check="mail", state="right", found="SMTP account set")


def processes(_at: datetime) -> Finding:
    """Those that should run on this machine."""
    local = "127.0.0.1" if config().host in ("0.0.0.0", "::") else config().host  # noqa: S104  # compared, not bound
    addresses = {"web": f"http://{local}:{config().web_port}/readyz"}
    addresses |= {name: f"http://127.0.0.1:{figures_port(name)}/readyz" for name in ("edge", "stream", "jobs")}
    down = [name for name, address in addresses.items() if not _answers(address)]
    if down:
        mend = f"Start everything with wutong up, or read the logs in {config().data_dir / 'log'}."
        return Finding(check="processes", state="wrong", found=f"{', '.join(down)} not ready", mend=mend)
    return Finding(check="processes", state="right", found="web, edge, stream and jobs are ready")


MACHINE_CHECKS: list[Check] = [disk, key_file]
DATA_CHECKS: list[Check] = [versions, durable_writes, clock, migrations, partitions]
RUNNING_CHECKS: list[Check] = [processes, inbox, parked, jobs, lake, calendar, mail]


def _row(query: str, *params: str) -> tuple:  # type: ignore[type-arg]  # columns of every kind
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, params)
        row: tuple = cursor.fetchone()  # type: ignore[type-arg]  # as above
    return row


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _say(text: str) -> None:
    print(text)  # noqa: T201  # the operator's terminal
