"""Which city lies in a home: a finished demo is kept, an unfinished one made anew, a real one never touched."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from datetime import date
from pathlib import Path

import pytest

from chuangcheng.cli import demo_home
from chuangcheng.cli.demo_home import Wanted
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings, load

DAY = date(2026, 6, 30)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A home with a finished demo city of seed 1."""
    demo_home.begin(tmp_path, 1, DAY)
    demo_home.finish(tmp_path, 1, DAY, {"cases": 2400})
    return tmp_path


@pytest.mark.parametrize("wanted", [Wanted(None, None), Wanted(1, None), Wanted(1, DAY), Wanted(None, DAY)])
def test_the_city_asked_for_is_kept(finished: Path, wanted: Wanted) -> None:
    assert demo_home.kept(finished, wanted) == {"cases": 2400}


@pytest.mark.parametrize("wanted", [Wanted(2, None), Wanted(1, date(2026, 6, 29))])
def test_another_city_is_not_thrown_away_unasked(finished: Path, wanted: Wanted) -> None:
    with pytest.raises(Refused, match=r"operations\.demo_exists"):
        demo_home.kept(finished, wanted)


def test_asked_for_a_fresh_one_it_is(finished: Path) -> None:
    assert demo_home.kept(finished, Wanted(2, None, fresh=True)) is None


def test_an_unfinished_city_and_an_empty_home_are_made(tmp_path: Path) -> None:
    assert demo_home.kept(tmp_path, Wanted(None, None)) is None
    demo_home.begin(tmp_path, 1, DAY)
    assert demo_home.kept(tmp_path, Wanted(None, None)) is None


def test_clearing_leaves_the_keys_and_nothing_of_the_city(finished: Path) -> None:
    settings = Settings(finished)
    key = settings.key("field")
    for name in ("media/ab/x.jpg", "seals/1.json", "chuangcheng.sqlite3", "chuangcheng.sqlite3-wal"):
        (finished / name).parent.mkdir(parents=True, exist_ok=True)
        (finished / name).touch()
    demo_home.clear(settings, Wanted(None, None, fresh=True))
    assert sorted(path.name for path in finished.iterdir()) == ["config.toml", "keys"]
    assert settings.key("field") == key


def test_a_home_without_the_mark_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "chuangcheng.sqlite3").write_bytes(b"a real city")
    (tmp_path / "config.toml").write_text('city_name = "真城市"\n', encoding="utf-8")
    demo_home.clear(Settings(tmp_path), Wanted(None, None))
    assert (tmp_path / "chuangcheng.sqlite3").read_bytes() == b"a real city"
    assert load(tmp_path).city_name == "真城市"


@pytest.mark.django_db
def test_a_database_with_units_of_its_own_is_refused(small_city: object) -> None:
    from django.conf import settings

    with pytest.raises(Refused, match=r"operations\.demo_exists"):
        demo_home.refuse_others(settings.CITY)


@pytest.mark.django_db
def test_an_empty_database_is_not() -> None:
    from django.conf import settings

    demo_home.refuse_others(settings.CITY)


def test_the_home_remembers_its_database_and_clock(tmp_path: Path) -> None:
    demo_home.clear(Settings(tmp_path), Wanted(1, DAY, database="postgresql://u:p@h/d"))
    values = tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))
    assert values["database_url"] == "postgresql://u:p@h/d"
    assert values["clock"] == "2026-06-30T08:30:00+08:00"
    assert values["city_name"] == "云岭市"
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "config.toml").stat().st_mode) == 0o600


def test_a_demo_of_today_runs_on_real_time(tmp_path: Path) -> None:
    demo_home.clear(Settings(tmp_path), Wanted(None, None))
    assert "clock" not in tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))


def test_defaults_fill_what_was_left_open() -> None:
    assert Wanted(None, None).decided(DAY) == (demo_home.DEFAULT_SEED, DAY)
    assert Wanted(0, None).decided(DAY) == (0, DAY)


def test_the_mark_is_never_half_a_file(finished: Path) -> None:
    assert json.loads((finished / demo_home.MARK).read_text(encoding="utf-8"))["finished"] is True
    assert not (finished / f".{demo_home.MARK}").exists()
