"""A home on disk with migrated tables, for what only real processes and real commits can show."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests import tables

PRELUDE = """
import os, sys, threading
from datetime import UTC, datetime, timedelta
import django
django.setup()
from django.db import connection, transaction
from chuangcheng.history import numbers, outbox, sweep
from chuangcheng.history.models import Outbox, Series
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
"""


@dataclass(frozen=True)
class Home:
    """A folder with a database, and a way to run Python against it."""

    folder: Path
    database_url: str = ""

    def start(self, code: str) -> subprocess.Popen[str]:
        """A process that runs ``code`` after Django has been set up."""
        environment = {
            **os.environ,
            "CHUANGCHENG_HOME": str(self.folder),
            "CHUANGCHENG_DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "chuangcheng.config.django",
        }
        return subprocess.Popen(
            [sys.executable, "-c", PRELUDE + code],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip

    def run(self, code: str) -> str:
        """What ``code`` prints; it must end well."""
        process = self.start(code)
        printed = process.communicate()[0]
        assert process.returncode == 0
        return printed.strip()


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """The address of a new database with all tables on the server of ``url``; nothing to make for SQLite."""
    if not url:
        yield ""
        return
    import psycopg

    name = f"chuangcheng_history_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {tables.database(url)}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with own_database(os.environ.get("CHUANGCHENG_DATABASE_URL", "")) as url:
        yield Home(tables.copy_home(tmp_path_factory.mktemp("own") / "home"), url)


@pytest.fixture
def home(_migrated: Home) -> Home:
    """The migrated home with an empty outbox and empty series."""
    _migrated.run("Outbox.objects.all().delete(); Series.objects.all().delete()")
    return _migrated
