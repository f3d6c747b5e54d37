"""调整监测规则: the values of a rule with a look at what they would raise now, all versions, and the set as a file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.desk.forms import NumberField
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.risk_matrix import LIKELIHOOD, SEVERITY
from chuangcheng.risks import actions, rule_text, rules, watch
from chuangcheng.risks.measures import MEASURES
from chuangcheng.risks.models import Rulebook
from chuangcheng.risks.rule_text import FIELDS, Values
from chuangcheng.risks.rules import Rule
from chuangcheng.risks.subjects import BYS
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.export import disposition

VERSIONS = 50
MAX_BYTES = 1 << 20


class RuleForm(forms.Form):
    """The values of one rule; a share is written in per cent."""

    on = forms.BooleanField(label=_("执行这条规则"), required=False)
    threshold = NumberField(label=_("触发"), min_value=0, max_digits=9, decimal_places=2)
    clear = NumberField(label=_("恢复"), min_value=0, max_digits=9, decimal_places=2)
    base = forms.IntegerField(label=_("最小基数"), min_value=0, max_value=100_000,
                              help_text=_("对象至少有这么多行才判断，不因一两件事责备人"))  # fmt: skip
    days = forms.IntegerField(label=_("窗口（天）"), min_value=1, max_value=366)
    severity = forms.TypedChoiceField(label=_("严重程度"), coerce=int)
    likelihood = forms.TypedChoiceField(label=_("可能性"), coerce=int)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, rule: Rule, *args: Any, **options: Any) -> None:
        self.rule, self.by_share = rule, MEASURES[rule.measure].share
        values = Values.of(rule)
        # What is shown rounded and not touched stays exact.
        self.shown = {name: _shown(getattr(values, name), share=self.by_share) for name in ("threshold", "clear")}
        initial = {name: getattr(values, name) for name in FIELDS} | self.shown
        super().__init__(*args, **{**options, "initial": initial | options.get("initial", {})})
        for name, scale in (("severity", SEVERITY), ("likelihood", LIKELIHOOD)):
            offered = [(number, f"{number} {label.text(language())}") for number, label in scale.items()]
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        unit = gettext("（%）") if self.by_share else ""
        signs = {"threshold": "≥" if rule.bounds.at_least else "≤", "clear": "<" if rule.bounds.at_least else ">"}
        for name, sign in signs.items():
            self.fields[name].label = f"{self.fields[name].label} {sign}{unit}"

    def clean(self) -> dict[str, Any]:
        """A rule must be able to recover where it does not fire."""
        data = super().clean() or {}
        fires, clear = data.get("threshold"), data.get("clear")
        if fires is not None and clear is not None:
            wrong = clear > fires if self.rule.bounds.at_least else clear < fires
            if wrong:
                self.add_error("clear", gettext("恢复值不能在触发线以外，否则永远不会恢复"))
        return data

    def values(self) -> Values:
        """What was typed, exactly."""
        data = dict(self.cleaned_data)
        data.pop("version")
        kept = Values.of(self.rule)
        for name in ("threshold", "clear"):
            typed = Fraction(data[name]) / (100 if self.by_share else 1)
            data[name] = getattr(kept, name) if data[name] == self.shown[name] else typed
        return Values(**data)


def _shown(value: Fraction, *, share: bool) -> Decimal:
    number = value * 100 if share else value
    return (Decimal(number.numerator) / number.denominator).quantize(Decimal("0.01")).normalize() + 0


class FileForm(forms.Form):
    """A set of rules as a file."""

    file = forms.FileField(label=_("规则文件（TOML）"), help_text=_("整套规则；文件里没有的规则不再执行，旧版本保留。"))


@page("risks.rules")
def rule_edit(request: StaffRequest, code: str) -> HttpResponse:
    """Set a rule. ``try`` says what would stand now with these values and keeps nothing."""
    standing = rules.current()
    rule = standing.rule(code)
    form = RuleForm(rule, request.POST or None, initial={"version": standing.version})
    tried: tuple[watch.Stand, watch.Stand] | None = None
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            tried = watch.stand_with(rule), watch.stand_with(_with(rule, form.values()))
        else:
            version = form.cleaned_data["version"]
            try:
                actions.change_rule(actor=request.actor, code=code, values=form.values(), version=version)
            except Refused as refused:
                form.add_error(None, refused.message(language()))
            else:
                messages.success(request, gettext("已调整，下次监测起执行。"))
                return leave(request, reverse("desk:watch_rules"))
    context = {"form": form, "rule": rule, "measure": MEASURES[rule.measure], "by": BYS[rule.by], "tried": tried}
    return render(request, "desk/watch_edit.html", context, status=422 if form.errors else 200)


def _with(rule: Rule, values: Values) -> Rule:
    bounds = replace(rule.bounds, threshold=values.threshold, clear=values.clear, base=values.base, days=values.days)
    return replace(rule, bounds=bounds, severity=values.severity, likelihood=values.likelihood, on=values.on)


@page("risks.view")
def versions(request: StaffRequest) -> HttpResponse:
    """Every version that was set here, the newest first, with what it changed."""
    books = list(Rulebook.objects.select_related("made_by").order_by("-version")[: VERSIONS + 1])
    sets = [rules.parse(book.document) for book in books]
    pairs = zip(books, pairwise([*sets, rules.of_file()]), strict=True)
    rows = [(book, [_told(change) for change in rule_text.changes(old, new)]) for book, (new, old) in pairs]
    return render(request, "desk/rulebook.html", {"rows": rows[:VERSIONS], "standing": rules.current().version})


def _told(change: rule_text.Change) -> tuple[str, str, str, str]:
    if not change.field:
        return change.rule.label.text(language()), gettext("新增") if change.after else gettext("取消"), "", ""
    share = MEASURES[change.rule.measure].share
    return (change.rule.label.text(language()), FIELDS[change.field].text(language()),
            _said(change.before, share=share), _said(change.after, share=share))  # fmt: skip


def _said(value: Any, *, share: bool) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if not isinstance(value, Fraction):
        return str(value)
    return f"{_shown(value, share=share):f}{'%' if share else ''}"


@page("risks.rules")
@require_POST
def put_back(request: StaffRequest, book_id: UUID) -> HttpResponse:
    """An older version counts again, as a new one."""
    try:
        actions.put_back(actor=request.actor, book_id=book_id)
    except Refused as refused:
        if refused.code == "common.not_found":
            raise
        messages.error(request, refused.message(language()))
    else:
        messages.success(request, gettext("已恢复为新的一版，下次监测起执行。"))
    return leave(request, reverse("desk:rulebook"))


@page("risks.view")
def rules_file(_request: StaffRequest) -> HttpResponse:
    """The set in force as a TOML file, in the form in which a city may keep it in its home."""
    standing = rules.current()
    text = rule_text.toml(rule_text.document(standing))
    response = HttpResponse(text.encode(), content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = disposition(f"risks-{standing.version}", "toml")
    return response


@page("risks.rules")
def rules_import(request: StaffRequest) -> HttpResponse:
    """A whole set out of a file."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MAX_BYTES:
                raise Refused("risk.bad_rules", what=f"{file.size} B")
            actions.take_rules(actor=request.actor, source=file.read())
        except Refused as refused:
            form.add_error("file", refused.message(language()))
        else:
            messages.success(request, gettext("已导入，下次监测起执行。"))
            return leave(request, reverse("desk:rulebook"))
    return render(request, "desk/rules_import.html", {"form": form}, status=422 if form.errors else 200)
