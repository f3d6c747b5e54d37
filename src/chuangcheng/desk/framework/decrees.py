"""任务分解方案 with its words, and the 责任清单 of a unit: on the page, as Word and as PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.bulletins.decrees import compose_decree, compose_sheet
from chuangcheng.desk.documents import as_file
from chuangcheng.desk.framework.matrix import common
from chuangcheng.framework import decrees, selectors
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest


class WordsForm(forms.Form):
    """The words of a decree."""

    title = forms.CharField(label=_("标题"), max_length=120)
    number = forms.CharField(label=_("文号"), max_length=40, required=False)
    addressee = forms.CharField(label=_("主送机关"), max_length=120, required=False)
    body = forms.CharField(label=_("正文"), max_length=8000, widget=forms.Textarea(attrs={"rows": 9}))
    dated_on = forms.DateField(
        label=_("成文日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("不填为草稿。"),
    )  # fmt: skip


@page("framework.view")
def decree_page(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """The decree as it would be printed; who may edit changes its words."""
    edition = selectors.get_edition(edition_id)
    form = WordsForm(request.POST or None, initial=vars_of(decrees.words_of(edition)))
    if request.method == "POST" and form.is_valid():
        try:
            decrees.save_decree(actor=request.actor, edition=edition, words=decrees.Words(**form.cleaned_data))
        except Refused as refused:
            if refused.code != "framework.unknown_variable":
                raise
            form.add_error("body", refused.message(language()))
        else:
            messages.success(request, now_said("已保存。"))
            return leave(request, reverse("desk:decree", args=[edition.pk]))
    context = common(request, edition)
    values = decrees.variables(edition)
    context |= {"document": compose_decree(edition, values), "form": form, "variables": values}
    return render(request, "desk/decree.html", context, status=422 if form.errors else 200)


def vars_of(words: decrees.Words) -> dict[str, Any]:
    """The words by name."""
    return {name: getattr(words, name) for name in ("title", "number", "addressee", "body", "dated_on")}


@page("framework.view")
def decree_file(_request: StaffRequest, edition_id: UUID, kind: str) -> HttpResponse:
    """The decree as a Word or PDF file."""
    return as_file(compose_decree(selectors.get_edition(edition_id)), kind, "任务分解方案", clock.now())


@page("framework.view")
def duty_sheet(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    """The duties of a unit on one sheet."""
    unit = _unit(unit_id)
    return render(request, "desk/duty_sheet.html", {"unit": unit, "document": compose_sheet(unit)})


@page("framework.view")
def duty_sheet_file(_request: StaffRequest, unit_id: UUID, kind: str) -> HttpResponse:
    """The sheet as a Word or PDF file."""
    unit = _unit(unit_id)
    return as_file(compose_sheet(unit), kind, f"{unit.short_name}责任清单", clock.now())


def _unit(unit_id: UUID) -> Unit:
    found = people.units().filter(pk=unit_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found
