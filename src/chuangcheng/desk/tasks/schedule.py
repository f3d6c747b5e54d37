"""时间轴 and 日历: the tasks of the list, with its filters, laid on weeks and on the days of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from chuangcheng.desk.tasks.pages import LISTING, task_rows
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.weeks import Plan, cells, monday, month_beside, month_days, weeks
from chuangcheng.tasks import selectors
from chuangcheng.tasks.models import Task
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.columns import Shown, narrow, read

WEEKS = 13
STEP = 4  # weeks that the arrows move
MOST = 200  # rows of a timeline
A_DAY = 4  # tasks of a day before the rest is a number
#: What a calendar asks for itself.
_OWN = ("month",)


def _filters(request: StaffRequest, *without: str) -> list[Shown]:
    return read([each for each in LISTING.filters if each.key not in without], request)


def _query(shown: list[Shown], **more: object) -> str:
    chosen = {each.filter.key: each.value for each in shown if each.value}
    return urlencode({**chosen, **more})


def _day(text: str, default: date) -> date:
    """The day that was asked for, if it is one within reason."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return default
    return found if 2000 <= found.year < 2200 else default


@dataclass(frozen=True, slots=True)
class Line:
    """A task on the timeline, with what it is in each week."""

    task: Task
    cells: list[str]
    start: date


@page("tasks.view")
def timeline(request: StaffRequest) -> HttpResponse:
    """Weeks from ``start`` on: from the plan's start to the date, what is done, what lies beyond the first date."""
    today = clock.today().date()
    first = monday(_day(request.GET.get("start", ""), today - timedelta(days=14)))
    heads = weeks(first, WEEKS)
    shown = _filters(request)
    found = list(_spanning(narrow(task_rows(request), shown), first, heads[-1] + timedelta(days=6))[: MOST + 1])
    lines = [_line(task, first) for task in found[:MOST]]
    context = {
        "filters": shown, "heads": heads, "lines": lines, "today": monday(today), "first": first, "more": found[MOST:],
        "most": MOST, "last": heads[-1] + timedelta(days=6), "query": _query(shown),
        "earlier": _query(shown, start=first - STEP * timedelta(days=7)),
        "later": _query(shown, start=first + STEP * timedelta(days=7)),
    }  # fmt: skip
    return render(request, "desk/task_timeline.html", context)


def _spanning(rows: QuerySet[Task], first: date, last: date) -> QuerySet[Task]:
    """Those that begin before these weeks end and are not over before they begin; none that is void."""
    begun = Coalesce("start_on", TruncDate("created_at", tzinfo=CITY_ZONE))
    late = selectors.overdue(clock.today().date()) if first <= clock.today().date() else Q(pk__in=[])
    inside = Q(due_on__gte=first) | Q(first_due_on__gte=first) | Q(ended_on__gte=first) | late
    rows = rows.exclude(state="void").annotate(begun=begun).filter(inside, begun__lte=last)
    return rows.order_by("lead__official_order", "lead", "due_on", "id")


def _line(task: Task, first: date) -> Line:
    start, today = task.begun, clock.today().date()  # type: ignore[attr-defined]
    share = 0 if task.state == "upheld" else task.share
    reached = today if task.is_overdue(today) else task.due_on  # what is late goes on slipping
    return Line(
        task,
        cells(Plan(start, task.first_due_on, reached, share, task.ended_on, task.petition_on), first, WEEKS),
        start,
    )


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar: the first of its tasks, how many more, and where they all stand."""

    day: date
    tasks: list[Task]
    more: int
    url: str
    inside: bool
    is_today: bool


@page("tasks.view")
def calendar(request: StaffRequest) -> HttpResponse:
    """A month's days with what is due on each, upkeep checks marked."""
    today = clock.today().date()
    month = _day(f"{request.GET.get('month', '')}-01", today).replace(day=1)
    shown = _filters(request, *_OWN)
    days = month_days(month)
    rows = narrow(task_rows(request), shown).exclude(state="void")
    due: dict[date, list[Task]] = {}
    for task in rows.filter(due_on__gte=days[0][0], due_on__lte=days[-1][-1]).order_by("due_on", "number"):
        due.setdefault(task.due_on, []).append(task)
    lines = [[_one(day, due.get(day, []), month, today, shown) for day in week] for week in days]
    context: dict[str, Any] = {
        "filters": shown, "month": month, "lines": lines, "query": _query(shown),
        "count": sum(len(tasks) for day, tasks in due.items() if day.month == month.month),
        "earlier": _query(shown, month=f"{month_beside(month, -1):%Y-%m}"),
        "later": _query(shown, month=f"{month_beside(month, 1):%Y-%m}"),
    }  # fmt: skip
    return render(request, "desk/task_calendar.html", context)


def _one(day: date, tasks: list[Task], month: date, today: date, shown: list[Shown]) -> Day:
    query = _query([each for each in shown if not each.filter.key.startswith("due_")], due_from=day, due_to=day)
    url = f"{reverse('desk:tasks')}?{query}"
    return Day(day, tasks[:A_DAY], max(len(tasks) - A_DAY, 0), url, day.month == month.month, day == today)
