"""Many rows at once: choose them in a list, say once what the move needs, read what was done and what was not.

Three pages, none of which needs a script: the list with its boxes, the form of the move, the report. All are plain
posts; sending one again does no harm, because the action tells rows that are settled from rows that are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import jobs
from chuangcheng.cases.actions import bulk
from chuangcheng.cases.actions.bulk import BulkMove, BulkReport, Kind, Row
from chuangcheng.cases.states import CASE, ORDER, REPORT
from chuangcheng.desk import choices, forms
from chuangcheng.desk.cases.merging import Merge
from chuangcheng.desk.moving import GRAVE
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move, StateTable
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.web.pages import back, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.offered import offered, request_of


class DispatchMany(django_forms.Form):
    """To whom: to each its own by the rules, or one unit for all."""

    unit = django_forms.ChoiceField(label=_("承办单位"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [("", _("逐件按分派规则建议的单位")), *choices.units()]
        self.fields["unit"].choices = offered  # type: ignore[attr-defined]

    def clean_unit(self) -> UUID | None:
        """The unit for all, None for each its own."""
        chosen = self.cleaned_data["unit"]
        return UUID(chosen) if chosen else None


FORMS: dict[str, type[django_forms.Form]] = {
    "dispatch": DispatchMany,
    "accept": forms.Nothing,
    "ask_extension": forms.AskExtension,
    "verify": forms.Remark,
    "close": forms.Remark,
    "merge": Merge,
    "void": forms.Void,
    "file": forms.Nothing,
    "ask_confirm": forms.Nothing,
    "refuse": forms.Refuse,
    "draft": forms.Nothing,
    "send": forms.Nothing,
}


@dataclass(frozen=True)
class Pile:
    """One kind of rows with its life cycle and the addresses of its list, its pages and its bulk page."""

    kind: Kind
    table: StateTable
    listed: str
    shown: str
    taken: str


CASES = Pile("case", CASE, "desk:cases", "desk:case", "desk:case_bulk")
REPORTS = Pile("report", REPORT, "desk:reports", "desk:report", "desk:report_bulk")
ORDERS = Pile("order", ORDER, "desk:orders", "desk:order", "desk:order_bulk")


@dataclass(frozen=True)
class Picks:
    """What ``web/parts/picks.html`` draws below rows with boxes: the moves to choose from, and where they are sent."""

    url: str
    back: str
    moves: list[Move]


@dataclass(frozen=True)
class Line:
    """A chosen row before the move: whether its state allows it, and then which unit routing suggests."""

    row: Row
    url: str
    fits: bool
    unit: Unit | None


@dataclass(frozen=True)
class Told:
    """A row after the move. ``row`` is there for a refused one that the actor may see: it can be chosen again."""

    number: str
    url: str
    reason: str = ""
    row: Row | None = None


def picks(request: StaffRequest, pile: Pile) -> Picks:
    """The bar of a list: what this post may do with many of its rows, under the filter of states in use."""
    states = [state.code for state in pile.table.states if state.code == request.GET.get("state")]
    return _bar(pile, request.get_full_path(), bulk.offered(actor=request.actor, kind=pile.kind, states=states))


def _bar(pile: Pile, way_back: str, moves: Sequence[BulkMove]) -> Picks:
    return Picks(reverse(pile.taken), way_back, [each.move for each in moves])


@page("cases.view")
def case_bulk(request: StaffRequest) -> HttpResponse:
    """One move on many cases."""
    return _take(request, CASES)


@page("reports.view")
def report_bulk(request: StaffRequest) -> HttpResponse:
    """One move on many reports."""
    return _take(request, REPORTS)


@page("orders.view")
def order_bulk(request: StaffRequest) -> HttpResponse:
    """One move on many orders: each reply as it writes itself, or as it was drafted."""
    return _take(request, ORDERS)


def _take(request: StaffRequest, pile: Pile) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseRedirect(reverse(pile.listed))
    chosen = bulk.MOVES.get(request.POST.get("move", ""))
    if chosen is None or chosen.kind != pile.kind:
        raise Refused("common.not_found")
    rights.require(request.actor, chosen.move.permission)
    if "every" in request.POST:
        return _take_every(request, pile, chosen)
    ids = _ids(request)
    bulk.check_number(ids=ids)
    initial = _oldest(request, ids) if chosen.move.name == "merge" else None
    form = FORMS[chosen.move.name](request.POST if "go" in request.POST else None, initial=initial)
    if form.is_valid():
        report = bulk.take_many(actor=request.actor, ids=ids, move=chosen.move.name, values=form.cleaned_data)
        return _report(request, pile, chosen, report)
    return _ask(request, pile, chosen, ids, form)


def _oldest(request: StaffRequest, ids: Sequence[UUID]) -> dict[str, str]:
    """Of chosen cases the one that was filed first is offered as the one that stands for all."""
    rows = [row for row in bulk.rows_of(actor=request.actor, kind="case", ids=ids) if row.state in CASE.open_states()]
    return {"number": min(rows, key=lambda row: (row.filed_at, row.number)).number} if rows else {}


def _take_every(request: StaffRequest, pile: Pile, chosen: BulkMove) -> HttpResponse:
    """All rows that match the list's filters and whose state allows the move: a job, once the form is filled."""
    wanted = offered(pile.table.name + "s")
    if wanted is None:
        raise Refused("common.not_found")
    if chosen.move.name == "merge":  # what belongs together is chosen by hand
        raise Refused("bulk.too_many", limit=bulk.MOST)
    query = wanted.sound(request.POST.get("query", ""))
    rows = wanted.narrowed(request_of(request.actor, query))
    able = rows.filter(state__in=chosen.move.sources).order_by("pk")
    ids = list(able.values_list("pk", flat=True)[: jobs.MOST + 1])
    if not ids:
        raise Refused("bulk.none_chosen")
    if len(ids) > jobs.MOST:
        raise Refused("bulk.too_many", limit=jobs.MOST)
    form = FORMS[chosen.move.name](request.POST if "go" in request.POST else None)
    if form.is_valid():
        job = jobs.order_bulk(actor=request.actor, ids=ids, move=chosen.move.name, values=form.cleaned_data)
        return HttpResponseRedirect(reverse("desk:job", args=[job.pk]))
    context = {
        "form": form, "move": chosen.move, "action": reverse(pile.taken), "every": len(ids), "query": query,
        "unfit": rows.exclude(state__in=chosen.move.sources).order_by()[: jobs.MOST].count(),
        "grave": chosen.move.name in GRAVE, "back": back(request, reverse(pile.listed)),
    }  # fmt: skip
    return render(request, "desk/bulk.html", context, status=422 if form.is_bound else 200)


def _ids(request: HttpRequest) -> list[UUID]:
    """The rows whose boxes are ticked; every row of the page where the box for all of them is."""
    named = request.POST.get("page", "").split() if "all" in request.POST else request.POST.getlist("ids")
    try:
        return [UUID(name) for name in dict.fromkeys(named)]
    except ValueError as error:
        raise Refused("common.not_found") from error


def _ask(
    request: StaffRequest, pile: Pile, chosen: BulkMove, ids: Sequence[UUID], form: django_forms.Form
) -> HttpResponse:
    """The form of the move above the rows that it is for."""
    rows = bulk.rows_of(actor=request.actor, kind=pile.kind, ids=ids)
    units = bulk.suggested_units(cases=rows) if chosen.move.name == "dispatch" else {}
    able = {row.pk for row in rows if row.state in chosen.move.sources}
    lines = [Line(row, _url(pile, row), row.pk in able, units.get(row.pk) if row.pk in able else None) for row in rows]
    context = {
        "form": form,
        "move": chosen.move,
        "action": reverse(pile.taken),
        "ids": ids,
        "lines": lines,
        "unfit": sum(not line.fits for line in lines),
        "suggests": bool(units),
        "grave": chosen.move.name in GRAVE,
        "back": back(request, reverse(pile.listed)),
    }
    return render(request, "desk/bulk.html", context, status=422 if form.is_bound else 200)


def _report(request: StaffRequest, pile: Pile, chosen: BulkMove, report: BulkReport) -> HttpResponse:
    """What became of each row; the refused ones with their boxes ticked, to be chosen again."""
    fresh = {
        row.pk: row for row in bulk.rows_of(actor=request.actor, kind=pile.kind, ids=[row.id for row in report.refused])
    }
    refused = [
        Told(row.number, _url(pile, fresh.get(row.id)), row.text(language()), fresh.get(row.id))
        for row in report.refused
    ]
    way_back = back(request, reverse(pile.listed))
    states = {row.state for row in fresh.values()}
    context = {
        "move": chosen.move,
        "done": report.done,
        "already": report.already,
        "lists": [
            (heading, [Told(row.number, reverse(pile.shown, args=[row.id])) for row in rows])
            for heading, rows in ((_("已办理"), report.done), (_("此前已经办理"), report.already))
        ],
        "refused": refused,
        "rows": list(fresh.values()),
        "picks": _bar(
            pile, way_back, bulk.offered(actor=request.actor, kind=pile.kind, states=states) if states else []
        ),
        "back": way_back,
    }
    return render(request, "desk/bulk_report.html", context)


def _url(pile: Pile, row: Row | None) -> str:
    return reverse(pile.shown, args=[row.pk]) if row else ""
