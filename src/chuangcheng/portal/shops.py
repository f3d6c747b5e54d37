"""What a shop's QR code opens: its duty, whom to ask, where to report. Nothing of what was found at the shop."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from chuangcheng.kernel.problems import Refused
from chuangcheng.portal.words import words
from chuangcheng.sites.shops import selectors
from chuangcheng.web import limits
from chuangcheng.web.pages import holds, public
from chuangcheng.web.problems import problem_response


@public
@require_GET
def shop(request: HttpRequest, shop_id: UUID) -> HttpResponse:
    """The public page of a shop's front-door responsibility."""
    try:
        limits.check(request, "read")
        found = selectors.public_shop(shop_id)
    except Refused as refused:
        return problem_response(refused, request)
    place = {"address": f"{found.address} {found.name}"[:200]}
    if found.lat is not None and found.lon is not None:
        place |= {"lat": f"{found.lat:.6f}", "lon": f"{found.lon:.6f}"}
    context = {
        "here": "shop", "shop": found, "contact": selectors.contact_unit(found), "words": words(),
        "report_url": f"{reverse('portal:report')}?{urlencode(place)}", "may_check": holds(request, "shops.check"),
    }  # fmt: skip
    return render(request, "portal/shop.html", context)
