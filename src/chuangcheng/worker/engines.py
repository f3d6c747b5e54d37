"""A consistent copy of the database while it is in use, and its way back: `VACUUM INTO`, or `pg_dump`."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings

SQLITE_NAME = "chuangcheng.sqlite3"
POSTGRES_NAME = "chuangcheng.dump"


def engine(settings: Settings) -> str:
    """``sqlite`` or ``postgresql``."""
    return "sqlite" if settings.is_sqlite else "postgresql"


def dump(settings: Settings, folder: Path) -> Path:
    """Write a consistent copy of the database into ``folder`` and return the file."""
    if settings.is_sqlite:
        target = folder / SQLITE_NAME
        with closing(sqlite3.connect(settings.home / SQLITE_NAME, timeout=60)) as database:
            database.execute("VACUUM INTO ?", [str(target)])
        return target
    target = folder / POSTGRES_NAME
    _postgres_tool("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
    return target


def load(settings: Settings, source: Path) -> None:
    """Put a copy made by :func:`dump` into the (empty) place of the database."""
    if settings.is_sqlite:
        shutil.copyfile(source, settings.home / SQLITE_NAME)
        return
    _postgres_tool("pg_restore", ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                                  f"--dbname={_parameters()['dbname']}", str(source)])  # fmt: skip


def is_sound(source: Path) -> bool:
    """Whether a copy can be read at all: SQLite's own check, or the table of contents of a dump."""
    if source.name == SQLITE_NAME:
        with closing(sqlite3.connect(source)) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    with source.open("rb") as file:
        return file.read(5) == b"PGDMP"


def find_tool(name: str) -> str:
    """A program of PostgreSQL: the newest installed version, because a dump is refused by older tools."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    for folder in [str(path) for path in folders] + [os.environ.get("PATH", "")]:
        if found := shutil.which(name, path=folder):
            return found
    raise Refused("operations.tool_missing", tool=name)


def _version(folder: Path) -> int:
    found = re.match(r"\d+", folder.parent.name)
    return int(found[0]) if found else 0


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: given.get(name) for name in ("dbname", "user", "password", "host", "port")}


def _postgres_tool(name: str, arguments: list[str]) -> None:
    given = _parameters()
    names = {"PGDATABASE": "dbname", "PGUSER": "user", "PGPASSWORD": "password", "PGHOST": "host", "PGPORT": "port"}
    # By environment, because a process list shows arguments to every user of the machine.
    env = {**os.environ, **{key: str(given[name]) for key, name in names.items() if given[name]}}
    command = [find_tool(name), *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own tool
    if done.returncode:
        raise Refused("operations.tool_failed", tool=name, reason=(done.stderr.strip().splitlines() or ["?"])[-1])
