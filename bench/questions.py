"""What staff ask of a large home: search of words from everywhere to hardly anywhere, cases like a new report, pages.

Each question is asked as a page asks it, in this process: the newest fifty rows and a count that stops at ten
thousand. Milliseconds, because people wait for them; the table of shares stays with :mod:`bench.run`.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench import ledger, library, pages

BRACKETS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
#: What we promise on PostgreSQL with a million cases: milliseconds in the median, and queries of a page.
GOALS = {"search": 100, "cases like": 50, "board": 200, "list": 200, "map": 200, "points": 200,
         **ledger.GOALS, **library.GOALS}  # fmt: skip
MOST_QUERIES = 15
#: Words and the share of rows in which they stand.
WORDS = {"路灯": 0.3, "单车": 0.02, "井盖": 0.005, "雕塑": 0.0002}
TIMES = 15


def words_for(dice: random.Random) -> str:
    """The words that a row's text ends with."""
    return "".join(f"，{word}" for word, share in WORDS.items() if dice.random() < share)


def ask() -> dict[str, dict[str, float]]:
    """Every question by name: median and 95th percentile in milliseconds, how many queries it took, and where the same
    rows were read by hand the median of that."""
    found = {f"search {word} ({share:.2%})": _timed(_search(word)) for word, share in WORDS.items()}
    found |= {"search of two words": _timed(_search("单车 路灯")), "cases like a report": _timed(_alike())}
    asked = {**pages.questions(), **ledger.questions(), **library.questions()}
    found |= {name: _timed(question) for name, question in asked.items()}
    for name, limit in library.limits().items():
        found[name]["limit_ms"] = _timed(limit)["median_ms"]
    return found


def missed(answers: dict[str, dict[str, float]]) -> list[str]:
    """The questions that took longer, or more queries, than promised."""
    return [
        name for name, one in answers.items()
        if one["queries"] > MOST_QUERIES
        or any(name.startswith(kind) and one["median_ms"] > goal for kind, goal in GOALS.items())
    ]  # fmt: skip


def _search(word: str) -> Callable[[int], object]:
    from chuangcheng.cases.models import Case
    from chuangcheng.cases.search import search
    from chuangcheng.web.tables.listing import SEARCH_CAP

    def one(_number: int) -> object:
        rows = search(Case.objects.all(), word).order_by("-filed_at", "-pk")
        return list(rows[:50]), rows.order_by()[: SEARCH_CAP + 1].count()

    return one


def _alike() -> Callable[[int], object]:
    from chuangcheng.cases.likeness import alike
    from chuangcheng.cases.models import Report
    from chuangcheng.people.models import Post
    from chuangcheng.people.selectors import actor_of

    actor = actor_of(Post.objects.get(role="office"))
    reports = list(Report.objects.order_by("-received_at")[:TIMES])
    return lambda number: alike(actor, reports[number % len(reports)])


def _timed(question: Callable[[int], object]) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    question(0)  # fills the process's caches
    with CaptureQueriesContext(connection) as queries:
        question(0)
    # Now: the next request empties the list. What opens and ends a transaction asks nothing.
    asked = sum(not query["sql"].startswith(BRACKETS) for query in queries)
    taken: list[float] = []
    for number in range(TIMES):
        began = time.perf_counter()
        question(number)
        taken.append(1000 * (time.perf_counter() - began))
    return {
        "median_ms": round(statistics.median(taken), 1), "p95_ms": round(sorted(taken)[int(0.95 * TIMES)], 1),
        "queries": asked,
    }  # fmt: skip


def table(answers: dict[str, dict[str, Any]]) -> str:
    """For people; the share is that of the same rows by hand, where they were read so."""
    lines = [f"{'':28}{'median ms':>10}{'p95 ms':>9}{'queries':>9}{'share':>8}"]
    for name, one in answers.items():
        share = f"{one['limit_ms'] / one['median_ms']:8.1%}" if "limit_ms" in one else ""
        lines.append(f"{name:28}{one['median_ms']:10.1f}{one['p95_ms']:9.1f}{one['queries']:9.0f}{share}")
    return "\n".join(lines)
