"""抽查复核 on the phone: what waits, the near ones first; and the page of one with its two answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chuangcheng.cases import actions, rechecks
from chuangcheng.cases.models import Recheck
from chuangcheng.field import pictures
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

#: More are not walked to in the days that a look may take.
SHOWN = 100


@page("rechecks.answer")
@require_GET
def waiting(request: StaffRequest) -> HttpResponse:
    """What waits for my look, the most pressing first; the page puts the nearest on top once it knows where I am."""
    rows = list(rechecks.to_answer(request.actor)[:SHOWN])
    return render(request, "field/rechecks.html", {"here": "home", "rows": rows})


@page("rechecks.answer")
@require_http_methods(["GET", "POST"])
def recheck(request: StaffRequest, recheck_id: UUID) -> HttpResponse:
    """How it was, how it is said to be; and a photo of how it is."""
    row = rechecks.get_for(request.actor, recheck_id)
    if request.method == "POST":
        return _answer(request, row)
    now = pictures.of_recheck(row.pk)
    seen = {one.photo.original_sha256 for one in now}  # a case that was opened again has them too
    own = [one for one in pictures.of_case(row.case.pk) if one.photo.original_sha256 not in seen]
    context = {
        "row": row, "case": row.case, "may": rechecks.may_answer(request.actor, row),
        "before": [*(one for one in own if one.photo.role != "after"), *pictures.behind_case(row.case),
                   *(one for report in row.case.reports.all()[:3] for one in pictures.of_report(report.pk))],
        "after": [one for one in own if one.photo.role == "after"], "found": now,
    }  # fmt: skip
    return render(request, "field/recheck.html", context)


def _answer(request: StaffRequest, row: Recheck) -> HttpResponse:
    fixed, brought = pictures.answer(request, "fixed")
    done = actions.answer_recheck(actor=request.actor, recheck_id=row.pk, fixed=fixed, **brought)
    said = (
        _("%(number)s 确已整改，已记下。") if done.state == "fixed" else _("%(number)s 没有整改到位，案件已重新立案。")
    )
    messages.success(request, said % {"number": done.number})
    return redirect("field:rechecks")
