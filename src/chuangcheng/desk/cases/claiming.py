"""认领: cases of the unit's area or trade that nobody was given yet, and the button that takes one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chuangcheng.cases import actions, claims
from chuangcheng.cases.models import Case
from chuangcheng.cases.reading import masked
from chuangcheng.desk import choices
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing

LISTING = Listing(
    "claimable",
    _("可认领"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, url=lambda row: reverse("desk:claim", args=[row.pk])),
        Column("text", _("问题"), lambda row: masked(row.text), template="desk/cells/text.html", wide=True),
        Column("category", _("类别"), lambda row: row.category.zh if row.category else ""),
        Column("area", _("区域"), lambda row: row.division.name if row.division else ""),
        Column("address", _("地址"), lambda row: masked(row.address), wide=True),
        Column("due", _("时限"), lambda row: row.due_at, template="desk/cells/due.html", corner=True),
        Column("filed", _("立案时间"), lambda row: row.filed_at, sort="filed_at"),
    ),
    filters=(
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
        Filter("category", _("类别代码"), lambda rows, value: rows.filter(category__code__startswith=value)),
    ),
    sort="-filed",
)


@page("cases.claim")
def claim_list(request: StaffRequest) -> HttpResponseBase:
    """What the unit may claim now, the newest first."""
    rows = claims.claimable(request.actor).select_related("category", "division", "holder")
    return LISTING.respond(request, rows, "desk/claimable.html")


@page("cases.claim")
@require_http_methods(["GET", "POST"])
def claim(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """One of them before it is taken: what, where, by when; and the button. Who comes late reads who was first."""
    if request.method == "POST":
        case = actions.claim_case(actor=request.actor, case_id=case_id)
        messages.success(request, now_said("%(number)s 已由本单位认领。") % {"number": case.number})
        return redirect("desk:case", case.pk)
    rows: list[Case] = list(
        claims.claimable(request.actor).select_related("category", "division").filter(pk=case_id)
    )  # fmt: skip
    if not rows:
        raise Refused("common.not_found")
    return render(request, "desk/claim.html", {"case": rows[0]})
