"""An import: a file of 200,000 people with three identifiers each comes into a company of a million.

The company of the pages' bench is copied, brought up to date and started as ``wutong up`` starts it. A manager uploads
the file, takes the columns as they were guessed and starts it, over HTTP; the jobs' process does the rest beside
everything else it has to do. Of a hundred rows 70 are about strangers, 17 have the telephone of somebody who is known,
10 the telephone or the address of an earlier row, and 3 nothing that anybody could be recognised by. Then a smaller
file is imported whose worker is killed in the middle.

*Doubles*: people that were added beyond those that the file names anew, by a count of our own.

    python -m bench.importing [--json] [--people 1000000] [--rows 200000] [--killed-rows 20000]
"""

import argparse
import csv
import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import psycopg

from bench.company import PASSWORD, Company, cpu_seconds
from bench.crowd import MANAGER, crowded, fill
from bench.frame import Limit, report, run

LIMITS = {
    "rows_per_s": Limit(must=2_000),
    "memory_above_idle_mb": Limit(must=400, below=True),
    "doubles": Limit(must=1, below=True),
    "doubles_after_kill": Limit(must=1, below=True),
}
SHARES = {"new": 70, "known": 17, "again": 10, "bad": 3}
COLUMNS = {
    "姓名": "full_name",
    "手机": "phone",
    "邮箱": "email",
    "公司": "company",
    "职位": "title",
    "客户编号": "crm_id",
}
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = [a + b for a in "伟芳娜敏静丽强磊军洋志文建国晓海春红" for b in ("", *"勇艳杰涛明超秀霞平刚华")]
_TITLES = ("经理", "总监", "工程师", "采购经理")
_WITHIN_S = 1_800
_RESTED_WITHIN_S, _LOOK_S, _QUIET_LOOKS, _BUSY = 300, 5, 3, 0.15


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--killed-rows", type=int, default=20_000, help="of the file whose worker is killed; 0: none")
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


@dataclass(frozen=True)
class File:
    """A file to import, and what must come of it."""

    path: Path
    rows: int
    new: int
    """People that nobody knows."""
    faulty: int


def measured(options: argparse.Namespace) -> dict[str, Any]:
    with copied(crowded(people=options.people), people=options.people) as one:
        with one.database(), psycopg.connect(one.conninfo()) as database:
            phones, taken, firms = known_to(database)
        rng = random.Random(1)
        rng.shuffle(phones)
        strangers = (phone for phone in map("17{:09}".format, count_from(1)) if phone not in taken)
        large = written(one.folder / "large.csv", options.rows, phones, strangers, firms, rng=rng)
        rest = phones[options.rows :]
        small = written(one.folder / "small.csv", options.killed_rows, rest, strangers, firms, rng=rng)
        with one.up() as up, psycopg.connect(one.conninfo(), autocommit=True) as database:
            manager = Manager(one)
            figures = timed(one, up.pid, database, manager, large)
            if options.killed_rows:
                figures |= killed(up.pid, database, manager, small)
    return report("import", {"people": options.people} | figures, LIMITS, command="wutong bench import --json")


def timed(one: Company, up: int, database: psycopg.Connection, manager: "Manager", file: File) -> dict[str, Any]:
    jobs, server = jobs_of(up), int((one.data / "postgres" / "postmaster.pid").read_text().split()[0])
    rested(jobs)
    idle = pss_mb(jobs)
    people_before = count(database, "SELECT count(*) FROM people_person")
    jobs_before, server_before = cpu_seconds(jobs), cpu_seconds(server)
    with peak_of(jobs) as peak:
        began = time.monotonic()
        run_id = manager.imports(file.path)
        started = time.monotonic()
        done = finished(database, run_id)
        wall = time.monotonic() - began
    added = count(database, "SELECT count(*) FROM people_person") - people_before
    return {
        "rows_per_s": round(file.rows / done["seconds"]),
        "rows": file.rows,
        "seconds": round(done["seconds"], 1),
        "seconds_from_upload": round(wall, 1),
        "seconds_of_pages": round(started - began, 1),
        "memory_idle_mb": round(idle),
        "memory_above_idle_mb": round(peak[0] - idle),
        "jobs_cpu_us_a_row": round((cpu_seconds(jobs) - jobs_before) / file.rows * 1e6),
        "server_cpu_us_a_row": round((cpu_seconds(server) - server_before) / file.rows * 1e6),
        "named_anew": file.new,
        "added": added,
        "created": done["created"],
        "recognised": done["updated"],
        "faulty": done["faulty"],
        "doubles": abs(added - file.new) + abs(done["faulty"] - file.faulty),
    }


def killed(up: int, database: psycopg.Connection, manager: "Manager", file: File) -> dict[str, Any]:
    """Kill the worker when a third of the rows is in, and let the next one end it."""
    people_before = count(database, "SELECT count(*) FROM people_person")
    victim = jobs_of(up)
    run_id = manager.imports(file.path)
    done_of = "SELECT done FROM exchange_peopleimport WHERE public_id = %b"
    wait_until(lambda: count(database, done_of, run_id) >= file.rows // 3)
    at = count(database, done_of, run_id)
    os.kill(victim, signal.SIGKILL)
    ended = time.monotonic()
    wait_until(lambda: count(database, done_of, run_id) > at)
    silent = time.monotonic() - ended
    done = finished(database, run_id)
    added = count(database, "SELECT count(*) FROM people_person") - people_before
    rows = count(
        database,
        "SELECT count(*) FROM exchange_importedrow WHERE run_id ="
        " (SELECT id FROM exchange_peopleimport WHERE public_id = %b)",
        run_id,
    )
    return {
        "killed_rows": file.rows,
        "killed_at_row": at,
        "goes_on_after_s": round(silent, 1),
        "doubles_after_kill": abs(added - file.new)
        + abs(rows - (file.rows - file.faulty))
        + (done["done"] != file.rows),
    }


class Manager:
    """A colleague who imports, with a browser's session."""

    def __init__(self, one: Company) -> None:
        self._browser = httpx.Client(base_url=f"http://127.0.0.1:{one.web_port}", timeout=300, follow_redirects=True)
        self._send("/sign-in/", {"email": MANAGER, "password": PASSWORD})

    def imports(self, path: Path) -> UUID:
        """Upload a file and start its import; returns the import's id."""
        with path.open("rb") as file:
            answer = self._send("/imports/new/", {}, files={"file": (path.name, file, "text/csv")})
        run_id = UUID(answer.url.path.split("/")[2])
        here = f"/imports/{run_id}"
        self._send(f"{here}/columns/", {f"column-{place}": meaning for place, meaning in enumerate(COLUMNS.values())})
        page = self._browser.get(f"{here}/rules/").text
        policy = {"known": "fill", "leads": "none", "channel": "import", "source": path.name, "basis": "consent"}
        policy |= {"basis_text": "We may contact you.", "basis_proof": "Signed cards."}
        policy |= {name: _first_choice(page, name) for name in ("team", "scope")}
        self._send(f"{here}/rules/", policy)
        return run_id

    def _send(self, address: str, form: dict[str, str], **more: Any) -> httpx.Response:
        token = _between(self._browser.get(address).text, 'name="csrfmiddlewaretoken" value="', '"')
        answer = self._browser.post(address, data=form | {"csrfmiddlewaretoken": token}, **more)
        if answer.status_code != 200 or answer.url.path == address:
            raise RuntimeError(f"{address}: {answer.status_code} {answer.url}")
        return answer


@contextmanager
def copied(source: Company, *, people: int) -> Iterator[Company]:
    """The company in a folder that is thrown away; the kept one stays as it is."""
    if not (source.folder / "filled").exists():
        fill(source, people=people)
    folder = Path(tempfile.mkdtemp(prefix="wt-im-", dir="/tmp"))
    folder.chmod(0o755)  # the database's own account passes through it
    try:
        with (source.data / "run" / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody may be at work in it
            subprocess.run(["cp", "-a", "--reflink=auto", source.data, folder / "data"], check=True)
        one = Company(folder, {"WUTONG_LOG_LEVEL": "WARNING"})
        with one.database():
            migrated = one.wutong("migrate")
            if migrated.returncode:
                raise RuntimeError(migrated.stderr)
        yield one
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def known_to(database: psycopg.Connection) -> tuple[list[str], set[str], list[str]]:
    """Mobile numbers of people that the company knows, those that strangers cannot have, and names of companies."""
    phones = database.execute(
        "SELECT substr(value, 4) FROM people_identifier WHERE kind = 'phone'"
        r" AND value ~ '^\+861(3\d|5[0-35-9]|8\d)\d{8}$' ORDER BY id LIMIT 200000"
    )
    firms = database.execute("SELECT name FROM people_account ORDER BY id")
    taken = database.execute("SELECT substr(value, 4) FROM people_identifier WHERE value LIKE '+8617%'")
    return [phone for (phone,) in phones], {phone for (phone,) in taken}, [name for (name,) in firms]


def written(
    path: Path,
    rows: int,
    phones: Sequence[str],
    strangers: Iterator[str],
    firms: Sequence[str],
    *,
    rng: random.Random,
) -> File:
    """A file of so many rows. Each known telephone and each earlier row is taken up once at most."""
    known = iter(phones)
    earlier: list[tuple[str, str, str]] = []
    new = faulty = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for _ in range(rows):
            (kind,) = rng.choices(list(SHARES), list(SHARES.values()))
            phone = next(strangers)
            mail, crm_id = f"p{phone}@firm{rng.randrange(30_000)}.cn", f"K{phone}"
            if kind == "known" and (old := next(known, None)):
                phone = old
            elif kind == "again" and earlier:
                old_phone, old_mail, crm_id = earlier.pop(rng.randrange(len(earlier)))
                phone, mail = (old_phone, mail) if rng.random() < 0.5 else (phone, old_mail)
            elif kind == "bad":
                phone, mail, crm_id, faulty = "12345", "nobody", "", faulty + 1
            else:
                new += 1
                earlier.append((phone, mail, crm_id))
            name = rng.choice(_SURNAMES) + rng.choice(_GIVEN)
            writer.writerow([name, phone, mail, rng.choice(firms), rng.choice(_TITLES), crm_id])
    return File(path, rows, new, faulty)


def jobs_of(up: int) -> int:
    """The process that works off jobs, once it is there."""
    found: list[int] = []

    def look() -> bool:
        found[:] = [child.pid for child in psutil.Process(up).children() if child.cmdline()[-1:] == ["jobs"]]
        return bool(found)

    wait_until(look)
    return found[0]


def rested(jobs: int) -> None:
    """Wait until jobs are done that a company catches up with when it starts: they are not the import's."""
    quiet = 0
    before = cpu_seconds(jobs)
    deadline = time.monotonic() + _RESTED_WITHIN_S
    while quiet < _QUIET_LOOKS and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
        now = cpu_seconds(jobs)
        quiet = quiet + 1 if now - before < _BUSY * _LOOK_S else 0
        before = now


def pss_mb(pid: int) -> float:
    """Summed PSS of a process and all under it, in megabytes."""
    kib = 0
    for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        try:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except OSError:
            continue  # it has ended since
        kib += next(int(row.split()[1]) for row in rollup.splitlines() if row.startswith("Pss:"))
    return kib / 1024


@contextmanager
def peak_of(pid: int) -> Iterator[list[float]]:
    """The most memory that a process takes while the block runs, looked at every half second."""
    peak, is_over = [0.0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.5):
            peak[0] = max(peak[0], pss_mb(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def finished(database: psycopg.Connection, run_id: UUID) -> dict[str, Any]:
    """What an import came to, once it has ended."""
    state = "SELECT (state NOT IN ('waiting', 'running'))::int FROM exchange_peopleimport WHERE public_id = %b"
    wait_until(lambda: bool(count(database, state, run_id)))
    columns = ("state", "done", "created", "updated", "faulty", "extract(epoch FROM finished_at - started_at)::float8")
    row = database.execute(
        f"SELECT {', '.join(columns)} FROM exchange_peopleimport WHERE public_id = %b".encode(), [run_id]
    ).fetchall()[0]
    if row[0] != "done":
        raise RuntimeError(f"The import is {row[0]}.")
    return dict(zip((*columns[:-1], "seconds"), row, strict=True))


def wait_until(is_so: Any) -> None:
    deadline = time.monotonic() + _WITHIN_S
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError("The import does not go on.")
        time.sleep(0.1)


def count(database: psycopg.Connection, statement: str, *values: object) -> int:
    row = database.execute(statement.encode(), values).fetchone()
    return int(row[0]) if row else 0


def _first_choice(page: str, name: str) -> str:
    return _between(_between(page, f'name="{name}"', "</select>"), 'value="', '"')


def _between(text: str, before: str, after: str) -> str:
    return text.partition(before)[2].partition(after)[0]


if __name__ == "__main__":
    sys.exit(main())
