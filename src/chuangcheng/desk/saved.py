"""Saved views of lists: save what is on the screen, share it, open the list with it, count it, delete it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chuangcheng.kernel.problems import Refused
from chuangcheng.people import saved
from chuangcheng.people.models import SavedView
from chuangcheng.web.pages import back, holds, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.listing import COUNT_CAP
from chuangcheng.web.tables.offered import Offered, offered, request_of


@page("desk.enter")
def view_list(request: StaffRequest) -> HttpResponse:
    """Every view of one's own and of the unit, list by list."""
    rows = [(view, wanted.listing.title, address(wanted, view)) for view in saved.views_of(request.actor)
            if (wanted := _open_to(request, view.listing))]  # fmt: skip
    return render(request, "desk/saved.html", {"rows": rows, "most": saved.MOST})


@page("desk.enter")
@require_POST
def save(request: StaffRequest) -> HttpResponse:
    """Save the filters, the order and the columns that the form carries."""
    wanted = _open_to(request, request.POST.get("listing", ""))
    if wanted is None:
        raise Refused("common.not_found")
    view = saved.save_view(
        actor=request.actor, listing=wanted.listing.key, name=request.POST.get("name", ""),
        query=wanted.sound(request.POST.get("query", "")), shared="shared" in request.POST,
    )  # fmt: skip
    if "default" in request.POST:
        saved.make_default(actor=request.actor, view_id=view.pk, on=True)
    messages.success(request, _("视图“%(name)s”已保存。") % {"name": view.name})
    return HttpResponseRedirect(address(wanted, view))


@page("desk.enter")
@require_POST
def change(request: StaffRequest, view_id: UUID, deed: str) -> HttpResponse:
    """Rename or share, delete, make it the default or no more."""
    actor = request.actor
    if deed == "change":
        saved.change_view(
            actor=actor, view_id=view_id, name=request.POST.get("name", ""), shared="shared" in request.POST
        )
    elif deed == "drop":
        saved.drop_view(actor=actor, view_id=view_id)
    elif deed in ("default", "plain"):
        saved.make_default(actor=actor, view_id=view_id, on=deed == "default")
    else:
        raise Refused("common.not_found")
    messages.success(request, _("视图已更新。") if deed != "drop" else _("视图已删除。"))
    return HttpResponseRedirect(back(request, reverse("desk:saved_views")))


@page("desk.enter")
def open_view(request: StaffRequest, view_id: UUID) -> HttpResponse:
    """A view's own address leads to the list as it was saved."""
    view = saved.get_view_for(request.actor, view_id)
    wanted = _open_to(request, view.listing)
    if wanted is None:
        raise Refused("common.not_found")
    return HttpResponseRedirect(address(wanted, view))


@page("desk.enter")
def count(request: StaffRequest, view_id: UUID) -> HttpResponse:
    """How many rows a view has now, counted only when somebody looks at its name."""
    view = saved.get_view_for(request.actor, view_id)
    wanted = _open_to(request, view.listing)
    if wanted is None:
        raise Refused("common.not_found")
    rows = wanted.narrowed(request_of(request.actor, view.query))
    number = rows.order_by()[: COUNT_CAP + 1].count()
    return HttpResponse(f"{COUNT_CAP:,}+" if number > COUNT_CAP else f"{number:,}")


def address(wanted: Offered, view: SavedView) -> str:
    """The list with the view's filters, and its name among the parameters."""
    query = f"{view.query}&" if view.query else ""
    return f"{reverse(wanted.url_name)}?{query}view={view.pk}"


def _open_to(request: HttpRequest, key: str) -> Offered | None:
    wanted = offered(key)
    return wanted if wanted and holds(request, wanted.permission) else None
