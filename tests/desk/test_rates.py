"""The page of rates: figures that open to exactly their rows, groups, weeks and files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import rates
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.rates import CASE_RATES, REPORT_RATES
from chuangcheng.kernel import clock
from chuangcheng.people.rights import roles
from tests.cases.play import Play
from tests.cases.test_figures import LATE, quarter
from tests.conftest import NOON

Sign = Callable[[str], Client]
PAGE = "/desk/rates/"


@pytest.fixture
def busy(play: Play) -> Any:
    quarter(play)
    for state in ("filed", "linked", "received", "pending_confirm"):
        play.report_in(state)
    with clock.at(LATE):
        yield play


def html(client: Client, query: str = "") -> str:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def figure(page: str, name: str) -> list[tuple[str, int]]:
    """(address, number) of numerator and denominator of a rate."""
    found = re.findall(rf'<a href="([^"]*rate={name}&[^"]*of=(?:is|base))">(\d+)</a>', page)
    return [(url, int(number)) for url, number in found[:2]]


def count(client: Client, url: str) -> int:
    shown = re.search(r"共 ([\d,+]+) 条", client.get(url).content.decode())
    assert shown, url
    return int(shown[1])


def test_every_figure_opens_to_exactly_its_rows(as_persona: Sign, busy: Play) -> None:
    client = as_persona("office")
    page = html(client, "?area=990100/990101/")
    for definition in (*CASE_RATES, *REPORT_RATES):
        links = figure(page, definition.name)
        assert len(links) == 2, definition.name
        for url, number in links:
            assert url.startswith("/desk/reports/" if definition in REPORT_RATES else "/desk/cases/")
            assert count(client, url) == number, url


def test_a_unit_sees_its_own_figures(as_persona: Sign, busy: Play) -> None:
    page = html(as_persona("street2"))
    assert [number for _url, number in figure(page, "right_filing")] == [0, 0]
    assert [number for _url, number in figure(html(as_persona("street")), "right_filing")] == [11, 12]


def test_the_words_of_a_rate_and_what_it_leaves_out_stand_beside_it(as_persona: Sign, busy: Play) -> None:
    page = html(as_persona("leader"))
    assert "已结案且处置在时限内" in page
    assert "不计作废的案件、并入他案的案件、挂账中的案件、重复的案件、不属职责的案件" in page
    assert "越低越好" in page


PERIODS = [
    ("", 12), ("?period=week", 12), ("?from=2026-09-15&to=2026-09-15", 12), ("?from=2026-09-16&to=2026-09-17", 0),
    ("?source=hotline", 0), ("?source=patrol", 11), ("?from=moon", 12), ("?from=2026-09-17&to=2026-09-15", 12),
    ("?from=1800-01-01&to=2026-09-15", 12), ("?period=century", 12), ("?to=9999-12-31", 12),
]  # fmt: skip


def test_a_page_counts_its_period_and_source_only(as_persona: Sign, busy: Play) -> None:
    client = as_persona("office")
    for query, filed in PERIODS:
        assert figure(html(client, query), "right_filing")[1][1] == filed, query


def test_a_unit_narrows_cases_and_hides_reports(as_persona: Sign, busy: Play) -> None:
    page = html(as_persona("office"), f"?unit={busy.unit('street')}&rate=valid_report")
    assert figure(page, "right_filing")[1][1] == Case.objects.filter(holder=busy.unit("street")).count()
    assert "有效上报率</a>" not in page
    assert '<option value="on_time_close" selected>' in page


@pytest.mark.parametrize("by", ["unit", "street", "category"])
def test_groups_open_to_their_rows(as_persona: Sign, busy: Play, by: str) -> None:
    client = as_persona("office")
    page = html(client, f"?rate=handle&by={by}").split('id="groups"')[1]
    links = re.findall(r'<a href="([^"]*of=(?:is|base))">(\d+)</a>', page)
    assert links
    for url, number in links:
        assert count(client, url) == int(number), url


def test_reports_have_no_units(as_persona: Sign, busy: Play) -> None:
    page = html(as_persona("office"), "?rate=valid_report&by=unit")
    assert '<option value="street" selected>' in page
    assert "河东街道" in page.split('id="groups"')[1]


def test_groups_are_sorted_by_what_was_clicked(as_persona: Sign, play: Play) -> None:
    play.closed()
    play.handling("street2")
    with clock.at(LATE):
        client = as_persona("office")
        names = [
            re.findall(r"河[东西]街道", html(client, f"?rate=handle&sort={sort}").split("</thead>")[-1])
            for sort in ("share", "-share", "nonsense")
        ]
    assert names == [["河西街道", "河东街道"], ["河东街道", "河西街道"], ["河东街道", "河西街道"]]


def test_the_chart_shows_thirteen_weeks_of_the_chosen_rate(as_persona: Sign, busy: Play) -> None:
    with clock.at(NOON - timedelta(weeks=2)):
        busy.filed()
    chart = as_persona("office").get(PAGE + "?rate=handle").context["chart"]
    assert len(chart["names"]) == 13
    assert chart["names"][-1] == "09-14"
    assert chart["series"][0]["values"][-3:] == [0.0, None, 60.0]


@pytest.mark.parametrize("query", ["", "?rate=valid_report", "?by=street&area=990100/990101/", "?by=category"])
def test_the_page_costs_few_queries(as_persona: Sign, busy: Play, query: str) -> None:
    client = as_persona("street")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE + query)
    assert len(captured) <= 15


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda self: None)


def test_the_file_holds_every_rate_of_every_group(as_persona: Sign, busy: Play, one_connection: None) -> None:
    answer = as_persona("office").get(PAGE + "?export=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    street = next(row for row in rows if row["按单位"] == "河东街道")
    counted = rates.rates(Case.objects.filter(holder=busy.unit("street")), LATE)
    assert {street[f"{each.label.zh}·分母"] for each in CASE_RATES if each.name == "handle"} == {
        str(counted["handle"].denominator)
    }
    assert len(street) == 1 + 3 * len(CASE_RATES)


@pytest.mark.parametrize("persona", ["inspector", "grid", "leader"])
def test_only_who_may_export_gets_the_file(as_persona: Sign, busy: Play, persona: str, one_connection: None) -> None:
    allowed = "exports.run" in roles()[persona].permissions
    client = as_persona(persona)
    answer = client.get(PAGE + "?export=xlsx")
    assert answer.status_code == (200 if allowed else 403)
    answer.close()
    assert ("export=xlsx" in html(client)) is allowed


def test_an_unknown_format_is_refused(as_persona: Sign, busy: Play) -> None:
    assert as_persona("office").get(PAGE + "?export=pdf").status_code == 422


def test_the_filters_of_a_figure_stand_in_the_bar_of_the_list(as_persona: Sign, busy: Play) -> None:
    page = as_persona("office").get("/desk/cases/?rate=handle&of=base").content.decode()
    assert '<option value="handle" selected>处置率</option>' in page
    assert '<option value="base" selected>分母</option>' in page
    assert "f-rate" not in as_persona("office").get("/desk/cases/").content.decode()


@pytest.mark.parametrize("query", ["rate=moon", "of=base"])
def test_half_a_figure_narrows_nothing(as_persona: Sign, busy: Play, query: str) -> None:
    assert count(as_persona("office"), f"/desk/cases/?{query}") == Case.objects.count()


def test_the_page_speaks_english(as_persona: Sign, busy: Play) -> None:
    client = as_persona("office")
    client.post("/preferences/language/", {"language": "en"})
    page = html(client)
    assert "Handled on time" in page
    assert "handled within the limit" in page
    assert Report.objects.count() == 4
