"""The measurement itself runs and tells what it promises; the figures of so small a home mean nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from bench import fill, library, load, questions
from bench.run import GOALS, Line

from chuangcheng.cases import search
from chuangcheng.cases.models import Case, Report
from chuangcheng.history.models import Event
from tests.conftest import City

ROOT = Path(__file__).resolve().parents[2]


def test_a_line_is_a_share_of_the_limit() -> None:
    line = Line("get report", load.Measured(50, 1, 2, 300), load.Measured(1000, 1, 2, 6000), 1)
    assert line.as_json()["ratio"] == 0.05
    assert line.as_json()["goal"] == GOALS["get report"]


@pytest.mark.full
def test_a_small_home_is_measured() -> None:
    command = [sys.executable, "-m", "bench.run", "--sqlite", "--cases", "1200", "--seconds", "0.5", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (engine,) = json.loads(done.stdout)["engines"]
    assert set(engine["results"]) >= set(GOALS) | {"get case"}
    for name, line in engine["results"].items():
        assert line["ratio"] > 0 and line["ours"]["p95_ms"] >= line["ours"]["p50_ms"] > 0, name
    assert max(line["queries"] for line in engine["results"].values()) <= 6
    asked = engine["questions"]
    assert {"board (office)", "list (street)", "points of the map (department)", "report (office)"} <= set(asked)
    assert max(one["queries"] for one in asked.values()) <= questions.MOST_QUERIES


@pytest.mark.django_db
def test_earlier_years_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill, "YEAR", 40)
    monkeypatch.setattr(fill, "STEP", timedelta(days=364) / 40)
    filled = fill.fill(100, lambda done: None)
    assert (Case.objects.count(), Report.objects.count()) == (120, 120)
    assert len(filled.cases) == 40
    oldest = Case.objects.order_by("filed_at").first()
    newest = Case.objects.order_by("filed_at").last()
    assert oldest is not None and newest is not None and oldest.number < newest.number
    assert (newest.filed_at - oldest.filed_at).days > 2 * 365
    assert not Case.objects.filter(filed_at__lt=newest.filed_at - timedelta(days=364)).exclude(state="closed").exists()
    assert all(report.case.text == report.text for report in Report.objects.exclude(case=None).select_related("case"))
    assert Event.objects.filter(subject_id__in=Case.objects.values("pk")).count() == 120
    assert not list(search.check())
    assert set(search.search(Case.objects.all(), "建筑")) == set(Case.objects.all())


@pytest.mark.django_db
def test_the_library_of_the_measurement_is_whole(small_city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.library.models import Document
    from chuangcheng.library.search import check, search

    monkeypatch.setattr(library, "BATCH", 4)
    library.fill(small_city.units["office"], 10)
    assert Document.objects.count() == 10 and list(check()) == []
    assert {row.current.content[:1] for row in Document.objects.select_related("current")} != {""}
    (first, *_), newest = Document.objects.order_by("serial"), Document.objects.latest("created_at")
    assert newest.serial == first.serial + 9
    word = first.title[2:6]
    assert first in search(Document.objects.all(), word) and not search(Document.objects.all(), "琉璃瓦").exists()
    for limit in library.limits().values():
        limit(0)


def test_a_share_stands_where_rows_were_read_by_hand() -> None:
    told = {"list (office)": {"median_ms": 20.0, "p95_ms": 30.0, "queries": 9},
            "documents": {"median_ms": 20.0, "p95_ms": 30.0, "queries": 9, "limit_ms": 5.0}}  # fmt: skip
    _head, plain, shared = questions.table(told).splitlines()
    assert plain.endswith(" 9") and shared.endswith(" 25.0%")


def test_a_question_that_takes_too_long_is_named() -> None:
    fine = {"median_ms": 40.0, "p95_ms": 60.0, "queries": 15}
    told = {"search 单车": {**fine, "median_ms": 101}, "cases like a report": {**fine, "median_ms": 51},
            "documents 路灯 (30.00%)": {**fine, "median_ms": 101},
            "list (office)": fine, "today (street)": {**fine, "queries": 16}, "case (office)": fine}  # fmt: skip
    assert questions.missed(told) == [
        "search 单车", "cases like a report", "documents 路灯 (30.00%)", "today (street)",
    ]  # fmt: skip
