"""The words of the report, from figures alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chuangcheng.bulletins import pdf, word
from chuangcheng.bulletins.document import NUMERALS, Document, Section, Table, compose, day, moment, short_day
from chuangcheng.bulletins.models import Weekly
from chuangcheng.bulletins.states import WEEKLY
from chuangcheng.kernel.problems import Refused

AS_OF = "2026-09-20T16:00:00+00:00"
NUMBERS = {
    "reports_received": 4, "reports_taken": 2, "reports_refused": 1, "cases_filed": 2, "cases_closed": 2, "cases_due": 3,
    "cases_on_time": 1, "on_time_rate": 33.3, "cases_overdue": 3, "visits": 2, "sites_visited": 2, "checks": 4,
    "failed_checks": 2, "score": 53.1, "coverage": 80.0, "score_change": -6.9,
}  # fmt: skip
TABLES: dict[str, list[dict[str, Any]]] = {
    "league": [
        {"rank": 1, "street": "甲街道", "score": 66.5, "site_score": 83.0, "on_time": 33.3, "rework": None, "coverage": 100.0, "url": "/l"},
        {"rank": 1, "street": "乙街道", "score": 66.5, "site_score": 83.0, "on_time": None, "rework": 50.0, "coverage": 100.0, "url": ""},
        {"rank": None, "street": "丙街道", "score": None, "site_score": None, "on_time": None, "rework": None, "coverage": None, "url": ""},
    ],
    "categories": [{"category": "暴露垃圾", "cases": 2, "url": "/c"}],
    "overdue_units": [{"unit": "城管局", "cases": 1, "url": "/o"}],
    "relapses": [{"site": "东市场", "unit": "甲街道", "items": 1, "url": "/r"}],
    "focus": [{"standard": "S1", "text": "环境整洁", "lost": 21.44, "failed": 2, "overdue": 0, "url": "/f"}],
}  # fmt: skip


def weekly(**changes: Any) -> Weekly:
    """A report that was never saved."""
    figures = {
        name: {"label": {"zh": name, "en": name}, "value": changes.pop(name, value), "url": "/x", "as_of": AS_OF}
        for name, value in {**NUMBERS, **TABLES}.items()
    }
    given = {
        "week_start": date(2026, 9, 14), "issue": 7, "figures": figures, "note": "",
        "assembled_at": datetime(2026, 9, 21, 0, 30, tzinfo=UTC), **changes,
    }  # fmt: skip
    return Weekly(**given)


def said(**changes: Any) -> str:
    return "\n".join(compose(weekly(**changes)).texts())


@pytest.mark.parametrize(
    ("change", "words"),
    [(-6.9, "较上周下降 6.9 分"), (0.35, "较上周上升 0.35 分"), (0.0, "较上周持平"), (0, "较上周持平")],
)
def test_a_change_is_said_in_words(change: float, words: str) -> None:
    assert words in said(score_change=change)


def test_without_a_week_before_there_is_no_comparison() -> None:
    assert "较上周" not in said(score_change=None)


def test_a_score_is_never_said_without_its_coverage() -> None:
    sentence = next(line for line in said().splitlines() if "53.1 分" in line)
    assert "覆盖分值 80%" in sentence
    assert "53.1" not in said(score=None)


def test_streets_that_tie_are_both_named_and_those_without_data_are_not() -> None:
    text = said()
    assert "参与排名的街道（乡镇）2 个，第一名：甲街道、乙街道。" in text
    assert "丙街道" not in text
    assert "本周没有可排名的数据。" in said(league=[])


def test_figures_of_a_table_keep_their_decimals() -> None:
    tables = [section.table for section in compose(weekly()).sections if section.table]
    assert tables[0].rows[0] == ("1", "甲街道", "66.50", "83.0", "33.3", "—", "100.0")
    assert tables[-1].rows[0] == ("S1", "环境整洁", "21.44", "2", "0")
    assert tables[1].rows == (("暴露垃圾", "2"),), "a count has no point"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("categories", "本周没有立案。"),
        ("overdue_units", "没有超期未办结的案件。"),
        ("relapses", "本周没有发现整改后反复的点位。"),
        ("focus", "没有失分的标准。"),
    ],
)
def test_an_empty_table_is_a_sentence(name: str, words: str) -> None:
    full, empty = compose(weekly()), compose(weekly(**{name: []}))
    assert words not in "\n".join(full.texts())
    assert words in "\n".join(empty.texts())
    assert sum(section.table is not None for section in full.sections) == 1 + sum(
        section.table is not None for section in empty.sections
    )


def test_sections_are_numbered_and_name_their_figures() -> None:
    document = compose(weekly())
    assert [section.heading[0] for section in document.sections] == list(NUMERALS[: len(document.sections)])
    named = {name for section in document.sections for name in section.names}
    assert named == {*NUMBERS, *TABLES}


def test_rows_carry_the_address_of_what_is_behind() -> None:
    tables = [section.table for section in compose(weekly()).sections if section.table]
    for table in tables:
        assert len(table.urls) == len(table.rows)
        assert all(len(row) == len(table.headers) == len(table.right) for row in table.rows)
    assert tables[1].urls == ("/c",)


def test_the_head_names_city_issue_and_day() -> None:
    document = compose(weekly())
    assert document.organisation.endswith("创建全国文明城市指挥部办公室")
    assert (document.issue, document.issued_on) == ("第 7 期", "2026年9月21日")
    assert document.period == "（2026年9月14日—9月20日）"
    assert document.as_of == "2026年9月21日0时"


def test_days_are_written_as_offices_write_them() -> None:
    assert day(date(2026, 1, 5)) == "2026年1月5日"
    assert short_day(date(2026, 12, 31)) == "12月31日"
    assert moment(datetime(2026, 9, 15, 0, 30, tzinfo=UTC)) == "2026年9月15日8时30分"
    assert moment(datetime(2026, 9, 15, 16, 0, tzinfo=UTC)) == "2026年9月16日0时"


def test_a_week_across_the_year() -> None:
    assert compose(weekly(week_start=date(2026, 12, 28))).period == "（2026年12月28日—1月3日）"


def test_the_template_gets_plain_values_only() -> None:
    import json

    given = pdf.plain(compose(weekly()))
    assert json.loads(json.dumps(given, ensure_ascii=False))["sections"][0]["heading"].startswith("一、")


def test_a_long_report_runs_over_pages() -> None:
    rows = tuple((str(number), "很长的标准内容" * 12) for number in range(120))
    table = Table(("序号", "内容"), rows, (True, False), ("",) * len(rows))
    document = Document(
        "办公室", "周报", "第 1 期", "题目", "（周期）", "今日", "今日", (Section("一、长表", (), table),), draft=False
    )
    made = pdf.print_document(document, datetime(2026, 9, 21, tzinfo=UTC))
    pages = re.search(rb"/Count (\d+)", made)
    assert pages is not None
    assert int(pages[1]) > 3
    assert word.print_document(document)


def test_a_draft_is_issued_once() -> None:
    assert WEEKLY.next("draft", "assemble") == WEEKLY.next("draft", "note") == "draft"
    assert WEEKLY.next("draft", "issue") == "issued"
    for move in ("assemble", "note", "issue"):
        with pytest.raises(Refused, match=r"state\.move_refused"):
            WEEKLY.next("issued", move)
