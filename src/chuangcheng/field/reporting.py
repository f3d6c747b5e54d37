"""Three taps of a grid worker: photo, kind, send. The report stands under their name and is confirmed already."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chuangcheng.cases import actions
from chuangcheng.cases.models import Source
from chuangcheng.field import pictures
from chuangcheng.field.place import read_place
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.ids import new_id
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest


@page("reports.create")
@require_http_methods(["GET", "POST"])
def report(request: StaffRequest) -> HttpResponse:
    """Report what I see. The form carries its id, so that pressing twice sends once."""
    suggested = [category for category in framework.categories() if category.is_top][:10]
    if request.method == "GET":
        return render(request, "field/report.html", {"here": "report", "categories": suggested, "id": new_id()})
    code = request.POST.get("category", "")
    chosen = framework.category(code) if code else None
    place = read_place(request.POST.get("lat"), request.POST.get("lon")) or (None, None)
    brought = pictures.sent(request, "near")
    given = actions.ReportInput(
        id=_id(request.POST.get("id", "")),
        text=request.POST.get("text", "").strip() or (chosen.zh if chosen else ""),
        source=Source.GRID if request.post and request.post.role == "grid" else Source.PATROL,
        category_code=code or None,
        lat=place[0],
        lon=place[1],
        address=request.POST.get("address", "").strip(),
        photos=tuple(photo.declaration for photo in brought),
    )
    with transaction.atomic():  # a file that is no photo leaves no half report
        made, _created = actions.create_report(actor=request.actor, given=given)
        for photo in brought:
            actions.ingest_photo(report_id=made.pk, sha256=photo.declaration.sha256, data=photo.data)
    messages.success(request, _("已上报 %(number)s，安全存在服务器上。") % {"number": made.number})
    return redirect("field:home")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return new_id()
