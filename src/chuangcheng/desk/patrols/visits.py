"""Visits: the list, the page of one with its checks and their photos, and giving one up."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices, forms
from chuangcheng.desk.counting import COUNTED_IN
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import of_checks
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols import actions, selectors
from chuangcheng.patrols.models import Mode, Visit
from chuangcheng.patrols.states import ABANDON_REASONS, VISIT
from chuangcheng.web.pages import page
from chuangcheng.web.scored import points, tongue
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing


def visit_url(visit: Visit) -> str:
    """The page of a visit."""
    return reverse("desk:visit", args=[visit.pk])


def _search(rows: QuerySet[Visit], words: str) -> QuerySet[Visit]:
    return rows.filter(Q(site__name__icontains=words) | Q(number__icontains=words))


def _site(rows: QuerySet[Visit], value: str) -> QuerySet[Visit]:
    """By the site's id, as figures link it, or by its code, as people write it."""
    try:
        return rows.filter(site=UUID(value))
    except ValueError:
        return rows.filter(site__code=value)


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("mode", _("方式"), lambda rows, value: rows.filter(mode=value),
           lambda _r: [(code, now_said(str(label))) for code, label in Mode.choices]),
    Filter("area", _("区域"), lambda rows, value: rows.filter(site__division_path__startswith=value), choices.areas),
    Filter("site", _("点位编号"), _site, quiet=True),
    Filter("unit", _("责任单位"), lambda rows, value: rows.filter(site__unit=value), choices.units, quiet=True),
    Filter("failed", _("有问题"), lambda rows, _value: rows.filter(failed__gt=0), lambda _r: [("yes", _("有"))]),
    COUNTED_IN,
    *days_of("finished", "finished_at", _("完成自"), _("完成至")),
)  # fmt: skip
LISTING = Listing(
    "visits",
    _("到访"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, url=visit_url),
        Column("site", _("点位"), lambda row: row.site.name, wide=True),
        Column("kind", _("类型"), lambda row: tongue(row.site.kind)),
        Column("mode", _("方式"), lambda row: now_said(row.get_mode_display())),
        Column("unit", _("督查单位"), lambda row: row.unit.short_name),
        Column("checked", _("考察项"), lambda row: row.checked, sort="checked", number=True),
        Column("failed", _("不符合"), lambda row: row.failed, sort="failed", number=True),
        Column("score", _("得分"), lambda row: points(row.score), number=True, corner=True),
        Column("started", _("时间"), lambda row: row.started_at, sort="started_at"),
    ),
    filters=FILTERS,
    sort="-started",
)


@page("visits.view")
def visit_list(request: StaffRequest) -> HttpResponseBase:
    """Visits, narrowed and sorted."""
    return LISTING.respond(request, selectors.visible_to(request.actor), "desk/visits.html")


@page("visits.view")
def visit_page(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """One visit: every check with its photos, and the case of each that failed."""
    visit = selectors.get_visit_for(request.actor, visit_id)
    checks = list(selectors.checks_of(visit))
    pictures = of_checks(checks)
    moves = {move.name: move for move in selectors.moves_for(request.actor, visit)}
    context = {
        "visit": visit,
        "checks": checks,
        "lines": [(check, pictures.get(check.pk, [])) for check in checks],
        "goes_on": "check" in moves,
        "moves": [moves["abandon"]] if "abandon" in moves else [],
        "abandoned": _why_abandoned(visit),
    }
    return render(request, "desk/visit.html", context)


def _why_abandoned(visit: Visit) -> Label | None:
    """The reason of a visit that was given up; it stands in the history only."""
    if visit.state != "abandoned":
        return None
    event = events_of("visit", visit.pk).filter(action="visit.abandoned").first()
    return ABANDON_REASONS.get(event.reason) if event else None


@page("visits.create")
def visit_move(request: StaffRequest, visit_id: UUID, name: str) -> HttpResponse:
    """Give up a visit that had begun; the action itself judges whose it is and whether something was checked."""
    visit = selectors.get_visit_for(request.actor, visit_id)
    if name != "abandon" or visit.inspector_id != request.actor.person_id:
        raise Refused("common.not_found")
    step = Step(
        move=VISIT.move(name),
        form=forms.Abandon,
        run=lambda given: actions.abandon_visit(actor=request.actor, visit_id=visit.pk, **given),
        url=reverse("desk:visit_move", args=[visit.pk, name]),
        back=reverse("desk:visit", args=[visit.pk]),
        subject=visit.number,
        lead=visit.site.name,
    )
    return take(request, step)
