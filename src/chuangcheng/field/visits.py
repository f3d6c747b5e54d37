"""A visit on the phone: choose the site, walk its checklist item by item, finish."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chuangcheng.field import pictures
from chuangcheng.field.place import read_place
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import ChecklistItem
from chuangcheng.kernel import clock
from chuangcheng.kernel.geometry import metres
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.scoring import ItemRule, parse_item
from chuangcheng.patrols import actions, selectors
from chuangcheng.patrols.inputs import MAX_DEFECTS
from chuangcheng.patrols.models import Check, Mode, Visit
from chuangcheng.patrols.policies import may_visit
from chuangcheng.patrols.states import ABANDON_REASONS, EXTRA_REASONS
from chuangcheng.sites import selectors as sites
from chuangcheng.sites.models import Site
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

LISTED = 30
MOST_SITES = 2000  # a whole city; beyond it the nearest are sought by name


@dataclass(frozen=True, slots=True)
class Near:
    """A site and how far it is, in metres; None where my place is not known."""

    site: Site
    away: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the checklist as the walk shows it: the question, how it is asked, and what was found."""

    visit: Visit
    item: ChecklistItem
    rule: ItemRule
    check: Check | None


@page("visits.create")
@require_GET
def choose(request: StaffRequest) -> HttpResponse:
    """Which site? The nearest first once the phone has told its place."""
    here, wanted = read_place(request.GET.get("lat"), request.GET.get("lon")), request.GET.get("q", "").strip()[:50]
    rows = sites.active(request.actor)
    if wanted:
        rows = rows.filter(name__icontains=wanted.replace("\0", ""))
    found = [site for site in rows.order_by("name")[:MOST_SITES] if may_visit(request.actor, site)]
    near = [Near(site, round(metres(here[1], here[0], site.lon, site.lat)) if here else None) for site in found]
    if here:
        near.sort(key=lambda each: each.away or 0)
    context = {"here": "sites", "sites": near[:LISTED], "more": len(near) > LISTED, "located": bool(here), "q": wanted}
    return render(request, "field/sites.html", context)


@page("visits.create")
@require_http_methods(["GET", "POST"])
def start(request: StaffRequest, site_id: UUID) -> HttpResponse:
    """Begin a visit, or go on with the one that is under way."""
    site = sites.get_site_for(request.actor, site_id)
    under_way = selectors.open_visit(request.actor, site)
    if under_way:
        return redirect("field:visit", under_way.pk)
    if request.method == "POST":
        place = read_place(request.POST.get("lat"), request.POST.get("lon")) or (None, None)
        visit = actions.start_visit(
            actor=request.actor, site_id=site.pk, mode=request.POST.get("mode", Mode.PATROL), lat=place[0],
            lon=place[1], extra_reason=request.POST.get("extra_reason", ""),
        )  # fmt: skip
        return redirect("field:visit", visit.pk)
    context = {
        "here": "sites", "site": site, "modes": Mode.choices, "budget": selectors.visit_budget(site, clock.now()),
        "reasons": EXTRA_REASONS.items(), "items": framework.items_of(site.kind).count(),
    }  # fmt: skip
    return render(request, "field/start.html", context)


@page("visits.create")
@require_GET
def walk(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The checklist, item by item."""
    visit = _own(request, visit_id)
    lines = _lines(visit)
    names = {move.name for move in selectors.moves_for(request.actor, visit)}
    context = {
        "here": "sites", "visit": visit, "lines": lines, "can_abandon": "abandon" in names,
        "reasons": ABANDON_REASONS.items(), **_walked(lines),
    }  # fmt: skip
    return render(request, "field/visit.html", context)


@page("visits.create")
@require_POST
def check(request: StaffRequest, visit_id: UUID, code: str) -> HttpResponse:
    """Record one item; a script gets the item's card back, a plain form the whole walk."""
    visit = _own(request, visit_id)
    brought = pictures.sent(request, "evidence")
    with transaction.atomic():  # a file that is no photo leaves no half check
        recorded = actions.record_check(
            actor=request.actor, visit_id=visit.pk, item_code=code, defects=_count(request.POST.get("defects")),
            value=_number(request.POST.get("value")), not_applicable=request.POST.get("result") == "na",
            note=request.POST.get("note", "").strip(), photos=tuple(photo.declaration for photo in brought),
        )  # fmt: skip
        for photo in brought:
            digest = photo.declaration.sha256
            actions.add_photo(actor=request.actor, check_id=recorded.pk, sha256=digest, data=photo.data)
    if "HX-Request" not in request.headers:
        return redirect(f"{request.path.rsplit('/items/', 1)[0]}/#item-{code}")
    lines = _lines(visit)
    (line,) = (each for each in lines if each.item.code == code)
    return render(request, "field/item.html", {"line": line, "visit": visit, "counted": True, **_walked(lines)})


@page("visits.create")
@require_POST
def finish(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The walk is over."""
    visit = actions.finish_visit(actor=request.actor, visit_id=visit_id)
    messages.success(request, _("到访 %(number)s 已完成：%(score)s 分，发现问题 %(failed)s 项。") % {
        "number": visit.number, "score": visit.score if visit.score is not None else "—", "failed": visit.failed,
    })  # fmt: skip
    return redirect("field:home")


@page("visits.create")
@require_POST
def abandon(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The visit comes to nothing, and says why."""
    reason = request.POST.get("reason_code", "")
    visit = actions.abandon_visit(actor=request.actor, visit_id=visit_id, reason_code=reason)
    messages.success(request, _("到访 %(number)s 已放弃，不计次数。") % {"number": visit.number})
    return redirect("field:home")


def _own(request: StaffRequest, visit_id: UUID) -> Visit:
    visit = selectors.get_visit_for(request.actor, visit_id)
    if visit.inspector_id != request.actor.person_id:
        raise Refused("common.not_found")
    return visit


def _lines(visit: Visit) -> list[Line]:
    checks = {check.item_id: check for check in selectors.checks_of(visit)}
    items = framework.items_of(visit.site.kind)
    return [Line(visit, item, parse_item(item.scoring), checks.get(item.pk)) for item in items]


def _walked(lines: list[Line]) -> dict[str, int]:
    done = sum(line.check is not None for line in lines)
    return {"done": done, "left": len(lines) - done}


def _count(text: str | None) -> int:
    """The defects of the form; more than anybody counts is refused by the action, not cut here."""
    text = (text or "").strip()
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else MAX_DEFECTS + 1


def _number(text: str | None) -> Decimal | None:
    """The number of the form; nonsense is refused by the action as not finite."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
