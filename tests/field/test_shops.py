"""A check at a shop's front, from the phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.sites.shops import actions
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from tests.photos.pictures import encoded, scene
from tests.sites.registers import AWAY, make_shop

Phone = Callable[[str], Client]


@pytest.fixture
def shop(small_city: Any, noon: Any) -> Shop:
    return make_shop()


def send(client: Client, shop: Shop, **more: Any) -> Any:
    form = {"id": str(uuid4()), "hygiene": "yes", "greening": "", "order": "yes", **more}
    return client.post(f"/field/shops/{shop.pk}/", form)


def test_three_answers_and_send(phone: Phone, shop: Shop) -> None:
    client = phone("grid")
    html = client.get(f"/field/shops/{shop.pk}/").content.decode()
    assert "卫生" in html and "绿化" in html and "秩序" in html and shop.name in html
    assert send(client, shop).status_code == 302
    check = ShopCheck.objects.get()
    assert (check.hygiene, check.greening, check.order) == (True, None, True)
    assert not Rectification.objects.exists()
    assert "检查已记录" in client.get("/field/shops/").content.decode()


def test_pressing_twice_records_once(phone: Phone, shop: Shop) -> None:
    client, same = phone("grid"), str(uuid4())
    for _ in range(2):
        assert send(client, shop, id=same).status_code == 302
    assert ShopCheck.objects.count() == 1


def test_what_failed_is_reminded_of_once(phone: Phone, shop: Shop) -> None:
    client = phone("grid")
    send(client, shop, order="no", remind="1")
    send(client, shop, order="no", remind="1")
    assert (ShopCheck.objects.count(), Rectification.objects.count()) == (2, 1)
    send(client, make_shop(code="MD2"), order="no")
    assert Rectification.objects.count() == 1, "the box was not ticked"


def test_photos_come_along_and_nonsense_leaves_nothing(phone: Phone, shop: Shop) -> None:
    client = phone("grid")
    good = SimpleUploadedFile("a.jpg", encoded(scene()), content_type="image/jpeg")
    assert send(client, shop, hygiene="no", photos=good).status_code == 302
    bad = SimpleUploadedFile("b.jpg", b"no photo", content_type="image/jpeg")
    send(client, shop, photos=bad)
    send(client, shop, hygiene="", order="")
    send(client, shop, id="nonsense", note="x" * 301)
    assert ShopCheck.objects.count() == 1


def test_who_may_and_where(phone: Phone, shop: Shop) -> None:
    assert phone("auditor").get(f"/field/shops/{shop.pk}/").status_code == 403
    assert phone("street2").get(f"/field/shops/{shop.pk}/").status_code == 404
    assert send(phone("street2"), shop).status_code == 404


def test_finding_a_shop(phone: Phone, shop: Shop) -> None:
    make_shop(code="MD2", name="老王面馆", road="松溪路", lat=30.006, lon=120.002)
    make_shop(code="MD3", name="远处", **AWAY)
    client = phone("grid")

    def names(query: str) -> list[str]:
        return [row.name for row in client.get(f"/field/shops/?{query}").context["shops"]]

    assert set(names("")) == {"好邻居便利店", "老王面馆"}
    assert (
        names("q=面馆") == ["老王面馆"] and names("q=松溪路") == ["老王面馆"] and names("q=MD001") == ["好邻居便利店"]
    )
    assert names("lat=30.0061&lon=120.002") == ["老王面馆", "好邻居便利店"]
    assert names("lat=30.3&lon=120.3") == [] and names("lat=nan&lon=x") != []
    assert "没有找到门店" in client.get("/field/shops/?q=无").content.decode()


def test_a_closed_shop_is_not_checked(phone: Phone, shop: Shop) -> None:
    actions.shut_shop(actor=SYSTEM, shop_id=shop.pk)
    assert "不再检查" in phone("grid").get(f"/field/shops/{shop.pk}/").content.decode()
    send(phone("grid"), shop)
    assert not ShopCheck.objects.exists()
