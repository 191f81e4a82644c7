"""``wutong doctor``: what is wrong with this deployment, and how to mend it.

The health page makes the same checks, in the language of whoever reads it.
"""

import argparse
import json
import os
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wutong.config import config
from wutong.operations.own_server import reachable_database, refuses_our_keys
from wutong.operations.prepare import migrations_due
from wutong.platform.database import is_own
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
        with translation.override("en" if in_json else terminal_language(os.environ)):
            findings = _findings(at=datetime.now(UTC))
    if in_json:
        _say(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            _say(f"{finding.state:<7} {finding.check:<22} {finding.found}")
            if finding.state != "right":
                _say(f"{'':<30} → {finding.mend}")
    return 1 if any(finding.is_wrong for finding in findings) else 0


def _findings(*, at: datetime) -> list[Finding]:
    if is_own() and refuses_our_keys():
        return [*examine(MACHINE_CHECKS, at=at), _wrong_keys()]  # nothing else can be asked
    return examine([*MACHINE_CHECKS, *DATA_CHECKS, *RUNNING_CHECKS], at=at)


def terminal_language(environ: Mapping[str, str]) -> str:
    """Chinese where the operator's locale is, else English. The first variable that is set decides, as in gettext."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((environ[name] for name in names if environ.get(name)), "")
    return "zh-hans" if chosen.lower().startswith("zh") else "en"


def examine(checks: Sequence[Check], *, at: datetime) -> list[Finding]:
    """Make each check. One that cannot be made, because the database does not answer, is wrong."""
    from django.db import DatabaseError

    findings = []
    for check in checks:
        try:
            findings.append(check(at))
        except DatabaseError as error:
            name = check.__name__.removeprefix("_")
            mend = _("See whether the database answers and is migrated: wutong migrate.")
            findings.append(Finding(check=name, state="wrong", found=str(error).strip(), mend=mend))
    return findings


def versions(_at: datetime) -> Finding:
    major = int(_row("SHOW server_version_num")[0]) // 10_000
    found = _("PostgreSQL %(postgresql)d, Python %(python)s") % {
        "postgresql": major,
        "python": sys.version.split()[0],
    }
    if major < OLDEST_POSTGRESQL:
        mend = _("Use PostgreSQL %(oldest)d or newer.") % {"oldest": OLDEST_POSTGRESQL}
        return Finding(check="versions", state="wrong", found=found, mend=mend)
    return Finding(check="versions", state="right", found=found)


def disk(_at: datetime) -> Finding:
    free = shutil.disk_usage(config().data_dir).free
    found = _("%(free).1f GB free in %(folder)s") % {"free": free / 1e9, "folder": config().data_dir}
    if free < DISK_FREE_MIN_BYTES:
        mend = _("Make room or move the data folder: when the disk is full the collector answers 503.")
        return Finding(check="disk", state="wrong", found=found, mend=mend)
    return Finding(check="disk", state="right", found=found)


def key_file(_at: datetime) -> Finding:
    path = key_path()
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077 or status.st_uid not in (os.getuid(), 0):
        found = _("%(path)s has mode %(mode)o") % {"path": path, "mode": mode}
        mend = _("chmod 600 %(path)s, and chown it to the user that runs Wutong.") % {"path": path}
        return Finding(check="key_file", state="wrong", found=found, mend=mend)
    return Finding(check="key_file", state="right", found=_("%(path)s, for its owner only") % {"path": path})


def keys(_at: datetime) -> Finding:
    """Passwords, links and stored secrets hang on the very keys under which the company began."""
    from wutong.platform.key_check import keys_fit

    if not keys_fit():
        return _wrong_keys()
    return Finding(check="keys", state="right", found=_("The key file fits the database."))


def _wrong_keys() -> Finding:
    path = {"path": key_path()}
    found = _("%(path)s does not fit this database: stored secrets cannot be read.") % path
    mend = _(
        "Stop everything, move %(path)s away and put the right one in its place: copy it from another machine that "
        "runs this company, or take it from a backup with wutong restore --only-key BACKUP."
    )
    return Finding(check="keys", state="wrong", found=found, mend=mend % path)


def clock(_at: datetime) -> Finding:
    """Compares with the database, which may be on another machine; asked when needed, not when the run began."""
    (theirs,) = _row("SELECT clock_timestamp()")
    difference = abs(datetime.now(UTC) - theirs)
    found = _("%(seconds).1f s from the database's") % {"seconds": difference.total_seconds()}
    if difference > CLOCK_MAX_DIFFERENCE:
        mend = _("Let both machines set their clocks by NTP.")
        return Finding(check="clock", state="wrong", found=found, mend=mend)
    return Finding(check="clock", state="right", found=found)


def durable_writes(_at: datetime) -> Finding:
    """What was acknowledged must outlive a power cut."""
    names = ("fsync", "synchronous_commit", "full_page_writes")
    off = [name for name in names if _row(f"SHOW {name}")[0] == "off"]
    if off:
        found = _("%(settings)s off") % {"settings": _listed(off)}
        lines = _listed([f"{name} = on" for name in off])
        mend = _("Set %(lines)s in postgresql.conf and reload.") % {"lines": lines}
        return Finding(check="durable_writes", state="wrong", found=found, mend=mend)
    return Finding(check="durable_writes", state="right", found=_("%(settings)s on") % {"settings": _listed(names)})


def migrations(_at: datetime) -> Finding:
    due = migrations_due()
    if due:
        found = _("%(n)d to do: %(first)s") % {"n": len(due), "first": _listed(due[:3])}
        mend = _("Stop everything and run wutong upgrade.")
        return Finding(check="migrations", state="wrong", found=found, mend=mend)
    return Finding(check="migrations", state="right", found=_("All migrations are applied."))


def partitions(at: datetime) -> Finding:
    """An event without a partition cannot be stored."""
    month = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    missing = [
        name
        for name in (f"event_{at:%Y_%m}", f"event_{month:%Y_%m}")
        if _row("SELECT to_regclass(%s)::text", name) == (None,)
    ]
    if missing:
        found = _("%(partitions)s missing") % {"partitions": _listed(missing)}
        mend = _("wutong migrate makes them; the daily job should have.")
        return Finding(check="partitions", state="wrong", found=found, mend=mend)
    return Finding(check="partitions", state="right", found=_("There are partitions for this month and the next."))


def inbox(at: datetime) -> Finding:
    oldest, events = _row("SELECT min(received_at), coalesce(sum(count), 0) FROM platform_inboxblock")
    if oldest is None:
        return Finding(check="inbox", state="right", found=_("Nothing waits."))
    age = at - oldest
    sentence = ngettext(
        "%(n)d event waits, for %(seconds).0f s", "%(n)d events wait, the oldest for %(seconds).0f s", events
    )
    found = sentence % {"n": events, "seconds": age.total_seconds()}
    if age > INBOX_MAX_AGE:
        mend = _("See whether wutong stream runs and what its log says; on a machine too small, give it a core more.")
        return Finding(check="inbox", state="wrong", found=found, mend=mend)
    return Finding(check="inbox", state="right", found=found)


def parked(_at: datetime) -> Finding:
    (items,) = _row("SELECT count(*) FROM platform_parkeditem")
    if items:
        sentence = ngettext("%(n)d item could not be worked through", "%(n)d items could not be worked through", items)
        mend = _("Read their errors on the page Jobs; retry them after the cause is gone, or discard them.")
        return Finding(check="parked", state="wrong", found=sentence % {"n": items}, mend=mend)
    return Finding(check="parked", state="right", found=_("Nothing is parked."))


def jobs(_at: datetime) -> Finding:
    (failed,) = _row("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if failed:
        found = ngettext("%(n)d job has failed", "%(n)d jobs have failed", failed) % {"n": failed}
        mend = _("Read their errors on the page Jobs; retry or discard them.")
        return Finding(check="jobs", state="wrong", found=found, mend=mend)
    return Finding(check="jobs", state="right", found=_("No job has failed."))


def lake(at: datetime) -> Finding:
    """The watermark must follow the hot store. Asked of a process of its own: the engine takes 80 MB that stay."""
    command = [sys.executable, "-m", "wutong", "lake", "status", "--json"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if not told.stdout:
        mend = _("Check LAKE_PATH and its rights.")
        return Finding(check="lake", state="wrong", found=told.stderr.strip()[-300:], mend=mend)
    status = json.loads(told.stdout)
    if status["is_ahead"]:
        found = _("The watermark lies above the database's transaction counter: nothing is exported.")
        mend = _("Stop everything, run wutong backup and wutong restore into an empty folder: restoring sets it right.")
        return Finding(check="lake", state="wrong", found=found, mend=mend)
    mend = _("See whether wutong jobs runs; then: wutong lake status.")
    if status["exported_at"] is None:
        return Finding(check="lake", state="advice", found=_("Nothing is exported yet."), mend=mend)
    age = at - datetime.fromisoformat(status["exported_at"])
    sentence = ngettext(
        "%(n)d row waits, the last export was %(seconds).0f s ago",
        "%(n)d rows wait, the last export was %(seconds).0f s ago",
        status["waiting"],
    )
    found = sentence % {"n": status["waiting"], "seconds": age.total_seconds()}
    if status["is_alarming"] or (status["waiting"] and age > LAKE_MAX_AGE):
        return Finding(check="lake", state="wrong", found=found, mend=mend)
    return Finding(check="lake", state="right", found=found)


def calendar(at: datetime) -> Finding:
    from wutong.platform.calendar import years_known

    wanted = {at.year} | ({at.year + 1} if at.month == 12 else set())
    unknown = sorted(year for year in wanted if year not in years_known())
    if unknown:
        mend = _("Install the newest release, or enter the holidays on the page Working hours.")
        found = _("The public holidays of %(year)d are unknown: weekly hours alone count.") % {"year": unknown[0]}
        return Finding(check="calendar", state="wrong" if at.year in unknown else "advice", found=found, mend=mend)
    found = _("Public holidays and make-up days are known.")
    return Finding(check="calendar", state="right", found=found)


def mail(_at: datetime) -> Finding:
    (accounts,) = _row("SELECT count(*) FROM platform_mailsettings")
    if not accounts:
        mend = _("Enter an SMTP account on the page Mail server; until then: wutong staff reset-password EMAIL.")
        return Finding(check="mail", state="advice", found=_("No SMTP account is set."), mend=mend)
    return Finding(check="mail", state="right", found=_("An SMTP account is set."))


def processes(_at: datetime) -> Finding:
    """Those that should run on this machine."""
    local = "127.0.0.1" if config().host in ("0.0.0.0", "::") else config().host  # noqa: S104  # compared, not bound
    addresses = {"web": f"http://{local}:{config().web_port}/readyz"}
    addresses |= {name: f"http://127.0.0.1:{figures_port(name)}/readyz" for name in ("edge", "stream", "jobs")}
    down = [name for name, address in addresses.items() if not _answers(address)]
    if down:
        found = _("%(processes)s not ready") % {"processes": _listed(down)}
        mend = _("Start everything with wutong up, or read the logs in %(folder)s.")
        mend %= {"folder": config().data_dir / "log"}
        return Finding(check="processes", state="wrong", found=found, mend=mend)
    return Finding(check="processes", state="right", found=_("web, edge, stream and jobs are ready"))


MACHINE_CHECKS: list[Check] = [disk, key_file]
DATA_CHECKS: list[Check] = [keys, versions, durable_writes, clock, migrations, partitions]
RUNNING_CHECKS: list[Check] = [processes, inbox, parked, jobs, lake, calendar, mail]


def _listed(names: Sequence[str]) -> str:
    return pgettext("between names", ", ").join(names)


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
