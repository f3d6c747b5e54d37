"""Workbooks of the registers: an empty one to fill in, a try that keeps nothing, and the import."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chuangcheng.indicators import imports as readings
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.people import sheets as people_sheets
from chuangcheng.people.imports import import_units
from chuangcheng.sites.compounds import imports as compounds
from chuangcheng.sites.shops import imports as shops
from chuangcheng.sites.sponsorship import imports as sponsorships
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # problems of a file on the page


@dataclass(frozen=True)
class Register:
    """A register that takes workbooks."""

    title: str | Promise
    permission: str
    list_name: str
    run: Callable[..., ImportReport]
    template: Callable[[Any], None]
    file: str


REGISTERS = {
    "units": Register(_("单位人员"), "people.edit", "desk:units", import_units, people_sheets.write_template,
                      "单位人员导入模板.xlsx"),
    "compounds": Register(_("小区"), "compounds.edit", "desk:compounds", compounds.import_compounds,
                          compounds.write_template, "小区导入模板.xlsx"),
    "shops": Register(_("门店"), "shops.edit", "desk:shops", shops.import_shops, shops.write_template,
                      "门店导入模板.xlsx"),
    "readings": Register(_("指标读数"), "indicators.edit", "desk:indicators", readings.import_readings,
                         readings.write_template, "指标读数导入模板.xlsx"),
    "sponsorships": Register(_("包联"), "sponsorships.edit", "desk:sponsorships", sponsorships.import_sponsorships,
                             sponsorships.write_template, "包联导入模板.xlsx"),
}  # fmt: skip


class Upload(forms.Form):
    """The workbook."""

    file = forms.FileField(label=_("工作簿（xlsx、xls、ods、csv）"))


@page("desk.enter")
def register_import(request: StaffRequest, kind: str) -> HttpResponse:
    """Take a workbook: ``try`` reads it all and keeps nothing."""
    register = _register(request, kind)
    form = Upload(request.POST or None, request.FILES or None)
    report: ImportReport | None = None
    preview = "try" in request.POST
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            report = register.run(request.actor, upload.read(), name=upload.name, preview=preview)
        except Refused as refused:
            form.add_error("file", refused.message(language()))
    context = {"form": form, "register": register, "kind": kind, "report": report, "preview": preview,
               "problems": report.problems[:SHOWN] if report else (),
               "lines": _lines(report), "back": reverse(register.list_name)}  # fmt: skip
    failed = bool(form.errors) or bool(report and report.rejected)
    return render(request, "desk/register_import.html", context, status=422 if failed else 200)


@page("desk.enter")
def register_template(request: StaffRequest, kind: str) -> HttpResponse:
    """The empty workbook."""
    register = _register(request, kind)
    file = io.BytesIO()
    register.template(file)
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(register.file)}"
    return response


def _lines(report: ImportReport | None) -> list[tuple[str, int, str, str]]:
    """What becomes of each row that is not as it stands already, of those imports that tell."""
    words = {"new": _("新增"), "changed": _("变更")}
    told = report.extra.get("lines", ()) if report and not report.rejected else ()
    return [(sheet, row, key, str(words[what])) for sheet, row, key, what in told if what in words][:SHOWN]


def _register(request: StaffRequest, kind: str) -> Register:
    if kind not in REGISTERS:
        raise Refused("common.not_found")
    register = REGISTERS[kind]
    if not holds(request, register.permission):
        raise Refused("common.not_found")
    return register
