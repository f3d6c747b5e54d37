"""A check at a shop's front: scan its code, three answers, a photo if need be, send."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chuangcheng.field.place import read_place
from chuangcheng.kernel.geometry import metres
from chuangcheng.kernel.ids import new_id
from chuangcheng.sites.shops import actions, compliance, rectification, selectors
from chuangcheng.sites.shops.models import ASPECTS
from chuangcheng.sites.states import RECTIFICATION, SHOP
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

LISTED = 30
NEARBY = 0.01  # degrees around a place in which shops are sought, about a kilometre
ANSWERS = {"yes": True, "no": False}


@page("shops.check")
@require_GET
def choose(request: StaffRequest) -> HttpResponse:
    """Which shop, where no code can be scanned: by name or street, the nearest first once the place is told."""
    wanted = request.GET.get("q", "").strip().replace("\0", "")[:50]
    here = read_place(request.GET.get("lat"), request.GET.get("lon"))
    rows = selectors.visible_to(request.actor).filter(state=SHOP.initial)
    if wanted:
        rows = rows.filter(Q(name__icontains=wanted) | Q(road__icontains=wanted) | Q(code=wanted))
    if here:
        rows = rows.filter(lat__range=(here[0] - NEARBY, here[0] + NEARBY),
                           lon__range=(here[1] - NEARBY, here[1] + NEARBY))  # fmt: skip
    found = list(rows.order_by("road", "code")[: 500 if here else LISTED])
    if here:
        found.sort(key=lambda shop: metres(here[1], here[0], shop.lon or 0.0, shop.lat or 0.0))
    context = {"here": "shops", "shops": found[:LISTED], "q": wanted, "located": bool(here)}
    return render(request, "field/shops.html", context)


@page("shops.check")
@require_http_methods(["GET", "POST"])
def check(request: StaffRequest, shop_id: UUID) -> HttpResponse:
    """Record a check. The form carries its id, so that pressing twice records once."""
    shop = selectors.get_shop_for(request.actor, shop_id)
    if request.method == "GET":
        context = {"here": "shops", "shop": shop, "duties": compliance.DUTIES.items(), "id": new_id(),
                   "last": selectors.checks_of(shop).first(), "open": shop.state == SHOP.initial}  # fmt: skip
        return render(request, "field/shop.html", context)
    answers = {name: ANSWERS.get(request.POST.get(name, "")) for name in ASPECTS}
    given = actions.ShopCheckInput(
        id=_id(request.POST.get("id", "")), shop_id=shop.pk, note=request.POST.get("note", ""),
        photos=[bytes(file.read()) for file in request.FILES.getlist("photos")], **answers,
    )  # fmt: skip
    recorded = actions.check_shop(actor=request.actor, given=given)
    said = _("%(shop)s：检查已记录。") % {"shop": shop.name}
    running = shop.rectifications.exclude(state__in=[state.code for state in _FINAL]).first()
    if recorded.failed and request.POST.get("remind") and running is None:
        number = rectification.remind_shop(actor=request.actor, check_id=recorded.pk).number
        said = _("%(shop)s：检查已记录，已提醒 %(number)s。") % {"shop": shop.name, "number": number}
    messages.success(request, said)
    return redirect("field:shops")


_FINAL = [state for state in RECTIFICATION.states if state.final]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return new_id()
