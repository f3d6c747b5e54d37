"""The commands on PostgreSQL: a home of its own, a database of its own, backup and restore by PostgreSQL's tools."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.homes import Home, serving_at

pytestmark = [pytest.mark.postgres, pytest.mark.full]


@pytest.fixture
def databases() -> Iterator[list[str]]:
    """Addresses of two empty databases on the server of this run."""
    import psycopg

    url = os.environ["CHUANGCHENG_DATABASE_URL"]
    names = [f"chuangcheng_cli_{os.getpid()}_{number}" for number in range(2)]
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
        try:
            yield [urlunsplit(urlsplit(url)._replace(path=f"/{name}")) for name in names]
        finally:
            for name in names:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_city_is_served_backed_up_and_restored(databases: list[str], tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with serving_at(home, CHUANGCHENG_DATABASE_URL=databases[0]) as server:
        assert server.ready is not None
        assert server.get("/readyz")[0] == 200
        assert len(server.children()["other"]) >= 2, "two web processes are the default"
        env = {"CHUANGCHENG_DATABASE_URL": databases[0]}
        assert home.command("import", "framework", "--sample", "--publish", "--json", **env).code == 0
        made = home.command("backup", str(tmp_path / "backups"), "--json", **env)
        assert made.code == 0, made.out + made.err
    other, env = Home(tmp_path / "elsewhere"), {"CHUANGCHENG_DATABASE_URL": databases[1]}
    restored = other.command("restore", made.json["backup"], "--json", **env)
    assert restored.code == 0, restored.out + restored.err
    assert restored.json["differences"] == 0
    assert databases[1] in (other.folder / "config.toml").read_text(encoding="utf-8")
    levels = {row["name"]: row["level"] for row in other.command("doctor", "--json", **env).json["checks"]}
    assert levels["database"] == levels["migrations"] == levels["drift"] == "ok"


def test_a_used_database_is_not_filled(databases: list[str], tmp_path: Path) -> None:
    home, env = Home(tmp_path / "home"), {"CHUANGCHENG_DATABASE_URL": databases[0]}
    assert home.command("migrate", "--json", **env).code == 0
    made = home.command("backup", str(tmp_path / "backups"), "--json", **env).json["backup"]
    again = Home(tmp_path / "other").command("restore", made, "--json", **env)
    assert (again.code, again.json["error"]["code"]) == (1, "operations.database_not_empty")
    on_sqlite = Home(tmp_path / "third").command("restore", made, "--json")
    assert on_sqlite.json["error"]["code"] == "operations.other_engine"
    assert not (tmp_path / "other" / "media").exists()
    assert not (tmp_path / "third" / "keys" / "field").exists()
