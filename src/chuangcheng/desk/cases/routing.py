"""Routing: the rules in order, one tried on a place, a set from a workbook tried on past cases before it counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import route_sheets, routes
from chuangcheng.cases.dry_run.period import period_of
from chuangcheng.cases.dry_run.routing import try_routes
from chuangcheng.cases.routes import Route
from chuangcheng.cases.routing import supports_of
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.desk import choices
from chuangcheng.desk.workbooks import RuleSet, as_workbook, take_rules
from chuangcheng.framework import time_rules
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

EDIT = "framework.edit"


class RouteForm(forms.Form):
    """One rule."""

    category_prefix = forms.CharField(
        label=_("类别代码"), max_length=12, required=False, help_text=_("前缀即可，如 06；不填为全部类别")
    )
    division = forms.ChoiceField(label=_("区域"), required=False)
    source = forms.ChoiceField(label=_("来源"), required=False)
    target = forms.ChoiceField(
        label=_("派往"), choices=[("unit", _("指定单位")), ("street", _("所在街道")), ("district", _("所在区县"))]
    )
    unit = forms.ChoiceField(label=_("承办单位"), required=False, help_text=_("派往指定单位时必填"))
    supports = forms.MultipleChoiceField(
        label=_("协办单位"), required=False, widget=forms.SelectMultiple(attrs={"size": 5})
    )
    note = forms.CharField(label=_("说明"), max_length=100, required=False)

    def __init__(self, request: StaffRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        units = [(unit.code, unit.short_name) for unit in people.units()]
        areas = [(path.rstrip("/").rpartition("/")[2], name) for path, name in choices.areas(request)]
        offered = {
            "division": [("", now_said("全市")), *areas], "unit": [("", "—"), *units], "supports": units,
            "source": [("", now_said("全部来源")), *choices.sources(request)],
        }  # fmt: skip
        for name, listed in offered.items():
            self.fields[name].choices = listed  # type: ignore[attr-defined]

    def route(self) -> Route:
        """What was filled in."""
        given = self.cleaned_data
        unit = given["unit"] if given["target"] == "unit" else ""
        return Route(**{**given, "unit": unit, "supports": tuple(given["supports"])})


class TryForm(forms.Form):
    """A place and what comes from it."""

    category = forms.ChoiceField(label=_("类别"), required=False)
    area = forms.ChoiceField(label=_("区域"), required=False)
    source = forms.ChoiceField(label=_("来源"), required=False)

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category"].choices = choices.categories()  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", "—"), *choices.areas(request)]  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", "—"), *choices.sources(request)]  # type: ignore[attr-defined]


@page("framework.view")
def rule_list(request: StaffRequest) -> HttpResponse:
    """The rules in order; with ``?try=1`` which of them takes a case of the chosen kind and why the others do not."""
    form = TryForm(request, request.GET if "try" in request.GET else None)
    steps = None
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        steps = routes.explain(given["category"], given["area"], given["source"])
    context = {
        "rules": [(rule, supports_of(rule)) for rule in routes.rules()], "form": form, "steps": steps,
        "drafts": list(time_rules.drafts("routing")[:5]) if holds(request, EDIT) else [],
    }  # fmt: skip
    return render(request, "desk/routing.html", context)


@page(EDIT)
def edit_rule(request: StaffRequest, rule_id: UUID | None = None) -> HttpResponse:
    """Add a rule at the end, or change one where it stands."""
    given = {name: request.GET[name] for name in ("category_prefix", "target", "unit") if name in request.GET}
    initial = Route.of_rule(routes.get_rule(rule_id)).as_json() if rule_id else given
    form = RouteForm(request, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            routes.save_route(actor=request.actor, route=form.route(), rule_id=rule_id)
        except Refused as refused:
            for problem in refused.fields:
                form.add_error(problem.field if problem.field in form.fields else None, problem.said(language()))
            if not refused.fields:
                form.add_error(None, refused.message(language()))
        else:
            messages.success(request, now_said("已保存。"))
            return leave(request, reverse("desk:routing"))
    return render(request, "desk/route.html", {"form": form, "known": rule_id}, status=422 if form.errors else 200)


@page(EDIT)
@require_POST
def move_rule(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Earlier, later, or away."""
    by = {"up": -1, "down": 1}.get(request.POST.get("to", ""))
    if by:
        routes.move_route(actor=request.actor, rule_id=rule_id, by=by)
    elif request.POST.get("to") == "away":
        routes.remove_route(actor=request.actor, rule_id=rule_id)
        messages.success(request, now_said("规则已删除。"))
    return leave(request, reverse("desk:routing"))


@page("framework.view")
def download(_request: StaffRequest, kind: str) -> HttpResponse:
    """The workbook of the rules that stand, or an empty one."""
    if kind == "template":
        return as_workbook(route_sheets.write_template, now_said("派遣规则模板"))
    return as_workbook(route_sheets.write_workbook, now_said("派遣规则"))


@page(EDIT)
def upload(request: StaffRequest) -> HttpResponse:
    """Read a workbook into a draft, or say everything that is wrong in it."""

    def draft(rows: list[dict[str, Any]], name: str) -> str:
        row = time_rules.draft_rules(actor=request.actor, rows=rows, name=name, kind="routing")
        return reverse("desk:routing_draft", args=[row.pk])

    back, template = reverse("desk:routing"), reverse("desk:routing_file", args=["template"])
    return take_rules(request, RuleSet(now_said("导入派遣规则"), route_sheets.read_workbook, draft, back, template))


@page(EDIT)
def draft_page(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """The set, and where it would have sent past cases."""
    draft = time_rules.get_draft(draft_id, "routing")
    given = [Route.of_json(row) for row in draft.rows]
    now = clock.now()
    trial = try_routes(visible_cases(request.actor), given, period_of(request.GET.get("try", ""), now))
    context = {"draft": draft, "given": given, "basis": routes.basis(), "trial": trial, "now": now}
    return render(request, "desk/routing_draft.html", context)


@page(EDIT)
@require_POST
def draft_end(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """Apply a draft, or drop it."""
    if request.POST.get("drop"):
        time_rules.end_draft(actor=request.actor, draft_id=draft_id, kind="routing", state="dropped")
        messages.success(request, now_said("已放弃，规则未变。"))
    else:
        held = request.POST.get("basis", "") or "—"
        count = routes.apply_draft(actor=request.actor, draft_id=draft_id, held_against=held)
        messages.success(request, now_said("已应用 %(n)s 条规则。") % {"n": count})
    return leave(request, reverse("desk:routing"))
