"""Brings a home's database up to date: under a lock, after a backup when there is something to lose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chuangcheng.kernel.settings import Settings
from chuangcheng.worker import backup, lock

LOCK_SECONDS = 600
PG_LOCK = 0x6368756E  # "chun"
Say = Callable[[str], None]


def pending() -> list[str]:
    """Names of migrations that the database has not seen, in order; all of them on an empty database."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def is_empty() -> bool:
    """Whether the database has no tables of ours yet."""
    return "people_person" not in connection.introspection.table_names()


def migrate(settings: Settings, say: Say = lambda _: None) -> list[str]:
    """Apply what is pending and return its names.

    Only one process of a home does so at a time; a backup is made first unless the database is empty.
    """
    with alone(settings):
        names = pending()
        if not names:
            return []
        if not is_empty():
            say(f"backup before {len(names)} migrations")
            backup.before_migration(settings)
        say(f"applying {len(names)} migrations")
        call_command("migrate", interactive=False, verbosity=0)
        _make_cache_table()
    return names


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the home's lock, and on PostgreSQL the database's too: other machines may share it."""
    with lock.held(settings.home / "migrate.lock", wait=LOCK_SECONDS):
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PG_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [PG_LOCK])


def _make_cache_table() -> None:
    """Several web processes without Redis share their limits in a table."""
    call_command("createcachetable", verbosity=0)
