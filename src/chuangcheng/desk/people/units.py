"""Units: the list in official order and the card of one, with its posts, duties and work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import quickfixes
from chuangcheng.cases.models import Case
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.cases.states import CASE
from chuangcheng.desk.people.structure import CARD, on_card, views
from chuangcheng.desk.people.succession import SHOWN, befores, duties_of
from chuangcheng.framework.models import Duty, DutyKind, EditionState
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors, structure, successors
from chuangcheng.people.models import Charge, ChargeKind, Unit, UnitGroup, UnitKind
from chuangcheng.people.rights import is_valid
from chuangcheng.sites.selectors import visible_to as visible_sites
from chuangcheng.sites.sponsorship.selectors import standing
from chuangcheng.sites.sponsorship.selectors import visible_to as visible_sponsorships
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

#: How far back a unit's card counts what was fixed on the spot.
RECENT = timedelta(days=90)


def unit_url(unit: Unit) -> str:
    """The card of a unit."""
    return reverse("desk:unit", args=[unit.pk])


def _kinds(_request: HttpRequest) -> list[Choice]:
    return [(code, now_said(str(label))) for code, label in UnitKind.choices]


def _groups(_request: HttpRequest) -> list[Choice]:
    return [(code, now_said(str(label))) for code, label in UnitGroup.choices]


def _stands(rows: QuerySet[Unit], value: str) -> QuerySet[Unit]:
    now = structure.standing().values("pk")
    return rows.filter(pk__in=now) if value == "yes" else rows.exclude(pk__in=now)


def _headed(rows: QuerySet[Unit], value: str) -> QuerySet[Unit]:
    held = Charge.objects.filter(kind=ChargeKind.HEAD).values("unit")
    return rows.filter(pk__in=held) if value == "yes" else rows.exclude(pk__in=held)


def _under(rows: QuerySet[Unit], value: str) -> QuerySet[Unit]:
    try:
        above = UUID(value)
    except ValueError:
        return rows.none()
    return rows.filter(Q(parent=above) | Q(line_parent=above))


def _search(rows: QuerySet[Unit], words: str) -> QuerySet[Unit]:
    return rows.filter(Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__iexact=words))


# Two joins beside each other would multiply their rows; two small sub-queries do not.
LEADS = Duty.objects.filter(
    unit=OuterRef("pk"), kind=DutyKind.LEAD, standard__edition__state=EditionState.PUBLISHED
).values("unit")
HELD = Case.objects.filter(holder=OuterRef("pk"), state__in=CASE.open_states()).values("holder")


def _count(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().annotate(n=Count("pk")).values("n")), 0)


LISTING = Listing(
    "units",
    _("单位"),
    columns=(
        Column("order", _("序号"), lambda row: row.official_order, sort="official_order", number=True),
        Column("name", _("单位"), lambda row: row.name, sort="name", url=unit_url, wide=True),
        Column("short", _("简称"), lambda row: row.short_name),
        Column("kind", _("类型"), lambda row: now_said(row.get_kind_display())),
        Column("parent", _("上级"), lambda row: row.parent.short_name if row.parent else ""),
        Column("head", _("主要负责人"), lambda row: on_card(row, ChargeKind.HEAD)),
        Column("deputy", _("分管领导"), lambda row: on_card(row, ChargeKind.DEPUTY), shown=False),
        Column("liaison", _("联络员"), lambda row: on_card(row, ChargeKind.LIAISON_A)),
        Column("liaison_b", _("联络员B"), lambda row: on_card(row, ChargeKind.LIAISON_B), shown=False),
        Column("section", _("责任科室"), lambda row: row.section, shown=False),
        Column("line", _("条线上级"), lambda row: row.line_parent.short_name if row.line_parent else "", shown=False),
        Column("lead", _("牵头标准"), lambda row: row.leads, number=True),
        Column("open", _("在办案件"), lambda row: row.open_cases, number=True, corner=True),
        Column("code", _("编号"), lambda row: row.code, shown=False),
        Column("group", _("分组"), lambda row: now_said(row.get_group_display()), shown=False),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("kind", _("类型"), lambda rows, value: rows.filter(kind=value), _kinds),
        Filter("group", _("分组"), lambda rows, value: rows.filter(group=value), _groups),
        Filter("standing", _("有效"), _stands, lambda _r: [("yes", _("在册")), ("no", _("已撤或未设"))]),
        Filter("head", _("负责人"), _headed, lambda _r: [("yes", _("已配置")), ("no", _("空缺"))]),
        Filter("parent", _("上级"), _under, quiet=True),
    ),
    sort="order",
)


@page("people.view")
def unit_list(request: StaffRequest) -> HttpResponseBase:
    """Units in official order, with their duties and open cases."""
    rows = selectors.units().select_related("parent", "line_parent").prefetch_related(CARD)
    rows = rows.annotate(leads=_count(LEADS), open_cases=_count(HELD))
    context = {"views": views("units"), "may_edit": holds(request, "people.edit")}
    return LISTING.respond(request, rows, "desk/units.html", context)


@page("people.view")
def unit_page(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    """One unit: who stands for it, what it answers for, what it holds now."""
    unit = selectors.units().select_related("parent", "line_parent", "division").filter(pk=unit_id).first()
    if unit is None:
        raise Refused("common.not_found")
    duties, past = duties_of(unit)
    held = visible_cases(request.actor).filter(holder=unit, state__in=CASE.open_states())
    sponsored = visible_sponsorships(request.actor).filter(standing(), unit=unit)
    context: dict[str, Any] = {
        "unit": unit,
        "card": _card(unit),
        "ended": successors.is_over(unit),
        "may_edit": holds(request, "people.edit"),
        "line_children": unit.line_children.order_by("official_order")[:60],
        "posts": [post for post in unit.posts.select_related("person", "division") if is_valid(post)],
        "duties": duties[:SHOWN],
        "sites": visible_sites(request.actor).filter(unit=unit).order_by("code")[:200],
        "held": held.select_related("category").order_by("due_at")[:50],
        "fixes": quickfixes.of_unit(unit.pk, clock.now() - RECENT) if holds(request, "quickfixes.view") else None,
        "fixes_since": (clock.now() - RECENT).astimezone(CITY_ZONE).date().isoformat(),
        "sponsored": sponsored.count() if holds(request, "sponsorships.view") else 0,
        "befores": befores(request.actor, unit),
        "afters": list(successors.line_of(unit)),
        "past": past[:SHOWN],
        "children": unit.children.order_by("official_order")[:60],
    }
    return render(request, "desk/unit.html", context)


def _card(unit: Unit) -> list[tuple[str, Charge | None]]:
    """Each place of the card with who stands there."""
    held = structure.cards([unit.pk]).get(unit.pk, {})
    return [(now_said(str(label)), held.get(kind)) for kind, label in ChargeKind.choices]
