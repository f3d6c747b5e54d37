"""Migrations: applied once, after a backup when there is something to lose."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chuangcheng.kernel.settings import Settings
from chuangcheng.worker import backup, migrating
from tests.homes import Home

BACK = "from django.core.management import call_command; call_command('migrate', 'mfa', '0002', verbosity=0)"


@pytest.mark.django_db
def test_nothing_is_pending_in_a_migrated_database() -> None:
    assert migrating.pending() == []
    assert not migrating.is_empty()


@pytest.mark.django_db
def test_without_pending_migrations_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "before_migration", lambda _: pytest.fail("no reason for a backup"))
    said: list[str] = []
    assert migrating.migrate(Settings(tmp_path), said.append) == []
    assert said == []


@pytest.mark.full
def test_an_empty_home_is_migrated_without_a_backup(migrated_home: Home) -> None:
    assert not (migrated_home.folder / "before-migration").exists()
    assert migrated_home.command("migrate", "--check", "--json").json == {"pending": []}


def test_a_used_home_is_backed_up_first(home: Home) -> None:
    home.django(BACK)
    assert home.command("migrate", "--check").code == 1
    done = home.command("migrate", "--json")
    assert done.code == 0, done.err
    assert done.json == {"applied": ["mfa.0003_authenticator_type_uniq"]}
    (copy,) = (home.folder / "before-migration").glob("*/chuangcheng.sqlite3")
    with closing(sqlite3.connect(copy)) as database:
        names = {row[0] for row in database.execute("SELECT name FROM django_migrations WHERE app = 'mfa'")}
    assert "0003_authenticator_type_uniq" not in names, "it is the database as it was before"


@pytest.mark.full
def test_of_two_processes_one_migrates(home: Home) -> None:
    home.django(BACK)
    command = [sys.executable, "-m", "chuangcheng.cli.main", "migrate", "--json"]
    pair = [
        subprocess.Popen(command, env=home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    printed = sorted(process.communicate()[0].strip() for process in pair)
    assert [process.returncode for process in pair] == [0, 0]
    assert printed == ['{"applied": ["mfa.0003_authenticator_type_uniq"]}', '{"applied": []}']


def test_commands_refuse_a_database_that_is_not_up_to_date(home: Home) -> None:
    home.django(BACK)
    done = home.command("rebuild", "--check", "--json")
    assert done.code == 1
    assert done.json["error"]["code"] == "operations.pending_migrations"
