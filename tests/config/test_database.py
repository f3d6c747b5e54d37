"""A database address becomes Django's dictionary, safe under load."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chuangcheng.config.database import caches, database
from chuangcheng.kernel.settings import Settings

CITY = Settings(Path("/srv/city"))


def test_without_an_address_the_database_lies_in_the_home() -> None:
    found = database(CITY)
    assert found["ENGINE"].endswith("sqlite3")
    assert found["NAME"] == CITY.home / "chuangcheng.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_postgresql_address_is_taken_apart(scheme: str) -> None:
    found = database(replace(CITY, database_url=f"{scheme}://city:p%40ss@db.example:5433/chuang%2Dcheng"))
    assert found["ENGINE"].endswith("postgresql")
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("chuang-cheng", "city", "p@ss")
    assert (found["HOST"], found["PORT"]) == ("db.example", "5433")
    assert found["CONN_MAX_AGE"] is None


def test_a_socket_folder_may_be_named() -> None:
    assert database(replace(CITY, database_url="postgresql:///city?host=/run/postgresql"))["HOST"] == "/run/postgresql"


def test_another_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        database(replace(CITY, database_url="mysql://db/city"))


def test_limits_are_shared_by_all_processes() -> None:
    assert caches(CITY)["default"]["BACKEND"].endswith("LocMemCache")
    assert caches(replace(CITY, web_processes=2))["default"]["BACKEND"].endswith("DatabaseCache")
    assert caches(replace(CITY, database_url="postgresql://db/city"))["default"]["BACKEND"].endswith("DatabaseCache")
    assert caches(replace(CITY, redis_url="redis://cache"))["default"]["LOCATION"] == "redis://cache"
