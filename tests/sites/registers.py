"""Compounds and shops for tests, in the squares of the small city."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.sites.compounds.actions import CompoundInput, save_compound
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.shops.actions import ShopCheckInput, ShopInput, check_shop, save_shop
from chuangcheng.sites.shops.models import Shop, ShopCheck

HOME = {"lat": 30.003, "lon": 120.002}  # community 永安, street 河东
AWAY = {"lat": 30.003, "lon": 120.022}  # community 新华, street 河西


def compound_input(**more: Any) -> CompoundInput:
    """和顺小区 in 永安, with a company and a committee."""
    return CompoundInput(**{
        "code": "XQ001", "name": "和顺小区", **HOME, "property_kind": "company", "property_company": "安居物业",
        "committee": "yes", "committee_until": date(2028, 6, 30), "households": 320, "year_built": 2004,
        "bin_points": 4, "bins": 16, **more,
    })  # fmt: skip


def make_compound(actor: Actor = SYSTEM, **more: Any) -> Compound:
    """A saved one."""
    return save_compound(actor=actor, given=compound_input(**more))


def shop_input(**more: Any) -> ShopInput:
    """好邻居便利店 at 望湖路12号, in 永安."""
    return ShopInput(**{
        "code": "MD001", "name": "好邻居便利店", "road": "望湖路", "door": "12号", "trade": "便利店", **HOME,
        "front_metres": Decimal("6.5"), "signed_on": date(2026, 3, 1), "sheet_no": "2026-001", **more,
    })  # fmt: skip


def make_shop(actor: Actor = SYSTEM, **more: Any) -> Shop:
    """A saved one."""
    return save_shop(actor=actor, given=shop_input(**more))


def make_check(actor: Actor, shop: Shop, check_id: UUID | None = None, **answers: Any) -> ShopCheck:
    """A check; hygiene kept and the rest does not apply, unless said otherwise."""
    given = {"hygiene": True, **answers}
    return check_shop(actor=actor, given=ShopCheckInput(id=check_id or new_id(), shop_id=shop.pk, **given))


def workbook(path: Path, name: str, headers: list[str], rows: list[list[Any]]) -> Path:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = name
    for row in [headers, *rows]:
        page.append(row)
    book.save(path)
    return path
