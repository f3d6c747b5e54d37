"""Changes of the register of shops, and checks at their fronts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from chuangcheng.history import outbox, prepared
from chuangcheng.kernel import clock, credit_code
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.places.models import Division
from chuangcheng.sites import registering
from chuangcheng.sites.registering import locked, settle, spot_of, step, text_of, write
from chuangcheng.sites.shops.models import ASPECTS, Shop, ShopCheck
from chuangcheng.sites.states import SHOP

EDIT = "shops.edit"
#: What history remembers: no name, no road, no word.
FACTS = (
    "code", "division_id", "division_path", "grid_id", "lat", "lon", "front_metres", "signed_on", "state",
)  # fmt: skip
WIDEST = Decimal("10000")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopInput:
    """A shop as a form or a sheet gives it. The place is a point (degrees in ``datum``) or the division alone."""

    code: str
    name: str
    road: str
    door: str = ""
    trade: str = ""
    division: Division | None = None
    lat: float | None = None
    lon: float | None = None
    datum: str = "wgs84"
    front_metres: Decimal | None = None
    credit_code: str = ""
    signed_on: date | None = None
    sheet_no: str = ""


def save_shop(*, actor: Actor, given: ShopInput) -> Shop:
    """Make or change the shop of that code; saving what stands changes nothing. Refused: ``sites.missing``,
    ``sites.unknown_division``, ``sites.bad_credit_code`` …, ``common.not_found`` outside of the actor's area."""
    with transaction.atomic():
        found = Shop.objects.select_for_update().filter(code=registering.code_of(given.code, "门店编号")).first()
        row, values = prepare(actor=actor, given=given, found=found)
        event = settle(row, values, actor, FACTS, fresh=found is None)
        write(row, event, fresh=found is None, payload={"code": row.code})
    return row


def prepare(*, actor: Actor, given: ShopInput, found: Shop | None) -> tuple[Shop, dict[str, Any]]:
    """The row and what it shall hold, checked: the part that a single save and an import share."""
    code = registering.code_of(given.code, "门店编号")
    place = _place(given)
    registering.allow(actor, EDIT, {place["division_path"], found.division_path if found else place["division_path"]})
    firm = normalise(given.credit_code).upper().replace(" ", "")
    if firm and not credit_code.is_sound(firm):
        raise Refused("sites.bad_credit_code", given=firm[:20])
    if given.signed_on and given.signed_on > clock.today().date():
        raise Refused("sites.future_day", column="签订日期")
    values: dict[str, Any] = {
        "code": code, "name": text_of(given.name, "店名", 100),
        "trade": text_of(given.trade, "行业", 30, required=False),
        "road": text_of(given.road, "路名", 60), "door": text_of(given.door, "门牌号", 30, required=False), **place,
        "front_metres": _metres(given.front_metres), "credit_code": firm, "signed_on": given.signed_on,
        "sheet_no": text_of(given.sheet_no, "责任书编号", 30, required=False),
    }  # fmt: skip
    return found or Shop(code=code), values


def _place(given: ShopInput) -> dict[str, Any]:
    if given.lat is None or given.lon is None:
        if given.division is None:
            raise Refused("sites.unknown_division")
        return {"lat": None, "lon": None, "grid_id": None, "division_id": given.division.pk,
                "division_path": given.division.path}  # fmt: skip
    spot = spot_of(given.lat, given.lon, given.datum)
    division, path = spot.division_id, spot.path
    if division is None:
        if given.division is None:
            raise Refused("sites.no_division")
        division, path = given.division.pk, given.division.path
    return {"lat": spot.lat, "lon": spot.lon, "grid_id": spot.grid_id, "division_id": division, "division_path": path}


def _metres(value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    if not 0 < value < WIDEST:
        raise Refused("sites.bad_count", column="门面宽度", given=value)
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def shut_shop(*, actor: Actor, shop_id: UUID) -> Shop:
    """Note that the shop has closed."""
    return _move(actor, shop_id, "shut", "shut")


def move_shop_out(*, actor: Actor, shop_id: UUID) -> Shop:
    """Note that the shop has moved away."""
    return _move(actor, shop_id, "move_out", "moved")


def reopen_shop(*, actor: Actor, shop_id: UUID) -> Shop:
    """Note that the shop is open again."""
    return _move(actor, shop_id, "reopen", "reopened")


def _move(actor: Actor, shop_id: UUID, move: str, done: str) -> Shop:
    with transaction.atomic():
        row = locked(Shop, shop_id)
        rights.require_or_system(actor, EDIT, path=row.division_path)
        step(row, SHOP, move, actor, FACTS, done=done)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCheckInput:
    """What was found at a front: True kept, False not kept, None does not apply. ``id`` comes from the client."""

    id: UUID
    shop_id: UUID
    hygiene: bool | None = None
    greening: bool | None = None
    order: bool | None = None
    note: str = ""
    photos: Sequence[photos.Shot] = ()


def check_shop(*, actor: Actor, given: ShopCheckInput) -> ShopCheck:
    """Record one check. The same id again answers with the stored one. Refused: ``shop.nothing_judged``,
    ``shop.not_open``, ``shop.other_shop``, and every reason of the photos' own room."""
    found = [getattr(given, name) for name in ASPECTS]
    if all(value is None for value in found):
        raise Refused("shop.nothing_judged")
    note = text_of(given.note, "说明", 300, required=False)
    prepared = [photos.prepare(data=shot) for shot in given.photos]  # the long part, before any lock
    with transaction.atomic():
        shop = locked(Shop, given.shop_id)
        post = rights.require(actor, "shops.check")
        if not rights.scope_of(post).reaches(path=shop.division_path):
            raise Refused("common.not_found")
        stored = ShopCheck.objects.filter(pk=given.id).first()
        if stored is not None:
            if stored.shop_id != shop.pk:
                raise Refused("shop.other_shop")
            return stored
        if shop.state != SHOP.initial:
            raise Refused("shop.not_open")
        check = _write(actor, shop, given, note, post.unit_id)
        for picture in prepared:
            photos.add(owner=("shop_check", check.pk), role="evidence", data=picture)
    return check


def _write(actor: Actor, shop: Shop, given: ShopCheckInput, note: str, unit_id: UUID) -> ShopCheck:
    now = clock.now()
    values = {name: getattr(given, name) for name in ASPECTS}
    try:
        with transaction.atomic():
            check = ShopCheck.objects.create(
                pk=given.id, shop=shop, happened_at=now, recorded_at=now, note=note, by_id=actor.person_id,
                unit_id=unit_id, **values,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("shop.other_shop") from None
    facts = {"check": given.id, **values}
    event = settle(shop, {}, actor, FACTS, action="shop.checked", more=facts)
    if event is not None:
        prepared.insert(event)
        shop.save(update_fields=["chain_seq", "chain_head"])
        outbox.emit("shop.checked", ("shop", shop.pk), {"check": str(given.id), "failed": check.failed})
    return check
