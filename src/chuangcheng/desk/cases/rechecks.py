"""抽查复核: the list of what was drawn, the page of one with its two answers, and what it says of each unit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import actions, rechecks, selectors, timeline
from chuangcheng.cases.evidence import looks
from chuangcheng.cases.models import Case, Recheck
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import RECHECK
from chuangcheng.desk import choices, files, forms
from chuangcheng.desk.moving import Moves, plainly
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import Picture, behind_case, of_case, of_recheck, of_reports
from chuangcheng.kernel import clock
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.scored import tongue
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing
from chuangcheng.web.tables.columns import narrow, read


def recheck_url(row: Recheck) -> str:
    """The page of one."""
    return reverse("desk:recheck", args=[row.pk])


def _search(rows: QuerySet[Recheck], words: str) -> QuerySet[Recheck]:
    found = Q(number__iexact=words) | Q(case__number__iexact=words) | Q(case__address__icontains=words)
    return rows.filter(found | Q(case__text__icontains=words))


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in RECHECK.states]


def _whys(_request: HttpRequest) -> list[Choice]:
    return [("share", now_said("抽签")), ("floor", now_said("补足"))]


def _place(row: Recheck) -> tuple[float, float] | None:
    return choices.place_of(row.case)


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
    Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    Filter("unit", _("处置单位"), lambda rows, value: rows.filter(handled_unit=value), choices.units),
    Filter("why", _("抽中原因"), lambda rows, value: rows.filter(why=value), _whys),
    Filter("looked", _("已复核"), lambda rows, _value: rows.filter(state__in=rechecks.ANSWERED),
           lambda _r: [("yes", _("是"))], quiet=True),
    *days_of("closed", "closed_at", _("结案自"), _("结案至")),
    *days_of("due", "due_at", _("到期自"), _("到期至")),
    *days_of("answered", "answered_at", _("复核自"), _("复核至")),
)  # fmt: skip
LISTING = Listing(
    "rechecks",
    _("抽查复核"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, url=recheck_url),
        Column("case", _("案件"), lambda row: row.case.number, template="desk/cells/case_number.html"),
        Column("category", _("类别"), lambda row: tongue(row.case.category) if row.case.category else "", wide=True),
        Column("area", _("区域"), lambda row: row.case.division.name if row.case.division else ""),
        Column("address", _("地址"), lambda row: masked(row.case.address), wide=True, shown=False),
        Column("unit", _("处置单位"), lambda row: row.handled_unit.short_name),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
        Column("why", _("抽中原因"), lambda row: now_said(row.get_why_display())),
        Column("closed", _("结案时间"), lambda row: row.closed_at, sort="closed_at"),
        Column("drawn", _("抽中时间"), lambda row: row.drawn_at, sort="drawn_at"),
        Column("due", _("复核期限"), lambda row: row.due_at, sort="due_at"),
        Column("answered", _("复核时间"), lambda row: row.answered_at, shown=False),
        Column("by", _("复核单位"), lambda row: row.answered_unit.short_name if row.answered_unit else "", shown=False),
    ),
    filters=FILTERS,
    sort="-drawn",
    place=_place,
)


def _rows(request: StaffRequest) -> QuerySet[Recheck]:
    rows = rechecks.visible_to(request.actor)
    return rows.select_related("case__category", "case__division", "handled_unit", "answered_unit")


def _views(request: HttpRequest, current: str) -> list[tuple[str, object, bool]]:
    kept = request.GET.copy()
    for name in ("after", "before", "export", "cols", "state"):
        kept.pop(name, None)
    query = f"?{kept.urlencode()}" if kept else ""
    names = (("rechecks", _("列表")), ("recheck_quality", _("各单位整改质量")))
    return [(reverse(f"desk:{name}") + query, label, name == current) for name, label in names]


@page("rechecks.view")
def recheck_list(request: StaffRequest) -> HttpResponseBase:
    """What was drawn, the newest first."""
    return LISTING.respond(request, _rows(request), "desk/rechecks.html", {"views": _views(request, "rechecks")})


@page("rechecks.view")
def quality(request: StaffRequest) -> HttpResponse:
    """By the unit that fixed it: how many looks found it not fixed, and how sure that is."""
    filters = [each for each in read(LISTING.filters, request) if each.filter.key not in ("q", "state", "looked")]
    filters = [replace(each, filter=replace(each.filter, quiet=False)) for each in filters]
    rows = narrow(_rows(request).select_related(None), filters)
    context = {
        "filters": filters, "views": _views(request, "recheck_quality"), "lines": rechecks.by_unit(rows),
        "whole": rechecks.overall(rows), "enough": rechecks.ENOUGH, "as_of": clock.now(),
    }  # fmt: skip
    return render(request, "desk/recheck_quality.html", context)


@page("rechecks.view")
def recheck_page(request: StaffRequest, recheck_id: UUID) -> HttpResponse:
    """One: before, after and now beside each other, and what came of it."""
    row = rechecks.get_for(request.actor, recheck_id)
    now = of_recheck(row)
    before, after = _pictures(request, row.case, {one.photo.original_sha256 for one in now})
    moves = [move for move in RECHECK.moves_from(row.state) if move.permission == "rechecks.answer"]
    context: dict[str, Any] = {
        "row": row, "case": row.case, "before": before, "after": after, "found": now,
        "looks": looks(row.case, [one.photo for one in (*before, *after, *now)]),
        "moves": moves if rechecks.may_answer(request.actor, row) else [], "entries": timeline.of_recheck(row),
    }  # fmt: skip
    return render(request, "desk/recheck.html", context)


def _pictures(request: StaffRequest, case: Case, now: set[str]) -> tuple[list[Picture], list[Picture]]:
    """Without what was found ``now``: a case that was opened again has it too."""
    own = [one for one in of_case(case) if one.photo.stored_at and one.photo.original_sha256 not in now]
    after = [one for one in own if one.photo.role == "after"]
    before = [one for one in own if one.photo.role != "after"]
    reports = list(selectors.visible_reports(request.actor).filter(case=case)[:5])
    return before + behind_case(case) + of_reports(reports), after


class Confirm(django_forms.Form):
    """Really fixed, and a photo of it."""

    photos = forms.PhotosField(label=_("现场照片"))


class Refute(Confirm):
    """Not fixed: a photo, and what is wrong."""

    note = django_forms.CharField(
        label=_("哪里没有整改到位"), max_length=500, widget=django_forms.Textarea({"rows": 3})
    )


MOVES = Moves(RECHECK.move, "desk:recheck_move", recheck_url, plainly("recheck_id", {
    "confirm": (Confirm, partial(actions.answer_recheck, fixed=True)),
    "refute": (Refute, partial(actions.answer_recheck, fixed=False)),
}, asked=forms.one_photo))  # fmt: skip


@page("rechecks.answer")
def recheck_move(request: StaffRequest, recheck_id: UUID, name: str) -> HttpResponse:
    """The two answers."""
    return MOVES.take(request, rechecks.get_for(request.actor, recheck_id), name)


@page("rechecks.view")
def recheck_photo(request: StaffRequest, recheck_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of how it was found, or its thumbnail."""
    rechecks.get_for(request.actor, recheck_id)
    return files.stream(request, ("recheck", recheck_id), photo_id)
