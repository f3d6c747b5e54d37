"""The unit's ledger as a workbook: it goes out, comes back, and is merged row by row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.desk.tasks.pages import LISTING, task_rows
from chuangcheng.desk.workbooks import Upload, as_workbook
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.tasks.ledger import returns, writing
from chuangcheng.tasks.ledger.merging import Line, label_of
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.columns import narrow, read

MOST = 5000
KINDS = {
    "conflict": Label("冲突：两边都改过，勾选才采用表格中的值", "Changed on both sides: tick to take the workbook's"),
    "changed": Label("有改动", "Changed"),
    "new": Label("新增", "New"),
    "missing": Label("表格中已没有：勾选则作废，不勾选则保留", "Gone from the workbook: tick to void, else it stays"),
    "problem": Label("无法识别", "Cannot be used"),
}  # fmt: skip
WHY = {
    "twice": Label("行标识重复（复制的行请清空隐藏列）", "The mark stands twice (clear a copy's hidden columns)"),
    "unknown": Label("没有这一行，或不在您的范围内", "There is no such row, or not in your reach"),
    "spoilt_id": Label("行标识被改动", "The row's mark was spoilt"),
}  # fmt: skip


@page("exports.run")
def ledger_out(request: StaffRequest) -> HttpResponse:
    """The tasks of the list, as filtered, as a workbook that can come back."""
    rows = narrow(task_rows(request), read(LISTING.filters, request))
    listed = list(rows.order_by("lead__official_order", "lead", "place", "id")[:MOST])
    return as_workbook(
        lambda file: writing.write(file, listed, actor=request.actor), f"任务台账-{clock.today():%Y%m%d}"
    )


@page("tasks.report")
def ledger_in(request: StaffRequest) -> HttpResponse:
    """Upload a ledger that was worked on; it is only compared."""
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            row = returns.take_in(actor=request.actor, source=upload.read(), name=upload.name)
        except Refused as refused:
            form.add_error("file", refused.message(language()))
        else:
            return HttpResponseRedirect(reverse("desk:ledger_return", args=[row.pk]))
    context = {"form": form}
    return render(request, "desk/ledger_in.html", context, status=422 if form.errors else 200)


@page("tasks.report")
def ledger_return(request: StaffRequest, return_id: UUID) -> HttpResponse:
    """The merge report: what came back, row by row; only what is ticked is taken over."""
    row = returns.get_return(request.actor, return_id)
    if request.method == "POST":
        return _settle(request, row.pk)
    groups = [(kind, label, lines) for kind, label in KINDS.items() if (lines := _shown(returns.lines_of(row), kind))]
    names = ("changed", "conflict", "new", "missing", "problem", "unchanged")
    context = {"row": row, "groups": groups, "counts": {name: row.counts.get(name, 0) for name in names}}
    return render(request, "desk/ledger_return.html", context)


def _shown(lines: list[Line], kind: str) -> list[dict[str, Any]]:
    """The lines of a kind with their columns in words."""
    return [
        {"line": line, "cells": [(label_of(cell.key), cell) for cell in line.cells], "why": WHY.get(line.why)}
        for line in lines
        if line.kind == kind
    ]


def _settle(request: StaffRequest, return_id: UUID) -> HttpResponse:
    if "drop" in request.POST:
        returns.drop(actor=request.actor, return_id=return_id)
        messages.success(request, _("已放弃，没有改动任何任务。"))
        return HttpResponseRedirect(reverse("desk:tasks"))
    done = returns.take_over(actor=request.actor, return_id=return_id, ticked=set(request.POST.getlist("take")))
    refused = [each for each in done if each.refused is not None]
    messages.success(request, _("已采用 %(n)s 行。") % {"n": len(done) - len(refused)})
    context = {"refused": [(each.line, each.refused.message(language())) for each in refused if each.refused]}
    if refused:
        return render(request, "desk/ledger_refused.html", context, status=422)
    return HttpResponseRedirect(reverse("desk:tasks"))
