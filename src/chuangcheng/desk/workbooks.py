"""Workbooks that come and go: one form for an upload, one page for what became of it, one answer with a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.web.pages import leave
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.export import disposition

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # problems of a file on the page
MAX_MB = 10  # of a set of rules


class Upload(forms.Form):
    """The workbook."""

    file = forms.FileField(label=_("工作簿（xlsx、xls、ods、csv）"))


class UploadForm(forms.Form):
    """A workbook with the whole set."""

    file = forms.FileField(
        label=_("工作簿"), help_text=_("整套规则：文件里没有的规则将停用。先看差异、可先试算，再决定是否应用。")
    )


@dataclass(frozen=True)
class Import:
    """What a page takes in: ``run(source, name=, preview=)``, under which title, and where it leads back."""

    title: str | Promise
    run: Callable[..., ImportReport]
    back: str
    template_url: str


def take_workbook(request: StaffRequest, asked: Import) -> HttpResponse:
    """The page of an import: ``try`` reads the whole workbook and keeps nothing."""
    form = Upload(request.POST or None, request.FILES or None)
    report: ImportReport | None = None
    preview = "try" in request.POST
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            report = asked.run(upload.read(), name=upload.name or "", preview=preview)
        except Refused as refused:
            form.add_error("file", refused.message(language()))
    context = {"form": form, "asked": asked, "report": report, "preview": preview, "lines": _lines(report),
               "problems": report.problems[:SHOWN] if report else ()}  # fmt: skip
    failed = bool(form.errors) or bool(report and report.rejected)
    return render(request, "desk/register_import.html", context, status=422 if failed else 200)


def _lines(report: ImportReport | None) -> list[tuple[str, int, str, str]]:
    """What becomes of each row that is not as it stands already, of those imports that tell."""
    words = {"new": _("新增"), "changed": _("变更")}
    told = report.extra.get("lines", ()) if report and not report.rejected else ()
    return [(sheet, row, key, str(words[what])) for sheet, row, key, what in told if what in words][:SHOWN]


@dataclass(frozen=True)
class RuleSet:
    """A set of rules out of a workbook: ``read(source, name)`` has ``rows`` and ``problems``; ``draft(rows, name)``
    keeps them and answers with the address of the draft."""

    title: str
    read: Callable[[bytes, str], Any]
    draft: Callable[[list[dict[str, Any]], str], str]
    back: str
    template: str


def take_rules(request: StaffRequest, asked: RuleSet) -> HttpResponse:
    """Read a workbook into a draft, or say everything that is wrong in it."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    problems: list[Any] = []
    if request.method == "POST" and (given := uploaded(form)):
        try:
            found = asked.read(*given)
        except Refused as refused:
            form.add_error("file", refused.message(language()))
        else:
            problems = found.problems
            if not problems:
                return leave(request, asked.draft([row.as_json() for row in found.rows], given[1]))
    context = {"form": form, "problems": problems, "title": asked.title, "back": asked.back,
               "template": asked.template}  # fmt: skip
    return render(request, "desk/rules_upload.html", context, status=422 if form.errors or problems else 200)


def uploaded(form: forms.Form) -> tuple[bytes, str] | None:
    """The bytes and the name of the file of a filled-in form; None with the reason in the form."""
    if not form.is_valid():
        return None
    file = form.cleaned_data["file"]
    if file.size > MAX_MB << 20:
        form.add_error("file", now_said("文件不能超过 %(mb)s MB") % {"mb": MAX_MB})
        return None
    return file.read(), str(file.name)


def as_workbook(write: Callable[[Any], object], name: str) -> HttpResponse:
    """A small workbook, written and sent; ``name`` without its ending."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write(str(path))
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    response.headers["Content-Disposition"] = disposition(name, "xlsx")
    return response
