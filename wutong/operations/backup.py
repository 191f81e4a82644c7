"""``wutong backup`` and ``wutong restore``: everything in one file, and back into an empty data folder."""

import argparse
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from wutong import __version__
from wutong.config import config
from wutong.operations import archive
from wutong.operations.dump import dump_database, is_empty, server_major
from wutong.operations.locked_key import lock, passphrase, unlock
from wutong.operations.own_server import cluster, held_data_folder, reachable_database
from wutong.operations.problem import Problem
from wutong.operations.refill import fill_own_server, fill_your_server
from wutong.platform.database import conninfo, is_own
from wutong.platform.secrets import KEY_FILE, key_path
from wutong.privacy.tombstones import FILE, Tombstone, Unreadable, bury, tombstones

DUMP = "database.dump"
LOCKED_KEY = "secret.key.locked"
OWN_SETTINGS = "postgres-own.conf"
NOT_IN_A_BACKUP = {"run", "log", "static", "backups", KEY_FILE}
"""What the data folder holds beside files that must be kept: logs, what can be made again; and PostgreSQL's folders,
of which only your own settings are kept."""


def backup_main(argv: list[str]) -> None:
    """Write database, lake, stored files and the locked key file into one file."""
    parser = argparse.ArgumentParser(prog="wutong backup", description=backup_main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--no-key", action="store_true", help="leave the key file out; then keep it somewhere safe")
    options = parser.parse_args(argv)
    secret = None if options.no_key else passphrase(twice=True)
    with reachable_database():
        write_backup(options.file.absolute(), secret=secret, at=datetime.now(UTC))
    size = options.file.stat().st_size
    _say(f"{options.file}: {size / 1e6:.1f} MB. Keep it, and the passphrase elsewhere.")
    if _bucket():
        _say(f"The lake lies at {config().lake_url} and is not in the file. Keep a copy of the bucket as well.")


def write_backup(target: Path, *, secret: str | None, at: datetime) -> None:
    """Write a backup to ``target``, which appears when it is complete.

    The lake's files never change, but its maintainer removes those that no snapshot needs any more. So they are held by
    second links before the database is dumped and after: what the dump's catalogue names is there, and a little more.

    Args:
        secret: the passphrase for the key file; without one the key file stays out.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=config().data_dir) as folder, _held_lake() as held:
        dump = Path(folder) / DUMP
        dump_database(conninfo(), dump)
        if held is not None:
            _hold(held)  # once more: the catalogue also names what was exported just before the dump
        partial = target.with_name(target.name + ".partial")
        with archive.private(partial) as file, tarfile.open(fileobj=file, mode="w") as tar:
            writer = archive.ArchiveWriter(tar)
            writer.add_file(DUMP, dump)
            for name, path in _files_to_keep(held):
                writer.add_file(name, path)
            if is_own():
                writer.add_file(OWN_SETTINGS, cluster().own_settings)
            if secret is not None:
                writer.add_bytes(LOCKED_KEY, lock(key_path().read_bytes(), secret))
            writer.finish(
                archive.Manifest(
                    wutong=__version__,
                    postgres=server_major(conninfo()),
                    made_at=at.isoformat(),
                    lake=config().lake_url if _bucket() else "inside",
                )
            )
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(target)


def restore_main(argv: list[str]) -> None:
    """Bring a backup back into an empty data folder (and, with DATABASE_URL, an empty database)."""
    parser = argparse.ArgumentParser(prog="wutong restore", description=restore_main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", type=Path, help="the key file, when the backup was made without it")
    parser.add_argument(
        "--erased", type=Path, help=f"{FILE} of the lost data folder: people erased since the backup are erased again"
    )
    parser.add_argument("--only-key", action="store_true", help="put only the key file back, where it is missing")
    options = parser.parse_args(argv)
    with archive.opened(options.file) as tar:
        if options.only_key:
            restore_key(tar)
            _say(f"{key_path()} is back. See wutong doctor.")
            return
        restore(tar, key=options.key, erased=options.erased)
    if options.erased is None:
        _say(f"Whoever was erased after this backup is in it again. Name the old folder's {FILE} with --erased.")
    _say(f"{config().data_dir} holds what {options.file} held. Start with: wutong up")


def restore(tar: tarfile.TarFile, *, key: Path | None, erased: Path | None = None) -> None:
    """Fill the data folder and the database from a backup; when that fails the folder is empty again.

    Raises:
        Problem: the folder or database is not empty, the backup is damaged, newer than this version, or its key is
            missing or locked under another passphrase.
    """
    data = config().data_dir
    if data.exists() and any(data.iterdir()):
        raise Problem(f"{data} is not empty. Name an empty folder with WUTONG_DATA_DIR.")
    manifest = archive.verified(tar)
    if _numbers(manifest.wutong) > _numbers(__version__):
        raise Problem(
            f"The backup was made by Wutong {manifest.wutong}, newer than this {__version__}. Install that one."
        )
    if not is_own() and not is_empty(conninfo()):
        raise Problem("The database of DATABASE_URL holds tables. Name an empty one.")
    key_text = _key_text(tar, manifest, key)
    data.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, parents=True, exist_ok=True)
    try:
        with archive.private(data / KEY_FILE) as file:
            file.write(key_text)
        for name in manifest.digests:
            if name.startswith("data/"):
                archive.extract(tar, name, data / name.removeprefix("data/"))
            elif name.startswith("lake/"):
                archive.extract(tar, name, Path(config().lake_url) / name.removeprefix("lake/"))
        _restore_database(tar, manifest)
        if erased is not None:
            for stone in _tombstones_in(erased):
                bury(stone)
    except BaseException:
        _clear(data)
        raise


def restore_key(tar: tarfile.TarFile) -> None:
    """Put a lost key file back beside data that are still there.

    Raises:
        Problem: there is one, the backup is damaged or holds none, or it is locked under another passphrase.
    """
    if key_path().exists():
        raise Problem(f"{key_path()} is there. Move it away first, if it is not the right one.")
    text = _key_text(tar, archive.verified(tar), None)
    config().data_dir.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, parents=True, exist_ok=True)
    with archive.private(key_path()) as file:
        file.write(text)


def _restore_database(tar: tarfile.TarFile, manifest: archive.Manifest) -> None:
    with held_data_folder() as run_dir:
        dump = run_dir / DUMP
        archive.extract(tar, DUMP, dump)
        if is_own():
            fill_own_server(cluster(), dump)
            if OWN_SETTINGS in manifest.digests:
                # Only now: made for another machine, they may keep the server from starting on this one.
                cluster().take_own_settings(archive.read(tar, OWN_SETTINGS))
        else:
            fill_your_server(dump)
        dump.unlink()


def _tombstones_in(file: Path) -> list[Tombstone]:
    if not file.exists():
        raise Problem(f"There is no file {file}.")
    try:
        return list(tombstones(file))
    except Unreadable as error:
        raise Problem(f"{error}. Mend or remove this line.") from error


def _key_text(tar: tarfile.TarFile, manifest: archive.Manifest, key: Path | None) -> bytes:
    if key is not None:
        return key.read_bytes()
    if LOCKED_KEY not in manifest.digests:
        raise Problem(f"The backup was made without the key file. Name yours with --key FILE ({KEY_FILE}).")
    return unlock(archive.read(tar, LOCKED_KEY), passphrase(twice=False))


def _files_to_keep(held_lake: Path | None) -> Iterator[tuple[str, Path]]:
    """Each file that belongs into a backup with its name there."""
    lake = Path(config().lake_url)
    for entry in sorted(config().data_dir.iterdir()):
        if _is_kept(entry.name) and entry != lake:
            files = [entry] if entry.is_file() else sorted(path for path in entry.rglob("*") if path.is_file())
            yield from ((f"data/{path.relative_to(config().data_dir)}", path) for path in files)
    if held_lake is not None:
        files = sorted(path for path in held_lake.rglob("*") if path.is_file())
        yield from ((f"lake/{path.relative_to(held_lake)}", path) for path in files)


def _is_kept(name: str) -> bool:
    return name not in NOT_IN_A_BACKUP and not name.startswith((".", "postgres"))


@contextmanager
def _held_lake() -> Iterator[Path | None]:
    """A folder of second links to the lake's files, so that none goes away; None for a bucket or no lake."""
    lake = Path(config().lake_url)
    if _bucket() or not lake.is_dir():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix=".lake-held-", dir=lake.parent) as folder:
        held = Path(folder) / "lake"
        _hold(held)
        yield held


def _hold(held: Path) -> None:
    """Link the lake's files, as far as they are not yet, into ``held``."""
    shutil.copytree(config().lake_url, held, copy_function=_link, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        pass  # the maintainer was quicker: no snapshot needs it
    except FileExistsError:
        pass  # held already
    except OSError:
        shutil.copyfile(source, target)  # a file system without links


def _bucket() -> bool:
    return "://" in config().lake_url


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _say(text: str) -> None:
    print(text)  # noqa: T201  # the operator's terminal
