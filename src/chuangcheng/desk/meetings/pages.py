"""会议: the list, a month as a calendar, the page of one, the figures of a year, minutes as Word and PDF."""

from __future__ import annotations

from calendar import Calendar
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chuangcheng.bulletins.minutes import compose
from chuangcheng.desk import choices
from chuangcheng.desk.documents import as_file
from chuangcheng.desk.periods import days_of
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings import actions, selectors
from chuangcheng.meetings.agenda import sources
from chuangcheng.meetings.kinds import current
from chuangcheng.meetings.models import AgendaItem, Invitation, Meeting
from chuangcheng.meetings.policies import runs
from chuangcheng.meetings.quiz_selectors import quiz_of
from chuangcheng.meetings.selectors import FATES, HELD
from chuangcheng.meetings.states import AHEAD, MEETING
from chuangcheng.tasks import selectors as tasks
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

#: Where the rows behind a source stand, and the name of the filter that takes the unit.
LISTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "decisions": ("desk:tasks", "unit", {"source": "meeting", "state": "open"}),
    "tasks": ("desk:tasks", "unit", {"late": "overdue"}),
    "instructions": ("desk:instructions", "unit", {"due": "overdue"}),
    "flagged": ("desk:cases", "unit", {"flagged": "yes"}),
    "overdue": ("desk:cases", "unit", {"status": "overdue"}),
    "arbitrating": ("desk:cases", "", {"state": "arbitrating"}),
    "standards": ("desk:scores", "", {}),
}
_PAGES = {"task": "desk:task", "case": "desk:case", "instruction": "desk:instruction"}


def meeting_url(meeting: Meeting) -> str:
    """The page of a meeting."""
    return reverse("desk:meeting", args=[meeting.pk])


def kind_choices(_request: HttpRequest | None = None) -> list[Choice]:
    """The city's kinds of meetings."""
    return [(code, kind.label.text(language())) for code, kind in current().items()]


def _states(_request: HttpRequest) -> list[Choice]:
    groups = [("ahead", _("待召开")), ("took_place", _("已开过"))]
    return [*groups, *((state.code, state.label.text(language())) for state in MEETING.states)]


def _in_state(rows: QuerySet[Meeting], value: str) -> QuerySet[Meeting]:
    return rows.filter(state__in={"ahead": AHEAD, "took_place": HELD}.get(value, (value,)))


def _with_unit(rows: QuerySet[Meeting], value: str) -> QuerySet[Meeting]:
    invited = Invitation.objects.filter(unit_id=value).values("meeting")
    return rows.filter(Q(unit=value) | Q(pk__in=invited))


LISTING = Listing(
    "meetings",
    _("会议"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, url=meeting_url),
        Column("title", _("会议名称"), lambda row: row.title, wide=True),
        Column("kind", _("类型"), lambda row: row.kind_label.text(language())),
        Column("unit", _("召集单位"), lambda row: row.unit.short_name),
        Column("starts", _("时间"), lambda row: row.starts_at, sort="starts_at"),
        Column("place", _("地点"), lambda row: row.place, shown=False),
        Column("invited", _("参会单位"), lambda row: row.invited, number=True),
        Column("decided", _("议定事项"), lambda row: row.decided, number=True),
        Column("done", _("已办结"), lambda row: row.done, number=True),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), lambda rows, words: rows.filter(Q(title__icontains=words) | Q(number__iexact=words)),
               kind="search"),
        Filter("kind", _("类型"), lambda rows, value: rows.filter(kind=value), kind_choices),
        Filter("state", _("状态"), _in_state, _states),
        Filter("unit", _("召集或参会"), _with_unit, choices.units),
        *days_of("starts", "starts_at", _("时间自"), _("时间至")),
    ),
    sort="-starts",
)  # fmt: skip


def _tabs(current_name: str) -> list[tuple[str, object, bool]]:
    names = (("meetings", _("列表")), ("meeting_calendar", _("日历")), ("meeting_figures", _("统计")))
    return [(reverse(f"desk:{name}"), word_, name == current_name) for name, word_ in names]


@page("meetings.view")
def meeting_list(request: StaffRequest) -> HttpResponseBase:
    """Meetings, the newest first, with what was decided and what of it is done."""
    rows = selectors.visible_to(request.actor).select_related("unit").annotate(
        invited=Count("invitations", distinct=True), decided=Count("decisions", distinct=True),
        done=Count("decisions", distinct=True, filter=Q(decisions__task__state__in=("struck_off", "upheld"))),
    )  # fmt: skip
    context = {"tabs": _tabs("meetings"), "may_run": holds(request, "meetings.run")}
    return LISTING.respond(request, rows, "desk/meetings.html", context)


@page("meetings.view")
def meeting_page(request: StaffRequest, meeting_id: UUID) -> HttpResponse:
    """One meeting: what it is about with the rows behind it, what became of the last decisions, what was decided."""
    meeting = selectors.get_meeting_for(request.actor, meeting_id)
    actions.note_read(actor=request.actor, meeting_id=meeting.pk)
    items = list(meeting.items.select_related("unit"))
    behind = selectors.rows_behind(request.actor, items)
    today = clock.today().date()
    reads = selectors.reads_minutes(request.actor, meeting)
    runs_it = runs(request.actor, meeting.unit)
    moves = [move for move in selectors.moves_for(request.actor, meeting) if move.name != "decide"]
    asked, decisions = selectors.asked_again(meeting), selectors.decisions_of(meeting) if reads else []
    before = selectors.visible_to(request.actor).filter(pk=meeting.previous_id) if meeting.previous_id else None
    context: dict[str, Any] = {
        "meeting": meeting, "moves": moves, "reads": reads, "opens_last": before is not None and before.exists(),
        "opens": _opens(request, [row.task_id for row in (*asked, *decisions) if row.task_id]),
        "items": [(item, _label(item), _list_url(item), _links(behind.get(item.pk, ()))) for item in items],
        "asked": [(row, row.fate(today)) for row in asked],
        "decisions": [(row, row.fate(today)) for row in decisions],
        "invited": meeting.invitations.select_related("unit").order_by("unit__official_order", "unit__code"),
        "persons": meeting.persons.all(), "fates": {code: label.text(language()) for code, label in FATES.items()},
        "may_decide": runs_it and meeting.state in MEETING.move("decide").sources,
        "may_add": runs_it and meeting.state in MEETING.move("build").sources,
        "has_quiz": settings.CITY.quizzes and (runs_it or quiz_of(request.actor, meeting.pk)[1] is not None),
        "receipts": runs_it and settings.CITY.read_receipts,
        "has_file": reads and meeting.state in ("minuted", "issued"),
        "entries": [(event.action, event.happened_at, event.actor_label) for event in events_of("meeting", meeting.pk)],
    }  # fmt: skip
    return render(request, "desk/meeting.html", context)


def _opens(request: StaffRequest, wanted: list[UUID]) -> set[UUID]:
    """Which of the tasks that were decided on the reader may open: a unit reads of all, but sees its own."""
    if not wanted or not holds(request, "tasks.view"):
        return set()
    return set(tasks.visible_to(request.actor).filter(pk__in=wanted).values_list("pk", flat=True))


def _label(item: AgendaItem) -> str:
    known = sources().get(item.source)
    return known.label.text(language()) if known else item.words


def _list_url(item: AgendaItem) -> str:
    if item.source not in LISTS:
        return ""
    name, unit, query = LISTS[item.source]
    narrowed = {**query, unit: str(item.unit_id)} if unit and item.unit_id else query
    return f"{reverse(name)}?{urlencode(narrowed)}"


def _links(rows: Any) -> list[tuple[str, str, str]]:
    return [(reverse(_PAGES[row.kind], args=[row.id]), row.number, row.state) for row in rows]


@page("meetings.view")
def meeting_file(request: StaffRequest, meeting_id: UUID, kind: str) -> HttpResponse:
    """The minutes as a Word or PDF file, for those who read them."""
    meeting = selectors.get_meeting_for(request.actor, meeting_id)
    if not selectors.reads_minutes(request.actor, meeting):
        raise Refused("common.not_found")
    return as_file(compose(meeting), kind, f"会议纪要{meeting.number}", meeting.issued_at or meeting.starts_at)


@page("meetings.view")
def calendar(request: StaffRequest) -> HttpResponse:
    """A month of meetings, week by week."""
    today = clock.today().date()
    first = _month(request.GET.get("month", ""), today)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    start, end = (datetime.combine(day, time(), CITY_ZONE) for day in (weeks[0][0], weeks[-1][-1] + timedelta(days=1)))
    rows = selectors.visible_to(request.actor).exclude(state="cancelled")
    held: dict[date, list[Meeting]] = {}
    for meeting in selectors.between(rows, start, end):
        held.setdefault(meeting.starts_at.astimezone(CITY_ZONE).date(), []).append(meeting)
    days = [[(day, day.month == first.month, day == today, held.get(day, [])) for day in week] for week in weeks]
    context = {"tabs": _tabs("meeting_calendar"), "first": first, "weeks": days,
               "before": f"{first - timedelta(days=1):%Y-%m}",
               "after": f"{first + timedelta(days=31):%Y-%m}"}  # fmt: skip
    return render(request, "desk/meeting_calendar.html", context)


def _month(value: str, today: date) -> date:
    year, _dash, month = value.partition("-")
    sound = year.isdecimal() and month.isdecimal() and 2000 < int(year) < 2100 and 1 <= int(month) <= 12
    return date(int(year), int(month), 1) if sound else today.replace(day=1)


@page("meetings.view")
def figures(request: StaffRequest) -> HttpResponse:
    """The year's sessions by kind and month, held against what was planned, and what became of their decisions."""
    this_year = clock.today().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 < int(asked) <= this_year else this_year
    rows = selectors.visible_to(request.actor)
    tallies, months = selectors.tallies(rows, year), selectors.by_month(rows, year)
    days = {"starts_from": f"{year}-01-01", "starts_to": f"{year}-12-31", "state": "took_place"}
    shown = sorted(months, key=lambda code: -sum(months[code]))[:4]  # the chart tells four colours apart
    chart = {
        "kind": "bar", "unit": "", "names": [f"{month}" for month in range(1, 13)],
        "series": [{"name": dict(kind_choices()).get(code, code), "values": months[code]} for code in shown],
    }  # fmt: skip
    lines = [
        (tally, months.get(tally.kind.code, [0] * 12),
         f"{reverse('desk:meetings')}?{urlencode({**days, 'kind': tally.kind.code})}")
        for tally in tallies
    ]  # fmt: skip
    context = {"tabs": _tabs("meeting_figures"), "lines": lines, "chart": chart if shown else None, "year": year,
               "before": year - 1, "after": year + 1 if year < this_year else None, "months": range(1, 13)}  # fmt: skip
    return render(request, "desk/meeting_figures.html", context)
