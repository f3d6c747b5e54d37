"""The command structure: the organisation chart, and three responsibilities by five divisions as views over units."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.framework.models import Duty, DutyKind, EditionState
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import charging, selectors
from chuangcheng.people import structure as command
from chuangcheng.people.models import Charge, ChargeKind, Unit, UnitGroup, UnitKind
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import RUNNING, TASK
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

#: What stands on a card, with its people: for lists.
CARD = Prefetch("charges", Charge.objects.select_related("person"), to_attr="card")
#: The three responsibilities: of departments in their line, of each unit, of a sub-command over its line.
RESPONSIBLE: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "department": (_("部门责任"), (UnitKind.DEPARTMENT,), ""),
    "unit": (_("单位责任"), (UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMPANY, UnitKind.OUTSIDE), ""),
    "subcommand": (_("分指挥部责任"), (UnitKind.SUBCOMMAND, UnitKind.TASKFORCE), "__line_parent"),
}


def views(current: str) -> list[tuple[str, object, bool]]:
    """The pages of the structure, as tabs."""
    names = (
        ("units", _("单位名册")), ("structure", _("组织架构")), ("responsible", _("三个责任")), ("persons", _("人员")),
    )  # fmt: skip
    urls = {"responsible": reverse("desk:responsible", args=["department"])}
    return [(urls.get(name) or reverse(f"desk:{name}"), label, name == current) for name, label in names]


def on_card(unit: Unit, kind: str) -> str:
    """Who stands at that place of the unit's card, with the title; rows come with :data:`CARD`."""
    found = [row for row in unit.card if row.kind == kind]  # type: ignore[attr-defined]
    return f"{found[0].person.name}（{found[0].title}）" if found and found[0].title else "".join(
        row.person.name for row in found
    )  # fmt: skip


@page("people.view")
def chart(request: StaffRequest) -> HttpResponse:
    """The organisation chart by line or by territory, folded below the second level unless asked for whole."""
    by = command.TERRITORY if request.GET.get("by") == command.TERRITORY else command.LINE
    roots = command.tree(by)
    alone = [node for node in roots if not node.children and node.unit.kind not in _COMMAND]
    context: dict[str, Any] = {
        "views": views("structure"),
        "by": by,
        "whole": request.GET.get("whole") == "yes",
        "roots": [node for node in roots if node not in alone],
        "alone": alone,
        "leaderless": command.without_head().filter(kind__in=_LED).count(),
        "mirrors": command.mirrors(),
        "may_edit": holds(request, "people.edit"),
    }
    return render(request, "desk/structure.html", context)


_COMMAND = frozenset({UnitKind.HEADQUARTERS, UnitKind.OFFICE, UnitKind.SUBCOMMAND, UnitKind.DISTRICT})
_LED = (UnitKind.HEADQUARTERS, UnitKind.SUBCOMMAND, UnitKind.TASKFORCE)


@require_POST
@page("people.edit")
def mirror(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    """Give a district the sub-commands that it lacks."""
    unit = selectors.units().filter(pk=unit_id).first()
    if unit is None:
        raise Refused("common.not_found")
    made = charging.mirror_structure(actor=request.actor, district=unit)
    messages.success(request, now_said("%(unit)s：新设分指挥部 %(n)s 个。") % {"unit": unit.short_name, "n": len(made)})
    return HttpResponseRedirect(reverse("desk:structure"))


def _groups(_request: HttpRequest) -> list[Choice]:
    return [(code, now_said(str(label))) for code, label in UnitGroup.choices]


def _lines(_request: HttpRequest) -> list[Choice]:
    rows = Unit.objects.filter(kind=UnitKind.SUBCOMMAND).values_list("pk", "short_name")
    return [(str(pk), name) for pk, name in rows]


def _search(rows: QuerySet[Unit], words: str) -> QuerySet[Unit]:
    named = Q(name__icontains=words) | Q(short_name__icontains=words) | Q(section__icontains=words)
    return rows.filter(named | Q(pk__in=Charge.objects.filter(person__name=words).values("unit")))


def _tasks(row: Any) -> str:
    return reverse("desk:tasks") + f"?unit={row.pk}"


LISTING = Listing(
    "responsible",
    _("三个责任"),
    columns=(
        Column("order", _("序号"), lambda row: row.official_order, sort="official_order", number=True),
        Column("name", _("单位"), lambda row: row.short_name, sort="short_name",
               url=lambda row: reverse("desk:unit", args=[row.pk])),
        Column("line", _("分指挥部"), lambda row: row.line_parent.short_name if row.line_parent else ""),
        Column("head", _("主要负责人"), lambda row: on_card(row, ChargeKind.HEAD)),
        Column("deputy", _("分管领导"), lambda row: on_card(row, ChargeKind.DEPUTY)),
        Column("section", _("责任科室"), lambda row: row.section),
        Column("leads", _("牵头责任"), lambda row: row.leads, number=True),
        Column("helps", _("配合与属地"), lambda row: row.helps, number=True, shown=False),
        Column("open", _("在办任务"), lambda row: row.open_tasks, number=True, template="desk/cells/unit_tasks.html"),
        Column("late", _("超期"), lambda row: row.late_tasks, number=True, template="desk/cells/unit_late.html"),
        Column("done", _("进度"), lambda row: f"{row.done_tasks}/{row.all_tasks}" if row.all_tasks else "—",
               number=True, corner=True),
        Column("liaison", _("联络员"), lambda row: on_card(row, ChargeKind.LIAISON_A), shown=False),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("group", _("分组"), lambda rows, value: rows.filter(group=value), _groups),
        Filter("line", _("分指挥部"), lambda rows, value: rows.filter(line_parent=value), _lines),
    ),
    sort="order",
)  # fmt: skip


@page("people.view")
def responsible(request: StaffRequest, by: str) -> HttpResponseBase:
    """One of the three responsibilities, each unit with leader, section, responsibility, task and progress."""
    if by not in RESPONSIBLE:
        raise Refused("common.not_found")
    _title, kinds, over = RESPONSIBLE[by]
    rows = command.standing().filter(kind__in=kinds).select_related("line_parent").prefetch_related(CARD)
    kept = [(reverse("desk:responsible", args=[key]), said[0], key == by) for key, said in RESPONSIBLE.items()]
    context = {"views": views("responsible"), "kept": kept, "over": bool(over)}
    return LISTING.respond(request, rows.annotate(**_figures(over)), "desk/responsible.html", context)


def _figures(over: str) -> dict[str, Any]:
    """Sub-queries, because joins beside each other would multiply their rows. ``over`` sums a line."""
    duties = Duty.objects.filter(standard__edition__state=EditionState.PUBLISHED)
    tasks = Task.objects.exclude(state="void")
    late = tasks.filter(state__in=RUNNING, due_on__lt=clock.today().date())
    return {
        "leads": _count(duties.filter(kind=DutyKind.LEAD), f"unit{over}"),
        "helps": _count(duties.exclude(kind=DutyKind.LEAD), f"unit{over}"),
        "all_tasks": _count(tasks, f"lead{over}"),
        "open_tasks": _count(tasks.filter(state__in=TASK.open_states()), f"lead{over}"),
        "late_tasks": _count(late, f"lead{over}"),
        "done_tasks": _count(tasks.filter(state="struck_off"), f"lead{over}"),
    }


def _count(rows: QuerySet[Any], key: str) -> Coalesce:
    below = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk", distinct=True))
    return Coalesce(Subquery(below.values("n"), output_field=IntegerField()), 0)
