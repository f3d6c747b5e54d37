"""Shops under front-door responsibility: the list, the page of one, codes to stick on, the league of streets."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices, prints
from chuangcheng.desk.files import stream
from chuangcheng.desk.pictures import of_owner
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.shops import compliance, selectors
from chuangcheng.sites.shops.models import Rectification, Shop
from chuangcheng.sites.states import RECTIFICATION, SHOP
from chuangcheng.web import qr
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing
from chuangcheng.web.tables.columns import narrow, read

MOST_CODES = 600  # on fifty pages; more are printed street by street
GRADE_TONES = {"good": "green", "fair": "amber", "poor": "red"}


def shop_url(shop: Shop) -> str:
    """The page of a shop."""
    return reverse("desk:shop", args=[shop.pk])


def grade_word(shop: Any) -> str:
    """The compliance grade in words."""
    return compliance.formula().label(shop.grade).text(language())


def _grades(_request: HttpRequest) -> list[Choice]:
    formula = compliance.formula()
    codes = [*(grade.code for grade in formula.grades), compliance.UNKNOWN]
    return [(code, formula.label(code).text(language())) for code in codes]


def _states(table: Any) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in table.states]


def _trades(_request: HttpRequest) -> list[Choice]:
    names = Shop.objects.exclude(trade="").order_by("trade").values_list("trade", flat=True).distinct()[:60]
    return [(name, name) for name in names]


def _search(rows: QuerySet[Shop], words: str) -> QuerySet[Shop]:
    named = Q(name__icontains=words) | Q(code__icontains=words) | Q(road__icontains=words) | Q(sheet_no=words)
    return rows.filter(named | Q(credit_code__iexact=words))


def _signed(rows: QuerySet[Shop], value: str) -> QuerySet[Shop]:
    return rows.filter(signed_on__isnull=value == "no")


def _checked(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(checks_made__gt=0) if value == "yes" else rows.filter(checks_made=0)


def _running(rows: QuerySet[Shop], value: str) -> QuerySet[Shop]:
    final = [state.code for state in RECTIFICATION.states if state.final]
    wanted = Rectification.objects.exclude(state__in=final)
    wanted = wanted if value == "any" else wanted.filter(state=value)
    return rows.filter(pk__in=wanted.values("shop"))


def _steps(_request: HttpRequest) -> list[Choice]:
    rows = [(state.code, state.label.text(language())) for state in RECTIFICATION.states if not state.final]
    return [("any", _("有办理中的")), *rows]


def _yes_no(yes: Any, no: Any) -> Any:
    return lambda _r: [("yes", yes), ("no", no)]


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    Filter("road", _("路名"), lambda rows, value: rows.filter(road=value), quiet=True),
    Filter("trade", _("行业"), lambda rows, value: rows.filter(trade=value), _trades),
    Filter("grade", _("履约"), lambda rows, value: rows.filter(grade=value), _grades),
    Filter("step", _("提醒与整改"), _running, _steps),
    Filter("signed", _("责任书"), _signed, _yes_no(_("已签订"), _("未签订"))),
    Filter("checked", _("检查"), _checked, _yes_no(_("期内已查"), _("期内未查"))),
    Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), lambda _r: _states(SHOP)),
)
LISTING = Listing(
    "shops",
    _("门店"),
    columns=(
        Column("code", _("编号"), lambda row: row.code, sort="code", url=shop_url),
        Column("name", _("店名"), lambda row: row.name, sort="name", wide=True),
        Column("trade", _("行业"), lambda row: row.trade),
        Column("address", _("路名门牌"), lambda row: row.address, sort="road"),
        Column("area", _("社区"), lambda row: row.division.name),
        Column("signed", _("签订日期"), lambda row: row.signed_on),
        Column("sheet", _("责任书编号"), lambda row: row.sheet_no, shown=False),
        Column("front", _("门面（米）"), lambda row: row.front_metres, number=True, shown=False),
        Column("checks", _("期内检查"), lambda row: row.checks_made, number=True),
        Column("last", _("最近检查"), lambda row: row.last_check),
        Column("grade", _("履约"), grade_word, template="desk/cells/compliance.html", corner=True),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", shown=False),
    ),
    filters=FILTERS,
    sort="code",
)


def shop_rows(request: StaffRequest) -> QuerySet[Shop]:
    """The visible shops with what their checks make of them."""
    return compliance.graded(selectors.visible_to(request.actor), clock.now())


@page("shops.view")
def shop_list(request: StaffRequest) -> HttpResponseBase:
    """Shops, narrowed and sorted."""
    context = {
        "views": views("shops"),
        "formula": compliance.formula().sentence,
        "may_import": holds(request, "shops.edit"),
        "codes_url": reverse("desk:shop_codes") + (f"?{request.GET.urlencode()}" if request.GET else ""),
    }
    return LISTING.respond(request, shop_rows(request), "desk/shops.html", context)


def views(current: str) -> list[tuple[str, object, bool]]:
    """The ways to look at shops."""
    names = (("shops", _("门店")), ("rectifications", _("提醒与整改")), ("shop_league", _("街道排名")))
    return [(reverse(f"desk:{name}"), label, name == current) for name, label in names]


@page("shops.view")
def shop_page(request: StaffRequest, shop_id: UUID) -> HttpResponse:
    """One shop: its duty, its checks with photos, what followed, and its code."""
    shop = selectors.get_shop_for(request.actor, shop_id)
    graded = compliance.graded(Shop.objects.filter(pk=shop.pk), clock.now()).get()
    checks = list(selectors.checks_of(shop)[:30])
    followed = list(selectors.visible_rectifications(request.actor).filter(shop=shop).order_by("-reminded_at")[:10])
    pictures = of_owner("shop_check", [check.pk for check in checks], "desk:shop_photo")
    open_rows = [row for row in followed if not RECTIFICATION.state(row.state).final]
    context: dict[str, Any] = {
        "shop": shop, "graded": graded, "formula": compliance.formula().sentence,
        "checks": [(check, pictures.get(check.pk, [])) for check in checks], "duties": compliance.DUTIES,
        "followed": [(row, selectors.rectification_moves_for(request.actor, row)) for row in followed],
        "remindable": None if open_rows else _remindable(request, shop, checks),
        "moves": selectors.moves_for(request.actor, shop),
        "may_edit": selectors.may(request.actor, "shops.edit", shop),
        "may_check": shop.state == SHOP.initial and selectors.may(request.actor, "shops.check", shop),
        "contact": selectors.contact_unit(shop),
    }  # fmt: skip
    return render(request, "desk/shop.html", context)


def _remindable(request: StaffRequest, shop: Shop, checks: list[Any]) -> Any:
    """The newest check, if it found something of which the shop was not reminded yet."""
    newest = checks[0] if checks and checks[0].failed else None
    if newest is None or not selectors.may(request.actor, "shops.check", shop):
        return None
    return None if newest.rectifications.exists() else newest


@page("shops.view")
def shop_code(request: StaffRequest, shop_id: UUID, kind: str) -> HttpResponse:
    """The shop's QR code as SVG or PNG."""
    shop = selectors.get_shop_for(request.actor, shop_id)
    address = code_address(request, shop)
    if kind == "svg":
        return prints.download(qr.svg(address).encode(), f"{shop.code}.svg", "image/svg+xml")
    if kind == "png":
        return prints.download(qr.png(address), f"{shop.code}.png", "image/png")
    raise Refused("common.not_found")


def code_address(request: HttpRequest, shop: Shop) -> str:
    """What a shop's code leads to."""
    return qr.public_address(request, reverse("portal:shop", args=[shop.pk]))


@page("shops.view")
def shop_codes(request: StaffRequest) -> HttpResponse:
    """Codes of the shops in the list as it is narrowed, twelve to a page."""
    rows = narrow(shop_rows(request).filter(state=SHOP.initial), read(FILTERS, request)).order_by("road", "code")
    found = list(rows[: MOST_CODES + 1])
    if not found:
        raise Refused("shop.no_codes")
    if len(found) > MOST_CODES:
        raise Refused("shop.too_many_codes", limit=MOST_CODES)
    cards = [
        prints.Card(shop.name, f"{shop.division.name} {shop.address}", shop.code, qr.svg(code_address(request, shop)))
        for shop in found
    ]
    data = prints.print_codes("门前三包二维码", "门前三包", cards, clock.now())
    return prints.download(data, "门前三包二维码.pdf")


@page("shops.view")
def shop_photo(request: StaffRequest, owner_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of a check at a shop's front."""
    selectors.get_check_for(request.actor, owner_id)
    return stream(request, ("shop_check", owner_id), photo_id)


@page("shops.view")
def shop_league(request: StaffRequest) -> HttpResponse:
    """The streets by what was found at their shops' fronts."""
    now = clock.now()
    rows = [
        (number, line, urlencode({"area": line.division.path}))
        for number, line in enumerate(selectors.league(request.actor, now), 1)
    ]
    context = {"views": views("shop_league"), "rows": rows, "formula": compliance.formula().sentence,
               "days": compliance.formula().days}  # fmt: skip
    return render(request, "desk/shop_league.html", context)
