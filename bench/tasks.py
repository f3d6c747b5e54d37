"""What a client does: each function is a factory for :mod:`bench.load`, called in the client's own process."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import uuid
from typing import Any
from urllib.parse import quote

from bench.load import Connection, Work

TEXT = "永安路口人行道上堆放建筑垃圾，影响行人通行，请尽快处理。"
PAGES = 20  # a list is walked this many pages deep, then begun again


def create_report(number: int, port: int) -> Work:
    """POST a new report with a place and a time."""
    connection, dice = Connection(port), random.Random(number)

    def work() -> None:
        connection.post("/api/v1/reports", {
            "id": str(uuid.uuid4()), "text": TEXT, "lat": 30 + dice.random() * 0.02, "lon": 120 + dice.random() * 0.04,
            "observed_at": "2026-09-15T12:00:00+08:00",
        })  # fmt: skip

    return work


def get_one(number: int, port: int, prefix: str, ids: list[str], token: str = "") -> Work:
    """GET a random one of ``ids``."""
    connection, dice = Connection(port), random.Random(number)
    return lambda: _drop(connection.get(f"{prefix}{dice.choice(ids)}", token))


def walk_list(number: int, port: int, path: str, token: str) -> Work:
    """GET a list of 50, page after page by its cursor."""
    connection = Connection(port)
    state: dict[str, Any] = {"page": number, "next": None}

    def work() -> None:
        begin = not state["next"] or state["page"] >= PAGES
        cursor = "" if begin else f"&cursor={quote(state['next'])}"
        state["page"] = 1 if begin else state["page"] + 1
        state["next"] = json.loads(connection.get(f"{path}?limit=50{cursor}", token))["next"]

    return work


def raw_transaction(number: int, database: str, statements: list[tuple[str, list[Any], list[int]]]) -> Work:
    """The three rows of a new report, written by hand in one durable transaction. The third part of a statement
    names the values that must be new in each row."""
    run = _connect(database)
    counter = itertools.count()

    def work() -> None:
        turn = next(counter)
        fresh = {"uuid": uuid.uuid4(), "text": f"RAW{number}-{turn}"}
        with run.transaction():
            for sql, values, keys in statements:
                row = list(values)
                for position in keys:
                    row[position] = run.plain(fresh["uuid"]) if isinstance(row[position], uuid.UUID) or _hex(
                        row[position]
                    ) else fresh["text"]  # fmt: skip
                run.execute(sql, row)

    return work


def raw_select(number: int, database: str, sql: str, choices: list[list[Any]]) -> Work:
    """One SELECT with one of the ``choices`` of parameters, all rows fetched."""
    run, dice = _connect(database), random.Random(number)
    return lambda: _drop(run.execute(sql, dice.choice(choices)))


def _hex(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 32 and all(letter in "0123456789abcdef" for letter in value)


def _drop(_: Any) -> None:
    """The answer was fetched; nothing more is asked of it."""


class _Postgres:
    """psycopg, prepared statements as it likes."""

    def __init__(self, address: str) -> None:
        import psycopg

        self._connection = psycopg.connect(address, autocommit=True)
        self.transaction = self._connection.transaction

    def execute(self, sql: str, values: list[Any]) -> Any:
        cursor = self._connection.execute(sql, values)
        return cursor.fetchall() if cursor.description else None

    @staticmethod
    def plain(value: uuid.UUID) -> Any:
        return value


class _Sqlite:
    """sqlite3 as safe as the product has it: WAL, FULL, IMMEDIATE."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=20, cached_statements=100)
        self._connection.execute("PRAGMA synchronous=FULL")

    def transaction(self) -> _Sqlite:
        return self

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._connection.execute("ROLLBACK" if kind else "COMMIT")

    def execute(self, sql: str, values: list[Any]) -> list[Any]:
        return self._connection.execute(sql.replace("%s", "?"), values).fetchall()

    @staticmethod
    def plain(value: uuid.UUID) -> Any:
        return value.hex


def _connect(database: str) -> Any:
    return _Postgres(database) if database.startswith("postgres") else _Sqlite(database)
