"""Measures create, get and list of reports and cases over HTTP, each as a share of what the same eight clients reach
on the same database with the same rows by hand.

Run by ``python3 dev.py bench``; prints a table, or one JSON object with ``--json``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
for _folder in (ROOT, ROOT / "src"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from bench import load, tasks  # noqa: E402
from bench.load import Measured  # noqa: E402

CLIENTS = 8
#: What we promise on PostgreSQL with two web processes, as a share of the limit.
GOALS = {"create report": 0.08, "get report": 0.03, "list 50 reports": 0.03, "list 50 cases": 0.03}


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    name: str
    ours: Measured
    limit: Measured
    queries: int

    @property
    def ratio(self) -> float:
        """Our rate over the limit's."""
        return self.ours.per_second / self.limit.per_second

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "ratio": round(self.ratio, 4), "goal": GOALS.get(self.name), "queries": self.queries,
            "ours": self.ours.as_json(), "limit": self.limit.as_json(),
        }  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Fill, measure, print. Exit code 1 when a goal was missed on PostgreSQL."""
    options = _parse(argv)
    say = _say
    with ExitStack() as stack:
        database = options.database
        if options.postgres:
            from devtools.postgres import server

            database = stack.enter_context(server(durable=True))
        home = Path(tempfile.mkdtemp(prefix="chuangcheng-bench-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        lines = _measure(home, database, options, say)
    engine = "PostgreSQL" if database else "SQLite"
    missed = [line.name for line in lines if database and line.ratio < GOALS.get(line.name, 0)]
    if options.json:
        print(json.dumps({"database": engine, "rows": options.cases, "clients": CLIENTS, "missed": missed,
                          "results": {line.name: line.as_json() for line in lines}}, ensure_ascii=False))  # fmt: skip
    else:
        _table(engine, options.cases, lines)
    return 1 if missed else 0


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--database", default="", help="postgresql://… of an empty database; default: SQLite")
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL of our own")
    parser.add_argument("--cases", "--rows", type=int, default=100_000, help="cases, and as many reports")
    parser.add_argument("--seconds", type=float, default=8, help="length of each measurement")
    parser.add_argument("--processes", type=int, default=0, help="web processes (default: 1 on SQLite, 2 else)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def _measure(home: Path, database: str, options: argparse.Namespace, say: Callable[[str], None]) -> list[Line]:
    """Everything that needs Django happens here, after the environment names the home."""
    os.environ.update(
        CHUANGCHENG_HOME=str(home), CHUANGCHENG_DATABASE_URL=database, CHUANGCHENG_RATE_LIMITS="off",
        DJANGO_SETTINGS_MODULE="chuangcheng.config.django",
    )  # fmt: skip
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from bench.fill import fill

    say("migrating")
    call_command("migrate", verbosity=0)
    filled = fill(options.cases, lambda done: say(f"filled {done:,} of {options.cases:,}"))
    plans = _plans(filled, database or str(home / "chuangcheng.sqlite3"))
    connections.close_all()
    from bench.serving import web

    lines = []
    processes = options.processes or settings.CITY.processes
    with web(home, processes, settings.CITY.blocking_threads) as port:
        for name, (ours, limit, queries) in plans.items():
            say(f"{name}: the limit")
            raw = load.run(limit[0], limit[1:], clients=CLIENTS, seconds=options.seconds)
            say(f"{name}: ours")
            mine = load.run(ours[0], (port, *ours[1:]), clients=CLIENTS, seconds=options.seconds)
            lines.append(Line(name, mine, raw, queries))
    return lines


def _plans(filled: Any, database: str) -> dict[str, tuple[tuple[Any, ...], tuple[Any, ...], int]]:
    """Name → (our task and its arguments, the raw task and its arguments, our number of queries)."""
    from bench import limits
    from bench.queries import count
    from chuangcheng.api import cases as api_cases
    from chuangcheng.api import reports as api_reports
    from chuangcheng.cases.models import Case, Report

    reports, cases = "/api/v1/reports", "/api/v1/cases"

    def raw_select(plan: tuple[str, list[list[Any]]]) -> tuple[Any, ...]:
        return (tasks.raw_select, database, *plan)

    return {
        "create report": (
            (tasks.create_report,), (tasks.raw_transaction, database, limits.three_rows()), count("POST", reports),
        ),
        "get report": (
            (tasks.get_one, f"{reports}/", filled.reports), raw_select(limits.one_report(filled.reports)),
            count("GET", f"{reports}/{filled.reports[0]}"),
        ),
        "list 50 reports": (
            (tasks.walk_list, reports, filled.token),
            raw_select(limits.fifty(Report, "received_at", api_reports.COLUMNS)), count("GET", reports, filled.token),
        ),
        "get case": (
            (tasks.get_one, f"{cases}/", filled.cases, filled.token), raw_select(limits.one_case(filled.cases)),
            count("GET", f"{cases}/{filled.cases[0]}", filled.token),
        ),
        "list 50 cases": (
            (tasks.walk_list, cases, filled.token), raw_select(limits.fifty(Case, "filed_at", api_cases.COLUMNS)),
            count("GET", cases, filled.token),
        ),
    }  # fmt: skip


def _table(engine: str, rows: int, lines: list[Line]) -> None:
    print(f"{engine}, {rows:,} cases and reports, {CLIENTS} clients; a share of the same rows by hand")
    print(f"{'':18}{'ours/s':>9}{'limit/s':>9}{'share':>8}{'goal':>6}{'p50 ms':>8}{'p95 ms':>8}{'queries':>8}")
    for line in lines:
        goal = GOALS.get(line.name)
        print(
            f"{line.name:18}{line.ours.per_second:9.0f}{line.limit.per_second:9.0f}{line.ratio:8.1%}"
            f"{f'{goal:.0%}' if goal else '':>6}{line.ours.p50:8.1f}{line.ours.p95:8.1f}{line.queries:8d}"
        )


def _say(text: str) -> None:
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{text:60}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
