"""Changing many duties: given to ticked standards, copied, handed over, by template, from a workbook; each change is
looked at on a page of its own, carried out there, and undone there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.desk.framework.matrix import batch_url, common, kind_words
from chuangcheng.desk.workbooks import uploaded
from chuangcheng.framework import actions, duty_templates, matrix, matrix_sheets, named, planning, selectors, undoing
from chuangcheng.framework.models import DutyBatch, Edition, Standard
from chuangcheng.framework.states import DUTY_BATCH
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused, catalogue
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.web.pages import back, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.templatetags.judge import method_word

_SHOWN = 600  # steps of a change on its page
_RECENT = 30


class FileForm(forms.Form):
    """A matrix that was worked on."""

    file = forms.FileField(
        label=_("责任矩阵（xlsx）"), help_text=_("先下载矩阵，填好后传回；先列出差异，确认后才生效。")
    )


@page("framework.view")
def tools(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Templates, copying and handing over, and the last changes."""
    edition = selectors.get_edition(edition_id)
    templates = [
        (row, matrix.WORDS[row.kind].text(language()), now_said(str(UnitKind(row.unit_kind).label)),
         [method_word(method) for method in row.methods])
        for row in duty_templates.templates_of(edition)
    ]  # fmt: skip
    recent = list(
        edition.batches.select_related("made_by").exclude(state="dropped").order_by("-made_at", "-pk")[:_RECENT]
    )
    context = common(request, edition)
    back_to = {past.batch.pk: past for past in undoing.changes(edition, _RECENT)} if context["may_edit"] else {}
    lines = [
        (row, about, back_to.get(row.pk), _why(back_to.get(row.pk)))
        for row, about in zip(recent, _abouts(recent), strict=True)
    ]
    context |= {
        "templates": templates, "recent": lines, "words": kind_words(),
        "unit_kinds": [(code, now_said(str(label))) for code, label in UnitKind.choices],
        "methods": [(code, method_word(code)) for code in ("onsite", "material", "survey", "observation")],
        "nodes": edition.nodes.exclude(kind="framework").order_by("order"),
        "holders": duty_templates.holders(edition), "units": people.units().exclude(kind=UnitKind.COMMUNITY),
    }  # fmt: skip
    return render(request, "desk/matrix_tools.html", context)


@page("framework.edit")
@require_POST
def plan(request: StaffRequest, edition_id: UUID, how: str) -> HttpResponse:
    """Make a change to be looked at."""
    edition = selectors.get_edition(edition_id)
    makers: dict[str, Callable[[StaffRequest, Edition], DutyBatch]] = {
        "give": _give, "copy": _between, "move": _between, "template": _template,
    }  # fmt: skip
    if how not in makers:
        raise Refused("common.not_found")
    return leave(request, batch_url(makers[how](request, edition)))


def _give(request: StaffRequest, edition: Edition) -> DutyBatch:
    given = request.POST.get("unit", "")
    kind = given.removeprefix("kind:")
    units = [row.pk for row in people.units().filter(kind=kind) if not matrix.is_retired(row)]
    if kind == given:
        units = [_unit(given).pk]
    duty = request.POST.get("kind", "")
    return duty_templates.plan_give(
        actor=request.actor, edition=edition, standards=_ticked(request), units=units, kind="" if duty == "-" else duty
    )  # fmt: skip


def _between(request: StaffRequest, edition: Edition) -> DutyBatch:
    make = duty_templates.plan_move if request.path.rstrip("/").endswith("move") else duty_templates.plan_copy
    source, target = _unit(request.POST.get("source", "")), _unit(request.POST.get("target", ""))
    return make(actor=request.actor, edition=edition, source=source, target=target)


def _template(request: StaffRequest, _edition: Edition) -> DutyBatch:
    key = _key(request.POST.get("template", ""))
    return duty_templates.plan_template(actor=request.actor, template_id=key)


def _ticked(request: HttpRequest) -> list[UUID]:
    return [_key(text) for text in request.POST.getlist("ids")[:1000]]


def _unit(text: str) -> Unit:
    found = people.units().filter(pk=_key(text)).first()
    if found is None:
        raise Refused("framework.unknown_unit", unit=text[:20] or "—")
    return found


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("framework.unknown_unit", unit=text[:20] or "—") from None


@page("framework.edit")
@require_POST
def by_role(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Break the edition down by the roles of its standards; what stands stays."""
    edition = selectors.get_edition(edition_id)
    named.settle_named(actor=request.actor, edition=edition)
    added = actions.assign_by_role(actor=request.actor, edition=edition)
    messages.success(request, now_said("已按角色落实 %(n)s 项责任，原有责任不变。") % {"n": added})
    return leave(request, reverse("desk:matrix_tools", args=[edition.pk]))


@page("framework.edit")
@require_POST
def set_plan(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Set the evidence and the date of ticked standards."""
    edition = selectors.get_edition(edition_id)
    evidence = request.POST.getlist("evidence")
    text = request.POST.get("due_on", "")
    try:
        due_on = date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("common.not_found") from None
    changed = planning.plan_standards(
        actor=request.actor, edition=edition, standards=_ticked(request), evidence=evidence or None, due_on=due_on
    )  # fmt: skip
    messages.success(request, now_said("已设定 %(n)s 条标准。") % {"n": changed})
    return leave(request, back(request, reverse("desk:matrix")))


@page("framework.edit")
@require_POST
def template_move(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Keep a new template, or drop one."""
    edition = selectors.get_edition(edition_id)
    if "drop" in request.POST:
        duty_templates.drop_template(actor=request.actor, template_id=_key(request.POST["drop"]))
        messages.success(request, now_said("模板已删除；已经落实的责任不变。"))
    else:
        duty_templates.save_template(
            actor=request.actor, edition=edition, name=request.POST.get("name", ""),
            unit_kind=request.POST.get("unit_kind", ""), kind=request.POST.get("kind", ""),
            codes=request.POST.getlist("codes"), methods=request.POST.getlist("methods"),
        )  # fmt: skip
        messages.success(request, now_said("模板已保存。"))
    return leave(request, reverse("desk:matrix_tools", args=[edition.pk]))


@page("framework.edit")
@require_POST
def undo_to(request: StaffRequest, batch_id: UUID) -> HttpResponse:
    """Take changes back, the newest first, to this one."""
    edition = matrix.get_batch(batch_id).edition
    taken = undoing.undo_to(actor=request.actor, batch_id=batch_id)
    counts = {"n": len(taken), "cells": sum(len(batch.steps) for batch in taken)}
    messages.success(request, now_said("已撤销 %(n)s 次改动，共 %(cells)s 处。") % counts)
    return leave(request, reverse("desk:matrix_tools", args=[edition.pk]))


def _why(past: undoing.Past | None) -> str:
    """Why a change cannot be taken back."""
    return past.blocked.message(language()) if past is not None and past.blocked is not None else ""


@page("framework.view")
def batch_page(request: StaffRequest, batch_id: UUID) -> HttpResponse:
    """A change: what it would do or has done, step by step."""
    batch = matrix.get_batch(batch_id)
    standards = {str(row.pk): row for row in Standard.objects.filter(edition=batch.edition)}
    units = {str(row.pk): row for row in people.units()}
    lines = [
        (standards.get(row[0]), units.get(row[1]), matrix.WORDS[row[2]], matrix.WORDS[row[3]], _outcome(row[4]))
        for row in batch.steps
    ]  # fmt: skip
    lines.sort(key=lambda line: not line[4])  # what could not be done first
    done = sum(row[4] == matrix.DONE for row in batch.steps)
    context = common(request, batch.edition)
    context |= {
        "batch": batch, "lines": lines[:_SHOWN], "count": len(lines), "done": done, "about": _about(batch),
        "failed": sum(bool(row[4]) and row[4] != matrix.DONE for row in batch.steps),
        "moves": DUTY_BATCH.moves_from(batch.state) if context["may_edit"] else (),
        "same": batch.about.get("same"),
    }  # fmt: skip
    return render(request, "desk/matrix_batch.html", context)


def _outcome(code: str) -> str:
    """Why a step was not made; nothing for one that was, or is still to be."""
    if code in ("", matrix.DONE):
        return ""
    if code == "framework.cell_moved":
        return now_said("后来被他人改过，未改动")
    return catalogue()[code].sentence.text(language()).format_map(_Blank()) if code in catalogue() else code


class _Blank(dict[str, str]):
    """Holes of a sentence whose values are not kept."""

    def __missing__(self, key: str) -> str:
        return "—"


def _about(batch: DutyBatch) -> str:
    return _abouts([batch])[0]


def _abouts(batches: Sequence[DutyBatch]) -> list[str]:
    """What each change was made from, in words: units, template, file; of a single cell its place. Two queries."""
    ends = [batch.about[name] for batch in batches for name in ("source", "target") if name in batch.about]
    cells = [batch.steps[0] for batch in batches if batch.how == "cell" and batch.steps]
    found = people.units().filter(Q(code__in=ends) | Q(pk__in=[row[1] for row in cells]))
    units = {key: row.short_name for row in found for key in (row.code, str(row.pk))}
    listed = Standard.objects.filter(pk__in=[row[0] for row in cells]).values_list("pk", "code")
    codes = {str(pk): code for pk, code in listed}
    return [_said(batch, units, codes) for batch in batches]


def _said(batch: DutyBatch, units: dict[str, str], codes: dict[str, str]) -> str:
    about = batch.about
    if batch.how == "cell" and batch.steps:
        standard, unit = batch.steps[0][:2]
        return f"{units.get(unit, '—')} · {codes.get(standard, '—')}"
    if {"source", "target"} <= {*about}:
        return " → ".join(units.get(about[name], about[name]) for name in ("source", "target"))
    if "kind" in about:
        return matrix.WORDS.get(about["kind"], Label(about["kind"], about["kind"])).text(language())
    return str(about.get("template") or about.get("file") or "")


@page("framework.edit")
@require_POST
def batch_move(request: StaffRequest, batch_id: UUID, name: str) -> HttpResponse:
    """Carry a change out, or give it up."""
    doors = {"apply": matrix.apply_batch, "drop": matrix.drop_batch}
    if name not in doors:
        raise Refused("common.not_found")
    batch = doors[name](actor=request.actor, batch_id=batch_id)
    if name == "drop":
        messages.success(request, now_said("已放弃，没有改动任何责任。"))
        return leave(request, reverse("desk:matrix_tools", args=[batch.edition_id]))
    done = sum(row[4] == matrix.DONE for row in batch.steps)
    messages.success(request, now_said("已改动 %(n)s 处责任。") % {"n": done})
    return leave(request, batch_url(batch))


@page("framework.edit")
def upload(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Take a matrix in; what it would change is looked at next."""
    edition = selectors.get_edition(edition_id)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    problems: list[Any] = []
    if request.method == "POST" and (given := uploaded(form)):
        try:
            found = matrix_sheets.plan_import(
                actor=request.actor, edition=edition, source=given[0], name=given[1]
            )  # fmt: skip
        except Refused as refused:
            form.add_error("file", refused.message(language()))
            problems = list(refused.fields)
        else:
            return leave(request, batch_url(found))
    context = {
        "form": form, "problems": problems, "title": now_said("导入责任矩阵"),
        "back": f"{reverse('desk:matrix')}?edition={edition.code}",
        "template": reverse("desk:matrix_file", args=[edition.pk]),
    }  # fmt: skip
    return render(request, "desk/rules_upload.html", context, status=422 if form.errors else 200)


@page("framework.view")
def names(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Names of the imported file that no unit bears; who may edit says who is meant."""
    edition = selectors.get_edition(edition_id)
    if request.method == "POST":
        return _settle(request, edition)
    context = common(request, edition)
    rows = [(row, [matrix.WORDS[kind] for kind in row.kinds]) for row in named.open_names(edition)]
    units = people.units().exclude(kind=UnitKind.COMMUNITY)
    context |= {"rows": rows, "units": units, "unsettled": named.unsettled(edition)}
    return render(request, "desk/matrix_names.html", context)


def _settle(request: StaffRequest, edition: Edition) -> HttpResponse:
    if "all" in request.POST:
        made = named.settle_named(actor=request.actor, edition=edition)
    else:
        text = request.POST.get("unit", "")
        unit = None if text == "-" else _unit(text)
        made = named.match_named(actor=request.actor, edition=edition, name=request.POST.get("name", ""), unit=unit)
    messages.success(request, now_said("已落实 %(n)s 项责任。") % {"n": made} if made else now_said("已记下。"))
    return leave(request, reverse("desk:matrix_names", args=[edition.pk]))
