"""The tables of every room, made once and copied from then on: to make them takes longer than most folders of tests.

On SQLite they stand in a home below ``.pytest_cache`` and are kept between runs, under a name that changes with every
migration. On PostgreSQL they are a database of the run's server, which the others are made from.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".pytest_cache" / "tables"


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Of several test processes one works at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def fingerprint() -> str:
    """Changes with our migrations and with the libraries that have migrations of their own."""
    sources = [*ROOT.glob("src/chuangcheng/*/migrations/*.py"), *ROOT.glob("requirements/*.lock")]
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(sources):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def home() -> Path:
    """A migrated home on SQLite. Copy it, never work in it."""
    ready = KEPT / fingerprint()
    with only_one(KEPT / "lock"):
        if not ready.exists():
            for old in sorted(KEPT.glob("*/"), key=lambda path: path.stat().st_mtime)[:-1]:
                shutil.rmtree(old, ignore_errors=True)
            making = Path(tempfile.mkdtemp(dir=KEPT, prefix="making-"))
            _migrate(making, "")
            assert not (making / "chuangcheng.sqlite3-wal").exists(), "all of it stands in the one file"
            making.rename(ready)
    return ready


def copy_home(folder: Path) -> Path:
    """A migrated home of one's own at ``folder``; what SQLite lays beside a database that somebody reads is not its."""
    shutil.copytree(home(), folder, ignore=shutil.ignore_patterns("*-shm", "*-wal"))
    return folder


def fill(name: str) -> sqlite3.Connection:
    """Copy the tables into the SQLite database ``name`` (a path or an address). One in memory lives while what is
    returned is open."""
    target = sqlite3.connect(name, uri=name.startswith("file:"), check_same_thread=False)
    # Nobody writes there any more; told so, SQLite lays no files beside it while another process copies the folder.
    kept = (home() / "chuangcheng.sqlite3").as_uri() + "?immutable=1"
    with contextlib.closing(sqlite3.connect(kept, uri=True)) as source:
        source.backup(target)
    return target


def database(url: str) -> str:
    """The name of the database with all tables on the server of ``url``, to be named after ``TEMPLATE``."""
    import psycopg

    name = f"chuangcheng_tables_{fingerprint()}"
    with only_one(KEPT / "lock"), psycopg.connect(url, autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        server.execute(f'DROP DATABASE IF EXISTS "{name}_making"')
        server.execute(f'CREATE DATABASE "{name}_making"')
        with tempfile.TemporaryDirectory() as folder:
            _migrate(Path(folder), urlunsplit(urlsplit(url)._replace(path=f"/{name}_making")))
        server.execute(f'ALTER DATABASE "{name}_making" RENAME TO "{name}"')
    return name


def _migrate(folder: Path, url: str) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CHUANGCHENG_")}
    env = {**kept, "CHUANGCHENG_HOME": str(folder), **({"CHUANGCHENG_DATABASE_URL": url} if url else {})}
    command = [sys.executable, "-m", "chuangcheng.cli.main", "migrate", "--json"]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


if __name__ == "__main__":  # devtools/checks.py has them made while it looks at style and types
    home()
