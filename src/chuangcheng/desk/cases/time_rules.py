"""Time limits: the list in force, one with its versions, a set from a workbook looked at and tried before it counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import actions
from chuangcheng.cases.actions.recompute import outdated
from chuangcheng.desk.cases.tried import tried
from chuangcheng.desk.choices import limit_words
from chuangcheng.desk.forms import NumberField
from chuangcheng.desk.workbooks import RuleSet, as_workbook, take_rules
from chuangcheng.framework import selectors, time_rules, time_sheets
from chuangcheng.framework.models import Handling, TimeRule
from chuangcheng.framework.time_rules import Limit
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing
from chuangcheng.web.templatetags.judge import rule_category


def rule_url(rule: TimeRule) -> str:
    """The page of a rule."""
    return reverse("desk:time_rule", args=[rule.pk])


def _search(rows: QuerySet[TimeRule], words: str) -> QuerySet[TimeRule]:
    codes = [category.code for category in selectors.categories() if words in category.zh]
    return rows.filter(
        Q(category_code__in=codes) | Q(category_code__startswith=words) | Q(condition_zh__icontains=words)
        | Q(close_when__icontains=words)
    )  # fmt: skip


def _units(_request: HttpRequest) -> list[Choice]:
    return [(code, now_said(word)) for word, code in time_sheets.UNITS.items()]


def _handlings(_request: HttpRequest) -> list[Choice]:
    return [(code, now_said(str(label))) for code, label in Handling.choices if code]


def _classes(_request: HttpRequest) -> list[Choice]:
    return list({row.class_code: row.class_zh for row in selectors.categories()}.items())


def _condition(rule: TimeRule) -> str:
    return rule.condition_zh or now_said("一般情形")


def _handling(rule: TimeRule) -> str:
    return now_said(str(rule.get_handling_display())) if rule.handling else ""


LISTING = Listing(
    "time_rules",
    _("处置时限"),
    columns=(
        Column("category", _("类别"), lambda row: row.category_code, sort="category_code",
               template="desk/cells/rule_category.html"),
        Column("condition", _("立案条件"), _condition, url=rule_url, wide=True),
        Column("limit", _("时限"), limit_words, corner=True),
        Column("close_when", _("结案条件"), lambda row: row.close_when),
        Column("handling", _("处置方式"), _handling),
        Column("severity", _("最低严重程度"), lambda row: row.severity or "", number=True, shown=False),
        Column("source", _("来源依据"), lambda row: row.source_ref),
        Column("version", _("版本"), lambda row: row.version, number=True),
        Column("made", _("生效时间"), lambda row: row.made_at, shown=False),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("class", _("大类"), lambda rows, value: rows.filter(category_code__startswith=value), _classes),
        Filter("unit", _("时限单位"), lambda rows, value: rows.filter(unit=value), _units),
        Filter("handling", _("处置方式"), lambda rows, value: rows.filter(handling=value), _handlings),
    ),
    sort="category",
)  # fmt: skip


class LimitForm(forms.Form):
    """One limit. Category and condition say which rule it is and cannot be changed once it stands."""

    category_code = forms.CharField(
        label=_("类别代码"), max_length=12, required=False, help_text=_("前缀即可，如 06；不填为全部类别")
    )
    condition = forms.CharField(
        label=_("立案条件代码"), max_length=40, required=False, help_text=_("不填为 default（一般情形）")
    )
    condition_zh = forms.CharField(label=_("立案条件"), max_length=100, required=False)
    amount = NumberField(label=_("时限"), max_digits=6, decimal_places=2, min_value=0)
    unit = forms.ChoiceField(label=_("单位"))
    close_when = forms.CharField(label=_("结案条件"), max_length=100, required=False)
    handling = forms.ChoiceField(label=_("处置方式"), required=False)
    severity = forms.ChoiceField(label=_("最低严重程度"), required=False)
    source_ref = forms.CharField(label=_("来源依据"), max_length=20, required=False)

    def __init__(self, *args: Any, fixed: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [(code, now_said(word)) for word, code in time_sheets.UNITS.items()]  # type: ignore[attr-defined]
        self.fields["handling"].choices = [("", "—"), *_handlings(HttpRequest())]  # type: ignore[attr-defined]
        severities = [(str(code), now_said(word)) for word, code in time_sheets.SEVERITIES.items()]
        self.fields["severity"].choices = [("", now_said("由立案人判断")), *severities]  # type: ignore[attr-defined]
        if fixed:
            del self.fields["category_code"], self.fields["condition"]

    def limit(self, rule: TimeRule | None) -> Limit:
        """What was filled in."""
        given = {**self.cleaned_data}
        severity = given.pop("severity")
        given["category_code"] = rule.category_code if rule else given["category_code"].strip()
        given["condition"] = rule.condition if rule else given["condition"].strip() or time_rules.DEFAULT
        return Limit(**given, severity=int(severity) if severity else None)


@page("framework.view")
def rule_list(request: StaffRequest) -> HttpResponseBase:
    """The limits in force; for who edits them also the drafts, and open cases that still run by an older version."""
    context: dict[str, Any] = {}
    if holds(request, "framework.edit") and "export" not in request.GET:
        context = {"drafts": list(time_rules.drafts("time")[:5]), "outdated": len(outdated())}
    return LISTING.respond(request, time_rules.rules(), "desk/time_rules.html", context)


@page("framework.view")
def rule_page(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """One rule with every version of it."""
    rule = time_rules.get_rule(rule_id)
    versions = time_rules.versions_of(rule)
    newest = versions[0]
    form = None
    if holds(request, "framework.edit"):
        initial = {**Limit.of_rule(newest).as_json(), "severity": newest.severity or ""}
        form = LimitForm(request.POST or None, initial=initial, fixed=True)
        if request.method == "POST" and _saved(request, form, newest):
            messages.success(request, now_said("已保存为新版本；在办案件的时限不变。"))
            return leave(request, reverse("desk:time_rules"))
    context = {"rule": newest, "name": rule_category(rule.category_code), "form": form,
               "versions": [(each, limit_words(each)) for each in versions]}  # fmt: skip
    return render(request, "desk/time_rule.html", context, status=422 if form and form.errors else 200)


@page("framework.edit")
def new_rule(request: StaffRequest) -> HttpResponse:
    """A rule for another category or condition."""
    form = LimitForm(request.POST or None)
    if request.method == "POST" and _saved(request, form, None):
        messages.success(request, now_said("规则已添加。"))
        return leave(request, reverse("desk:time_rules"))
    return render(request, "desk/time_rule.html", {"form": form, "rule": None}, status=422 if form.errors else 200)


def _saved(request: StaffRequest, form: LimitForm, rule: TimeRule | None) -> bool:
    if not form.is_valid():
        return False
    try:
        time_rules.save_rule(actor=request.actor, limit=form.limit(rule))
    except Refused as refused:
        for problem in refused.fields:
            form.add_error(problem.field if problem.field in form.fields else None, problem.said(language()))
        if not refused.fields:
            form.add_error(None, refused.message(language()))
        return False
    return True


@page("framework.edit")
@require_POST
def withdraw_rule(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Take a rule out of force."""
    rule = time_rules.get_rule(rule_id)
    time_rules.withdraw_rule(actor=request.actor, category_code=rule.category_code, condition=rule.condition)
    messages.success(request, now_said("规则已停用；旧版本保留。"))
    return leave(request, reverse("desk:time_rules"))


@page("framework.view")
def download(_request: StaffRequest, kind: str) -> HttpResponseBase:
    """The workbook of the limits in force, or an empty one."""
    if kind == "template":
        return as_workbook(time_sheets.write_template, now_said("处置时限模板"))
    return as_workbook(time_sheets.write_workbook, now_said("处置时限"))


@page("framework.edit")
def upload(request: StaffRequest) -> HttpResponse:
    """Read a workbook into a draft, or say everything that is wrong in it."""

    def draft(rows: list[dict[str, Any]], name: str) -> str:
        row = time_rules.draft_rules(actor=request.actor, rows=rows, name=name)
        return reverse("desk:time_draft", args=[row.pk])

    back, template = reverse("desk:time_rules"), reverse("desk:time_rules_file", args=["template"])
    return take_rules(request, RuleSet(now_said("导入处置时限"), time_sheets.read_workbook, draft, back, template))


@page("framework.edit")
def draft_page(request: StaffRequest, draft_id: UUID) -> HttpResponseBase:
    """What a set would change, and what it would have meant for past cases (asked for with ``try``)."""
    draft = time_rules.get_draft(draft_id, "time")
    rows = [Limit.of_json(row) for row in draft.rows]
    changes = time_rules.compare(rows)
    shown = [(change, rule_category(change.limit.category_code), _words(change.before), _words(change.after))
             for change in changes if change.kind != "unchanged"]  # fmt: skip
    context = {"draft": draft, "counts": time_rules.counts(changes), "changes": shown, "basis": time_rules.basis()}
    if "try" in request.GET:
        return tried(request, rows, context, draft.name)
    return render(request, "desk/time_draft.html", context)


def _words(limit: Limit | None) -> dict[str, str]:
    if limit is None:
        return {}
    rule = TimeRule(amount=limit.amount, unit=limit.unit)
    return {
        "limit": limit_words(rule), "condition_zh": limit.condition_zh, "close_when": limit.close_when,
        "handling": now_said(str(Handling(limit.handling).label)) if limit.handling else "",
        "severity": str(limit.severity or ""), "source_ref": limit.source_ref,
    }  # fmt: skip


@page("framework.edit")
@require_POST
def draft_end(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """Apply a draft, or drop it."""
    if request.POST.get("drop"):
        time_rules.end_draft(actor=request.actor, draft_id=draft_id, kind="time", state="dropped")
        messages.success(request, now_said("已放弃，规则未变。"))
    else:
        held = request.POST.get("basis", "")
        counts = time_rules.apply_draft(actor=request.actor, draft_id=draft_id, held_against=held or "—")
        messages.success(request, now_said("已应用：新增 %(added)s，修改 %(changed)s，停用 %(removed)s。") % counts)
    return leave(request, reverse("desk:time_rules"))


@page("framework.edit")
@require_POST
def recompute(request: StaffRequest) -> HttpResponse:
    """Compute the deadlines of open cases anew: only here, because somebody asked."""
    waiting = actions.ask_recompute(actor=request.actor)
    messages.success(request, now_said("正在按现行规则重算 %(n)s 件在办案件的时限。") % {"n": waiting})
    return leave(request, reverse("desk:time_rules"))
