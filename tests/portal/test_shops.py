"""What a shop's code opens: its duty, and nothing of what was found at it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.sites.shops import actions, rectification
from chuangcheng.sites.shops.models import Shop
from tests.sites.registers import make_check, make_shop
from tests.web.clients import sign_in


@pytest.fixture
def shop(personas: dict[str, Actor], noon: Any) -> Shop:
    """One that was found wanting, and reminded."""
    made = make_shop(credit_code="91350100M000100Y43")
    check = make_check(personas["grid"], made, hygiene=False, note="乱泼泔水")
    rectification.remind_shop(actor=personas["grid"], check_id=check.pk)
    return made


def test_the_public_page_shows_the_duty(shop: Shop) -> None:
    html = Client().get(f"/shop/{shop.pk}/").content.decode()
    for word in ("好邻居便利店", "望湖路12号", "包卫生", "包绿化", "包秩序", "河东街道", "我要上报"):
        assert word in html, word


def test_the_public_page_tells_nothing_of_failures(shop: Shop) -> None:
    html = Client().get(f"/shop/{shop.pk}/").content.decode()
    for word in (
        "泔水",
        "未落实",
        "较差",
        "履约",
        "提醒",
        "整改",
        "ZG2026",
        "91350100M000100Y43",
        "2026-001",
        "记录检查",
    ):
        assert word not in html, word


def test_the_report_has_place_and_shop_filled_in(shop: Shop) -> None:
    address = Client().get(f"/shop/{shop.pk}/").context["report_url"]
    query = {name: values[0] for name, values in parse_qs(urlparse(address).query).items()}
    assert query == {"address": "望湖路12号 好邻居便利店", "lat": "30.003000", "lon": "120.002000"}
    assert Client().get(address).status_code == 200


def test_a_shop_without_a_point_fills_in_its_address(small_city: Any, noon: Any) -> None:
    made = make_shop(lat=None, lon=None, division=small_city.communities[0])
    assert "lat=" not in Client().get(f"/shop/{made.pk}/").context["report_url"]


def test_a_checker_gets_to_the_check(shop: Shop, personas: dict[str, Actor]) -> None:
    assert "记录检查" in sign_in(personas)("grid").get(f"/shop/{shop.pk}/").content.decode()


def test_gone_shops_are_not_found(shop: Shop) -> None:
    actions.move_shop_out(actor=SYSTEM, shop_id=shop.pk)
    assert Client().get(f"/shop/{shop.pk}/").status_code == 404


def test_it_speaks_english(shop: Shop) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    html = client.get(f"/shop/{shop.pk}/").content.decode()
    assert "Hygiene" in html and "report it" in html
