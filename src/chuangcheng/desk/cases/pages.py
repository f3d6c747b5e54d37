"""Cases: the list and the page of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import (
    actions,
    instructions,
    owners,
    quickfixes,
    reading,
    rechecks,
    returning,
    selectors,
    substeps,
    timeline,
)
from chuangcheng.cases.belongings import origins
from chuangcheng.cases.compound_work import of_compound
from chuangcheng.cases.evidence import looks
from chuangcheng.cases.models import Case, Order, Petition, Report
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.cases.suspicion import alarms_about
from chuangcheng.desk import choices, films
from chuangcheng.desk.cases import bulk, clockwork, owner_panel, rate_rows
from chuangcheng.desk.counting import COUNTED_IN
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import Picture, behind_case, of_case, of_merged, of_reports, published_photos
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.sites.compounds.selectors import compound_by_code
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing, offer

FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def case_url(case: Case) -> str:
    """The page of a case."""
    return reverse("desk:case", args=[case.pk])


def by_unit(rows: QuerySet[Case], value: str) -> QuerySet[Case]:
    """Cases that a unit holds, or answers for while nobody holds them: those that are counted as its own."""
    return rows.filter(Q(holder=value) | Q(holder=None, responsible=value))


def _counted(rows: QuerySet[Case], _value: str) -> QuerySet[Case]:
    """The cases that rates count: void, merged and suspended ones are nobody's delay."""
    return rows.exclude(state__in=(*UNCOUNTED, "suspended"))


def _relapses(rows: QuerySet[Case], _value: str) -> QuerySet[Case]:
    """The cases whose trouble had been fixed before."""
    return rows.filter(relapse_of__isnull=False)


def _compound(rows: QuerySet[Case], value: str) -> QuerySet[Case]:
    """The cases of the compound of that code: at its site, within its boundary, or out of its deliberations."""
    compound = compound_by_code(value)
    return of_compound(rows, compound) if compound else rows.none()


def flagged(rows: QuerySet[Case], value: str) -> QuerySet[Case]:
    """Cases under the flag now, or ever."""
    return rows.filter(flagged_at__isnull=False) if value == "yes" else rows.filter(flag_count__gt=0)


def _ownerless(rows: QuerySet[Case], _value: str) -> QuerySet[Case]:
    """Cases whose owner is being looked for."""
    return owners.ownerless(rows)


FILTERS = (
    Filter("q", _("搜索"), selectors.search, kind="search"),
    Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), choices.case_states),
    Filter(
        "status",
        _("时限"),
        lambda rows, value: rows.filter(selectors.with_status(value, clock.now())),
        choices.statuses,
    ),
    Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    Filter("unit", _("单位"), by_unit, choices.units),
    Filter("source", _("来源"), lambda rows, value: rows.filter(source=value), choices.sources),
    Filter("compound", _("小区编号"), _compound, quiet=True),
    Filter("site", _("点位编号"), lambda rows, value: rows.filter(site__code=value), quiet=True),
    Filter("category", _("类别代码"), lambda rows, value: rows.filter(category__code__startswith=value), quiet=True),
    Filter("relapse", _("反弹"), _relapses, lambda _r: [("yes", _("问题反弹"))], quiet=True),
    Filter("counted", _("应结案"), _counted, lambda _r: [("yes", _("不含作废、并入和挂账"))], quiet=True),
    *rate_rows.CASE_FILTERS,
    Filter("flagged", _("督办"), flagged, lambda _r: [("yes", _("在督办")), ("ever", _("曾被督办"))]),
    Filter("ownerless", _("找主人"), _ownerless, lambda _r: [("yes", _("是"))], quiet=True),
    Filter(
        "instructed",
        _("批示"),
        lambda rows, value: rows.filter(instructions.instructed(ever=value == "ever")),
        lambda _r: [("yes", _("在办批示")), ("ever", _("曾有批示"))],
        quiet=True,
    ),
    Filter(
        "claimed",
        _("认领"),
        lambda rows, _value: rows.filter(claimed_at__isnull=False),
        lambda _r: [("yes", _("是"))],
        quiet=True,
    ),
    *days_of("filed", "filed_at", _("立案自"), _("立案至")),
    *days_of("due", "due_at", _("到期自"), _("到期至")),
    *days_of("closed", "closed_at", _("结案自"), _("结案至")),
    *days_of("dispatched", "dispatched_at", _("派遣自"), _("派遣至")),
    *days_of("flagged", "flagged_at", _("督办自"), _("督办至")),
    COUNTED_IN,
    Filter("reworked", _("返工"), lambda rows, _value: rows.filter(rework_count__gt=0), lambda _r: [("yes", _("是"))],
           quiet=True),
)  # fmt: skip
LISTING = Listing(
    "cases",
    _("案件"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, url=case_url),
        Column("text", _("问题"), lambda row: masked(row.text), template="desk/cells/text.html", wide=True),
        Column("category", _("类别"), lambda row: row.category.zh if row.category else ""),
        Column("area", _("区域"), lambda row: row.division.name if row.division else ""),
        Column("holder", _("承办单位"), lambda row: row.holder.short_name if row.holder else ""),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html"),
        Column(
            "due",
            _("时限"),
            lambda row: row.due_at,
            template="desk/cells/due.html",
            sort="due_at",
            null_as=FAR,
            corner=True,
        ),
        Column("filed", _("立案时间"), lambda row: row.filed_at, sort="filed_at"),
        Column("address", _("地址"), lambda row: masked(row.address), shown=False, wide=True),
        Column("source", _("来源"), lambda row: row.source, template="desk/cells/source.html", shown=False),
        Column("severity", _("严重程度"), lambda row: row.severity, number=True, shown=False),
        Column("rework", _("返工"), lambda row: row.rework_count, number=True, shown=False),
        Column("closed", _("结案时间"), lambda row: row.closed_at, shown=False),
    ),
    filters=FILTERS,
    sort="-filed",
    place=choices.place_of,
)


def case_rows(request: StaffRequest) -> QuerySet[Case]:
    """What the actor may see, with what a row shows."""
    return selectors.visible_cases(request.actor).select_related("category", "holder", "division")


offer(LISTING, rows=case_rows, permission="cases.view", url_name="desk:cases")


@page("cases.view")
def case_list(request: StaffRequest) -> HttpResponseBase:
    """Cases, narrowed and sorted."""
    context = {"views": views(request, "cases"), "picks": bulk.picks(request, bulk.CASES)}
    rows = case_rows(request).annotate(under=instructions.instructed())
    return LISTING.respond(request, rows, "desk/cases.html", context)


def views(request: HttpRequest, current: str) -> list[tuple[str, object, bool]]:
    """The three ways to look at cases, keeping the filters."""
    kept = request.GET.copy()
    for name in ("after", "before", "export", "cols"):
        kept.pop(name, None)
    query = f"?{kept.urlencode()}" if kept else ""
    names = (("cases", _("列表")), ("case_board", _("看板")), ("case_map", _("地图")))
    return [(reverse(f"desk:{name}") + query, label, name == current) for name, label in names]


@page("cases.view")
def case_page(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """One case: what must be done, what it is, its proof, its chain and its story."""
    return _show(request, case_id)


@page("reports.contact")
@require_POST
def case_words(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The page again with its words uncovered; the look is a history row."""
    actions.see_words(actor=request.actor, kind="case", subject_id=case_id)
    return _show(request, case_id, plain=True)


def _show(request: StaffRequest, case_id: UUID, *, plain: bool = False) -> HttpResponse:
    case = selectors.get_case_for(request.actor, case_id)
    found = selectors.visible_reports(request.actor).filter(case=case).select_related("order")
    reports = list(found.order_by("received_at"))
    kin = selectors.kin_of(request.actor, case)
    before, after = _pictures(case, reports, kin.merged)
    petition = selectors.petition_of(case)
    moves = selectors.moves_for(request.actor, case, waiting=petition, reports=len(reports))
    chain, events = selectors.chain_of(case), list(events_of("case", case.pk))
    entries = timeline.of_case(case, request.actor, events)
    shown = [picture.photo for picture in (*before, *after)]
    alarms = alarms_about(shown) if shown else []
    context: dict[str, Any] = {
        "case": case,
        "moves": moves,
        "may_merge": any(move.name == "merge" for move in moves),
        "before": before,
        "reels": films.of_reports(reports, origins(kin.merged, reports)),
        "after": after,
        "looks": looks(case, shown, alarms),
        "reports": reports,
        "alarms": alarms if holds(request, "alarms.view") else [],
        "publish": published_photos("case", case.pk, before + after) if holds(request, "photos.release") else [],
        "chain": chain,
        "petition": petition,
        "returned": returning.last_return(case),
        "return_until": _return_until(case),
        "entries": entries,
        **_steps(case, entries),
        "searches": owner_panel.of_case(case, entries),
        "fixes": list(quickfixes.behind(case)) if getattr(case, "refuted", True) else [],
        "rechecks": rechecks.of_case(request.actor, case) if getattr(case, "rechecked", True) else [],
        "orders": (orders := _orders(request, reports)),
        "unanswered": sum(order.state == "open" for order in orders),
        "kin": kin,
        **_instructions(request, case),
        **_words(request, case, petition, plain=plain),
        "clock": clockwork.of_case(case, chain, events),
    }
    return render(request, "desk/case.html", context)


def _words(request: StaffRequest, case: Case, petition: Petition | None, *, plain: bool) -> dict[str, Any]:
    """What was written, as this reader may see it."""
    asked = petition.reason if petition else ""
    return {
        "words": case.text if plain else reading.text_for(request.actor, case),
        "petition_words": asked if plain else reading.words_for(request.actor, case, asked),
        "hidden": not plain and reading.hides(request.actor, case, asked),
        "words_url": reverse("desk:case_words", args=[case.pk]),
    }


def _steps(case: Case, entries: list[timeline.Entry]) -> dict[str, Any]:
    """The steps, for a case whose story tells of a plan."""
    if not any(entry.action == "case.planned" for entry in entries):
        return {}
    return {"steps": substeps.of_case(case), "advance": substeps.progress(case)}


def _instructions(request: StaffRequest, case: Case) -> dict[str, Any]:
    """The instructions about the case that this reader may see; that there is one, everybody who sees the case does."""
    found, is_open = instructions.of_case(request.actor, case)
    return {"instructions": found, "under_instruction": is_open}


def _orders(request: StaffRequest, reports: list[Report]) -> list[Order]:
    """The orders behind the case, each answered on its own; an order is within reach where its report is."""
    return [report.order for report in reports if hasattr(report, "order")] if holds(request, "orders.view") else []


def _return_until(case: Case) -> datetime | None:
    """Until when the holder may give the case back, while that is still open."""
    until = returning.return_until(case) if case.state in ("dispatched", "handling") else None
    bound = case.arbitrated_at or case.owner_named_at or owners.open_search(case)
    return until if until and until >= clock.now() and not bound else None


def _pictures(case: Case, reports: list[Report], merged: list[Case]) -> tuple[list[Picture], list[Picture]]:
    pictures = [*of_case(case), *of_merged(case, merged)]
    after = [picture for picture in pictures if picture.photo.role == "after"]
    before = [picture for picture in pictures if picture.photo.role != "after"]
    return before + behind_case(case) + of_reports(reports, origins(merged, reports)), after
