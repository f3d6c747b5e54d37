"""The search index: tables of the databases' own kind, of which Django knows nothing (``cases/search.py``)."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("cases_search_report", "cases_search_case")


def create(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """One table a kind: contentless, without positions, on SQLite; a tsvector under GIN on PostgreSQL."""
    for table in TABLES:
        if editor.connection.vendor == "sqlite":
            editor.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5("
                "tokens, content='', detail='none', tokenize='unicode61 remove_diacritics 0')"
            )
        else:
            editor.execute(f"CREATE TABLE {table} (key bigint PRIMARY KEY, tokens tsvector NOT NULL)")
            editor.execute(f"CREATE INDEX {table}_tokens ON {table} USING gin (tokens)")


def drop(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Back: nothing is lost, the index can be made again."""
    for table in TABLES:
        editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    """After the room's own tables."""

    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
