"""Workbooks of the registers: an empty one to fill in, a try that keeps nothing, and the import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk.workbooks import Import, as_workbook, take_workbook
from chuangcheng.indicators import imports as readings
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.people import sheets as people_sheets
from chuangcheng.people.imports import import_units
from chuangcheng.sites.compounds import imports as compounds
from chuangcheng.sites.shops import imports as shops
from chuangcheng.sites.sponsorship import imports as sponsorships
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest


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
                      "单位人员导入模板"),
    "compounds": Register(_("小区"), "compounds.edit", "desk:compounds", compounds.import_compounds,
                          compounds.write_template, "小区导入模板"),
    "shops": Register(_("门店"), "shops.edit", "desk:shops", shops.import_shops, shops.write_template,
                      "门店导入模板"),
    "readings": Register(_("指标读数"), "indicators.edit", "desk:indicators", readings.import_readings,
                         readings.write_template, "指标读数导入模板"),
    "sponsorships": Register(_("包联"), "sponsorships.edit", "desk:sponsorships", sponsorships.import_sponsorships,
                             sponsorships.write_template, "包联导入模板"),
}  # fmt: skip


@page("desk.enter")
def register_import(request: StaffRequest, kind: str) -> HttpResponse:
    """Take a workbook: ``try`` reads it all and keeps nothing."""
    register = _register(request, kind)
    template = reverse("desk:register_template", args=[kind])
    run = partial(register.run, request.actor)
    return take_workbook(request, Import(register.title, run, reverse(register.list_name), template))


@page("desk.enter")
def register_template(request: StaffRequest, kind: str) -> HttpResponse:
    """The empty workbook."""
    register = _register(request, kind)
    return as_workbook(register.template, register.file)


def _register(request: StaffRequest, kind: str) -> Register:
    if kind not in REGISTERS:
        raise Refused("common.not_found")
    register = REGISTERS[kind]
    if not holds(request, register.permission):
        raise Refused("common.not_found")
    return register
