"""Measures create, get and list of reports and cases over HTTP, each as a share of what the same eight clients reach
on the same database with the same rows by hand.

Run by ``python3 dev.py bench``; prints a table, or one JSON object with ``--json``. Without a choice of database it
measures SQLite and, where its programs are installed, PostgreSQL; and the triage help, where real messages are.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
for _folder in (ROOT, ROOT / "src"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from bench import load, questions, sorting, tasks  # noqa: E402
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

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        ratio = self.ours.per_second / self.limit.per_second
        return {
            "ratio": round(ratio, 4), "goal": GOALS.get(self.name), "queries": self.queries,
            "ours": self.ours.as_json(), "limit": self.limit.as_json(),
        }  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Fill, measure, print. Exit code 1 when a goal was missed on PostgreSQL."""
    arguments = sys.argv[1:] if argv is None else argv
    options = _parse(arguments)
    chosen = options.sqlite or options.postgres or options.database
    engines = [_one(options)] if chosen else _every(arguments)
    figures = {} if chosen else sorting.measure()
    if options.json:
        told = {"rows": options.cases, "clients": CLIENTS, "engines": engines, **figures}
        print(json.dumps(told, ensure_ascii=False))
    else:
        for engine in engines:
            _table(engine, options.cases)
        print(sorting.table(figures))
    return 1 if any(engine["missed"] for engine in engines) else 0


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--database", default="", help="postgresql://… of an empty database")
    parser.add_argument("--postgres", action="store_true", help="only PostgreSQL, a server of our own")
    parser.add_argument("--sqlite", action="store_true", help="only SQLite")
    parser.add_argument("--cases", "--rows", type=int, default=100_000, help="cases, and as many reports")
    parser.add_argument("--seconds", type=float, default=6, help="length of each measurement")
    parser.add_argument("--processes", type=int, default=0, help="web processes (default: 1 on SQLite, 2 else)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def _every(arguments: list[str]) -> list[dict[str, Any]]:
    """Each engine in a process of its own, since Django reads its settings once."""
    from devtools.postgres import find_programs

    engines = []
    for choice in ("--sqlite", "--postgres") if find_programs() else ("--sqlite",):
        command = [sys.executable, str(Path(__file__)), *arguments, "--json", choice]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if not done.stdout:
            raise SystemExit(f"bench {choice} failed")
        engines += json.loads(done.stdout)["engines"]
    return engines


def _one(options: argparse.Namespace) -> dict[str, Any]:
    """Measure one engine; its name, its lines and the goals it missed."""
    with ExitStack() as stack:
        database = options.database
        if options.postgres:
            from devtools.postgres import server

            database = stack.enter_context(server(durable=True))
        home = Path(tempfile.mkdtemp(prefix="chuangcheng-bench-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        lines, answers = _measure(home, database, options)
    results = {line.name: line.as_json() for line in lines}
    missed = [name for name, goal in GOALS.items() if results[name]["ratio"] < goal] + questions.missed(answers)
    missed = missed if database else []
    return {"database": "PostgreSQL" if database else "SQLite", "missed": missed, "results": results,
            "questions": answers}  # fmt: skip


def _measure(home: Path, database: str, options: argparse.Namespace) -> tuple[list[Line], dict[str, Any]]:
    """Everything that needs Django happens here, after the environment names the home."""
    os.environ.update(
        CHUANGCHENG_HOME=str(home), CHUANGCHENG_DATABASE_URL=database, CHUANGCHENG_RATE_LIMITS="off",
        CHUANGCHENG_WEB_PROCESSES=str(options.processes), DJANGO_SETTINGS_MODULE="chuangcheng.config.django",
    )  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from bench.fill import fill
    from bench.serving import web

    _say("migrating")
    call_command("migrate", verbosity=0)
    filled = fill(options.cases, lambda done: _say(f"filled {done:,} of {options.cases:,}"))
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if database else "ANALYZE")  # as a home that runs has been
    _say("questions")
    answers = questions.ask()
    plans = _plans(filled, database or str(home / "chuangcheng.sqlite3"))
    connections.close_all()
    lines = []
    with web(home) as port:
        for name, (ours, limit, queries) in plans.items():
            _say(f"{name}: the limit")
            raw = load.run(limit[0], limit[1:], clients=CLIENTS, seconds=options.seconds)
            _say(f"{name}: ours")
            mine = load.run(ours[0], (port, *ours[1:]), clients=CLIENTS, seconds=options.seconds)
            lines.append(Line(name, mine, raw, queries))
    return lines, answers


def _plans(filled: Any, database: str) -> dict[str, tuple[tuple[Any, ...], tuple[Any, ...], int]]:
    """Name → (our task and its arguments, the raw task and its arguments, our number of queries)."""
    from bench import limits
    from bench.queries import count
    from chuangcheng.api import cases as api_cases
    from chuangcheng.api import reports as api_reports
    from chuangcheng.cases.models import Case, Report

    reports, cases, token = "/api/v1/reports", "/api/v1/cases", filled.token

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
            (tasks.walk_list, reports, token),
            raw_select(limits.fifty(Report, "received_at", api_reports.COLUMNS)), count("GET", reports, token),
        ),
        "get case": (
            (tasks.get_one, f"{cases}/", filled.cases, token), raw_select(limits.one_case(filled.cases)),
            count("GET", f"{cases}/{filled.cases[0]}", token),
        ),
        "list 50 cases": (
            (tasks.walk_list, cases, token), raw_select(limits.fifty(Case, "filed_at", api_cases.COLUMNS)),
            count("GET", cases, token),
        ),
    }  # fmt: skip


def _table(engine: dict[str, Any], rows: int) -> None:
    print(f"{engine['database']}, {rows:,} cases and reports, {CLIENTS} clients; share of the same rows by hand")
    print(f"{'':18}{'ours/s':>9}{'limit/s':>9}{'share':>8}{'goal':>6}{'p50 ms':>8}{'p95 ms':>8}{'queries':>8}")
    for name, line in engine["results"].items():
        ours, limit = line["ours"], line["limit"]
        goal = f"{line['goal']:.0%}" if line["goal"] and engine["database"] == "PostgreSQL" else ""
        print(
            f"{name:18}{ours['per_second']:9.0f}{limit['per_second']:9.0f}{line['ratio']:8.1%}{goal:>6}"
            f"{ours['p50_ms']:8.1f}{ours['p95_ms']:8.1f}{line['queries']:8d}"
        )
    print(questions.table(engine["questions"]))


def _say(text: str) -> None:
    """Progress, one line that overwrites itself on a terminal."""
    print(f"{text:60}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
