"""延期申请: what units ask for, who answers it, and what each unit asked for and got."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.reading import masked
from chuangcheng.desk import choices
from chuangcheng.desk.counting import COUNTED_IN
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.tasks.pages import task_url
from chuangcheng.kernel import clock
from chuangcheng.tasks import petitions
from chuangcheng.tasks.models import Petition
from chuangcheng.tasks.selectors import OFTEN
from chuangcheng.tasks.states import PETITION, STAGES
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer


def _search(rows: QuerySet[Petition], words: str) -> QuerySet[Petition]:
    return rows.filter(Q(task__problem__icontains=words) | Q(task__number__iexact=words))


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in PETITION.states]


def _stage(row: Petition) -> str:
    return STAGES[row.stage].text(language()) if row.stage else ""


def _reason(row: Petition) -> str:
    return masked(row.entry.words) if row.entry else ""


LISTING = Listing(
    "petitions",
    _("延期申请"),
    columns=(
        Column("number", _("任务编号"), lambda row: row.task.number, url=lambda row: task_url(row.task)),
        Column("problem", _("问题"), lambda row: row.task.problem, wide=True),
        Column("unit", _("申请单位"), lambda row: row.unit.short_name),
        Column("first_due", _("首次时限"), lambda row: row.task.first_due_on, shown=False),
        Column("due", _("申请时的时限"), lambda row: row.from_on, sort="from_on",
               template="desk/cells/petition_from.html"),
        Column("wanted", _("申请延至"), lambda row: row.wanted_on, sort="wanted_on",
               template="desk/cells/petition_wanted.html"),
        Column("granted", _("批准延至"), lambda row: row.granted_on or "", template="desk/cells/petition_granted.html"),
        Column("days", _("延长（天）"), lambda row: row.days, number=True),
        Column("times", _("已延期（次）"), lambda row: row.task.extensions, number=True),
        Column("late", _("过期后申请"), lambda row: gettext("是") if row.after_limit else "", shown=False),
        Column("reason", _("理由"), _reason, shown=False, wide=True),
        Column("asked", _("申请时间"), lambda row: row.asked_at, sort="asked_at"),
        Column("stage", _("环节"), _stage, shown=False),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html",
               corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("unit", _("申请单位"), lambda rows, value: rows.filter(unit=value), choices.units),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
        Filter("often", _("延期次数"), lambda rows, _value: rows.filter(task__extensions__gte=OFTEN),
               lambda _r: [("yes", _("两次及以上"))]),
        *days_of("asked", "asked_at", _("申请自"), _("申请至")),
        COUNTED_IN,
        *days_of("decided", "decided_at", _("答复自"), _("答复至")),
    ),
    sort="-asked",
)  # fmt: skip


def petition_rows(request: StaffRequest) -> QuerySet[Petition]:
    """The petitions in sight."""
    return petitions.visible_to(request.actor).select_related("task", "unit", "entry")


offer(LISTING, rows=petition_rows, permission="tasks.view", url_name="desk:petitions")


def _url(**query: object) -> str:
    return f"{reverse('desk:petitions')}?{urlencode(query)}"


@page("tasks.view")
def petition_list(request: StaffRequest) -> HttpResponseBase:
    """The newest first; above them those whose turn is the reader's."""
    turns = petitions.turn_of(request.actor).select_related("task", "unit", "entry").order_by("asked_at", "id")
    context = {"turns": list(turns[:20]), "waiting": turns.count(), "often": OFTEN}
    return LISTING.respond(request, petition_rows(request), "desk/petitions.html", context)


@page("tasks.view")
def petition_units(request: StaffRequest) -> HttpResponse:
    """What each unit asked for, got and did not get; every figure opens its rows."""
    tallies = petitions.by_unit(petitions.visible_to(request.actor))
    lines = [
        (tally, _url(unit=tally.unit.pk), [
            (label, tally.counts[code], _url(unit=tally.unit.pk, state=code)) for code, label in _states(request)
        ])
        for tally in tallies
    ]  # fmt: skip
    totals: list[Any] = [
        (label, sum(tally.counts[code] for tally in tallies), _url(state=code)) for code, label in _states(request)
    ]
    context = {
        "lines": lines, "totals": totals, "asked": sum(tally.asked for tally in tallies), "all_url": _url(),
        "heads": [label for _code, label in _states(request)], "as_of": clock.now(),
    }  # fmt: skip
    return render(request, "desk/petition_units.html", context)
