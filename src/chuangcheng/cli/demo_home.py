"""Which demo city lies in a home, and whether it may be used, finished or replaced."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chuangcheng.demo.dates import default_as_of, ending
from chuangcheng.demo.plan import CITY_CODE, CITY_NAME
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings

MARK = "demo.json"
DEFAULT_SEED = 1
DATABASE = "chuangcheng.sqlite3"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; None leaves it open."""

    seed: int | None
    as_of: date | None
    fresh: bool = False
    database: str = ""

    def decided(self, default_as_of: date) -> tuple[int, date]:
        """Seed and last day, with the defaults filled in."""
        return (DEFAULT_SEED if self.seed is None else self.seed), (self.as_of or default_as_of)

    def fits(self, mark: dict[str, Any]) -> bool:
        """Whether a city that is there already is the one asked for."""
        same_seed = self.seed is None or self.seed == mark["seed"]
        return same_seed and (self.as_of is None or self.as_of.isoformat() == mark["as_of"])


def read(home: Path) -> dict[str, Any] | None:
    """The mark of the demo city in ``home``, None without one."""
    path = home / MARK
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def kept(home: Path, wanted: Wanted) -> dict[str, Any] | None:
    """The summary of the finished city in ``home`` if it is the one asked for; None when one must be made.

    Another finished demo city is never thrown away unasked: ``operations.demo_exists``.
    """
    mark = read(home)
    if mark is None or wanted.fresh or not mark["finished"]:
        return None
    if not wanted.fits(mark):
        raise Refused("operations.demo_exists", home=home)
    summary: dict[str, Any] = mark["summary"]
    return summary


def clear(settings: Settings, wanted: Wanted) -> None:
    """Remove what an unfinished or unwanted demo city left, and write the configuration of the new one.

    Only what bears the mark is removed; a home without it is judged by :func:`refuse_others`.
    """
    home = settings.home
    if read(home) is not None:
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "demo-progress.json", "config.toml"):
            (home / name).unlink(missing_ok=True)
        for name in ("media", "seals", "before-migration"):
            shutil.rmtree(home / name, ignore_errors=True)
        if not settings.is_sqlite:
            _clear_postgres()
        (home / MARK).unlink()
    _configure(home, wanted)


def _clear_postgres() -> None:
    from chuangcheng.cli.home import open_home

    open_home()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()


def _configure(home: Path, wanted: Wanted) -> None:
    """The city's name, its clock when its last day is not today, and its database, for later starts."""
    values = {"city_name": CITY_NAME, "city_code": CITY_CODE}
    if wanted.as_of is not None and wanted.as_of != default_as_of():
        values["clock"] = ending(wanted.as_of).isoformat()
    if wanted.database:
        values["database_url"] = wanted.database
    home.mkdir(parents=True, exist_ok=True)
    path = home / "config.toml"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())


def refuse_others(settings: Settings) -> None:
    """``operations.demo_exists`` when units are there that no demo made: somebody's real city."""
    from chuangcheng.people.models import Unit

    if Unit.objects.exists():
        raise Refused("operations.demo_exists", home=settings.home)


def begin(home: Path, seed: int, as_of: date) -> None:
    """Mark the home before its first row is written."""
    _write(home, {"seed": seed, "as_of": as_of.isoformat(), "finished": False, "summary": {}})


def finish(home: Path, seed: int, as_of: date, summary: dict[str, Any]) -> None:
    """Mark the city as finished, with its summary."""
    _write(home, {"seed": seed, "as_of": as_of.isoformat(), "finished": True, "summary": summary})


def _write(home: Path, mark: dict[str, Any]) -> None:
    draft = home / f".{MARK}"
    draft.write_text(json.dumps(mark, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(home / MARK)
