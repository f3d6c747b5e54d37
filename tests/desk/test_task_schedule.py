"""The timeline and the calendar: what stands where, under which filters, for whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chuangcheng.tasks.models import Task
from tests.tasks.conftest import TODAY, Make

Sign = Callable[[str], Client]
LINE, MONTH = "/desk/tasks/timeline/", "/desk/tasks/calendar/"


def bars(client: Client, query: str = "") -> dict[str, str]:
    """Each task's weeks by its problem: "." nothing, d done, p plan, s slip."""
    letters = {"": ".", "done": "d", "plan": "p", "slip": "s", "wanted": "w"}
    lines = client.get(f"{LINE}{query}").context["lines"]
    return {line.task.problem: "".join(letters[cell] for cell in line.cells) for line in lines}


def due(client: Client, query: str = "") -> dict[date, list[str]]:
    """The problems of each day on which something is due."""
    lines = client.get(f"{MONTH}{query}").context["lines"]
    return {day.day: [task.problem for task in day.tasks] for week in lines for day in week if day.tasks}


def planned(make: Make, problem: str, start: date, first: date, last: date | None = None, **more: Any) -> Task:
    task: Task = make(problem=problem)
    Task.objects.filter(pk=task.pk).update(start_on=start, first_due_on=first, due_on=last or first, **more)
    return task


@pytest.fixture
def plans(make: Make) -> dict[str, Task]:
    """Today is Tuesday, 15 September; the timeline begins on Monday, 31 August."""
    day = timedelta(days=1)
    return {
        "on plan": planned(make, "甲", TODAY, TODAY + 20 * day, state="under_way", share=50),
        "slipped": planned(make, "乙", TODAY - 14 * day, TODAY - 7 * day, TODAY + 10 * day, state="under_way"),
        "ended": planned(make, "丙", TODAY - 14 * day, TODAY, share=100, state="struck_off", ended_on=TODAY - 5 * day),
        "over": planned(
            make, "丁", date(2026, 6, 1), date(2026, 6, 30), state="struck_off", ended_on=date(2026, 6, 30)
        ),
        "far": planned(make, "戊", date(2027, 3, 1), date(2027, 3, 30)),
        "void": planned(make, "己", TODAY, TODAY + 3 * day, state="void"),
        "upheld": planned(make, "庚", TODAY - 30 * day, TODAY + 15 * day, state="upheld", share=100, upkeep_days=30),
    }


def test_the_timeline_lays_plans_on_weeks(as_persona: Sign, plans: dict[str, Task]) -> None:
    office = as_persona("office")
    found = bars(office)
    assert found == {
        "甲": "..ddpp.......",
        "乙": "ppss.........",
        "丙": "ddd..........",
        "庚": "ppppp........",
    }
    Task.objects.filter(pk=plans["slipped"].pk).update(
        due_on=TODAY - timedelta(days=7), first_due_on=TODAY - timedelta(days=7)
    )
    assert bars(office)["乙"] == "pps..........", "what is late goes on slipping to this week"
    assert "丁" in bars(office, "?start=2026-06-01") and "戊" in bars(office, "?start=2027-02-15")
    assert bars(office, "?start=2026-06-01")["丁"].startswith("ddddd.")
    assert (
        bars(office, "?start=2099-01-01") == {}
        and "这几周没有任务" in office.get(f"{LINE}?start=2099-01-01").content.decode()
    )
    for strange in ("?start=soon", "?start=0001-01-01", "?start=9999-12-31", "?start=2026-02-30"):
        assert bars(office, strange)["甲"] == found["甲"], strange


def test_the_timeline_says_it_in_words_too(as_persona: Sign, plans: dict[str, Task]) -> None:
    html = as_persona("office").get(LINE).content.decode()
    for words in (
        "超出首次时限",
        "已完成的进度",
        "拖延 17 天",
        "8/31",
        "9/14",
        "后四周",
        "前四周",
        f"/desk/tasks/{plans['slipped'].pk}/",
    ):
        assert words in html, words
    assert "style=" not in html.split("<main")[1].split("</main")[0], "the page's policy allows none"
    heads = re.findall(r'<th scope="col"(?: class="spans__now")?>(\d+/\d+)</th>', html)
    assert len(heads) == 13 and 'class="spans__now">9/14<' in html
    english = as_persona("office").get(LINE, headers={"accept-language": "en"}).content.decode()
    assert "Task timeline" in english and "Slipped 17 days" in english


def test_the_arrows_keep_the_filters(as_persona: Sign, plans: dict[str, Task]) -> None:
    office = as_persona("office")
    context = office.get(f"{LINE}?state=under_way&q=甲").context
    assert "state=under_way" in context["earlier"] and "start=2026-08-03" in context["earlier"]
    assert "start=2026-09-28" in context["later"] and "q=%E7%94%B2" in context["later"]
    assert set(bars(office, "?state=under_way")) == {"甲", "乙"} and set(bars(office, "?late=slipped")) == {"乙"}
    assert set(bars(office, f"?{context['later']}")) == {"甲"}


def test_the_calendar_shows_what_is_due_each_day(as_persona: Sign, plans: dict[str, Task]) -> None:
    office = as_persona("office")
    day = timedelta(days=1)
    september = due(office)
    assert september == {TODAY: ["丙"], TODAY + 10 * day: ["乙"], TODAY + 15 * day: ["庚"]}
    assert due(office, "?month=2027-03") == {date(2027, 3, 30): ["戊"]}
    assert due(office, "?month=2026-06") == {date(2026, 6, 30): ["丁"]}
    assert due(office, "?state=upheld") == {TODAY + 15 * day: ["庚"]}
    html = office.get(MONTH).content.decode()
    for words in ("巩固", "已销号", "共 3 件到期", "2026-09", "上个月", "下个月", f"/desk/tasks/{plans['upheld'].pk}/"):
        assert words in html, words
    assert "己" not in html.split("due-days__day")[3]
    empty = office.get(f"{MONTH}?month=2030-01").content.decode()
    assert "这个月没有到期的任务" in empty
    for strange in ("?month=soon", "?month=2026-13", "?month=0000-01", "?month=9999-12"):
        assert due(office, strange) == september, strange


def test_a_full_day_leads_to_its_rows(as_persona: Sign, make: Make) -> None:
    office = as_persona("office")
    for _ in range(7):
        make(days=10)
    page = office.get(f"{MONTH}?source=other")
    (day,) = [each for week in page.context["lines"] for each in week if each.tasks]
    assert (len(day.tasks), day.more, day.inside, day.is_today) == (4, 3, True, False)
    assert "另有 3 件" in page.content.decode() and "source=other" in day.url
    assert office.get(day.url).context["listing"].count == 7
    months = page.context
    assert "month=2026-08" in months["earlier"] and "month=2026-10" in months["later"]


def test_each_sees_their_own_and_few_queries(as_persona: Sign, make: Make) -> None:
    for unit in ("department", "street", "department"):
        make(unit)
    for path in (LINE, MONTH):
        client = as_persona("office")
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) <= 15, path
    sizes = {
        name: len(as_persona(name).get(LINE).context["lines"]) for name in ("office", "department", "street", "street2")
    }
    assert sizes == {"office": 3, "department": 2, "street": 1, "street2": 0}
    assert Client().get(LINE).status_code == 302
    assert as_persona("grid").get(MONTH).status_code == 403


def test_a_long_timeline_says_that_it_is_cut(as_persona: Sign, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chuangcheng.desk.tasks.schedule.MOST", 2)
    for _ in range(3):
        make()
    page = as_persona("office").get(LINE)
    assert len(page.context["lines"]) == 2 and "只显示前 2 件" in page.content.decode()


def test_the_four_views_lead_to_each_other(as_persona: Sign, make: Make) -> None:
    office = as_persona("office")
    make()
    for path in ("/desk/tasks/", LINE, MONTH):
        html = office.get(f"{path}?state=open").content.decode()
        for other in ("/desk/tasks/", "/desk/tasks/grid/", LINE, MONTH):
            assert f'href="{other}?state=open"' in html, (path, other)
