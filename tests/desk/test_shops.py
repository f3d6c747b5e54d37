"""Shops on the desk: the list by compliance, the page, codes, reminders and notices, the league."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.sites.shops import actions, rectification
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from tests.conftest import NOON
from tests.photos.pictures import encoded, scene
from tests.sites.registers import AWAY, make_check, make_shop

Sign = Callable[[str], Client]


@pytest.fixture
def shops(personas: dict[str, Actor], noon: Any) -> list[Shop]:
    """MD001 failed and was reminded; MD002 is good; MD003 far away, unsigned, never checked."""
    first = make_shop()
    second = make_shop(code="MD002", name="老王面馆", trade="餐饮", road="松溪路", door="3号")
    third = make_shop(code="MD003", name="五金店", trade="", signed_on=None, sheet_no="", **AWAY)
    check = make_check(personas["grid"], first, hygiene=False, order=False, photos=[encoded(scene())])
    rectification.remind_shop(actor=personas["grid"], check_id=check.pk)
    make_check(personas["grid"], second, order=True)
    return [first, second, third]


def url(row: Any, name: str = "shop", *more: str) -> str:
    return reverse(f"desk:{name}", args=[row.pk, *more])


def codes(client: Client, query: str = "") -> list[str]:
    return [row.code for row in client.get(f"/desk/shops/?{query}").context["listing"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["MD001", "MD002", "MD003"]), ("q=面馆", ["MD002"]), ("q=松溪", ["MD002"]), ("q=2026-001", ["MD001", "MD002"]),
        ("trade=餐饮", ["MD002"]), ("grade=poor", ["MD001"]), ("grade=good", ["MD002"]), ("grade=none", ["MD003"]),
        ("step=any", ["MD001"]), ("step=reminded", ["MD001"]), ("step=noticed", []), ("signed=no", ["MD003"]),
        ("checked=yes", ["MD001", "MD002"]), ("checked=no", ["MD003"]), ("road=松溪路", ["MD002"]),
        ("state=moved", []), ("area=990100/990101/990101002/", ["MD003"]), ("sort=-name", ["MD002", "MD001", "MD003"]),
        ("sort=address", ["MD001", "MD003", "MD002"]),
    ],
)  # fmt: skip
def test_filters_and_order(as_persona: Sign, shops: list[Shop], query: str, found: list[str]) -> None:
    assert sorted(codes(as_persona("office"), query)) == sorted(found)
    if "sort" in query:
        assert len(codes(as_persona("office"), query)) == 3


def test_a_street_sees_its_own_and_a_department_all(as_persona: Sign, shops: list[Shop]) -> None:
    assert codes(as_persona("street")) == ["MD001", "MD002"]
    assert codes(as_persona("street2")) == ["MD003"]
    assert len(codes(as_persona("department"))) == 3
    assert as_persona("street2").get(url(shops[0])).status_code == 404


def test_the_page_of_a_shop(as_persona: Sign, shops: list[Shop]) -> None:
    html = as_persona("street").get(url(shops[0])).content.decode()
    for word in (
        "好邻居便利店",
        "较差",
        "未落实",
        "不适用",
        "河东街道",
        "内部使用，不公开",
        "发整改通知书",
        "记录检查",
    ):
        assert word in html, word
    assert "移交执法" not in html, "the deadline has not passed, there is not even a notice"
    assert "还没有检查过" in as_persona("office").get(url(shops[2])).content.decode()


def test_a_photo_of_a_check_is_streamed_to_those_who_see_the_shop(as_persona: Sign, shops: list[Shop]) -> None:
    page = as_persona("street").get(url(shops[0]))
    ((_check, (picture,)),) = page.context["checks"]
    answer = as_persona("street").get(picture.thumb_url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    assert as_persona("street2").get(picture.url).status_code == 404


def test_codes_of_a_shop(as_persona: Sign, shops: list[Shop]) -> None:
    client = as_persona("street")
    svg = client.get(url(shops[0], "shop_code", "svg"))
    assert svg["Content-Type"] == "image/svg+xml" and svg.content.startswith(b"<svg") and b"<script" not in svg.content
    assert client.get(url(shops[0], "shop_code", "png")).content.startswith(b"\x89PNG")
    assert client.get(url(shops[0], "shop_code", "gif")).status_code == 404
    assert as_persona("street2").get(url(shops[0], "shop_code", "svg")).status_code == 404


def test_the_sheet_of_codes(as_persona: Sign, shops: list[Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = as_persona("office").get("/desk/shops/codes/?area=990100/990101/990101001/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    empty = as_persona("office").get("/desk/shops/codes/?q=无此店")
    assert empty.status_code == 404
    monkeypatch.setattr("chuangcheng.desk.sites.shops.MOST_CODES", 2)
    assert as_persona("office").get("/desk/shops/codes/").status_code == 422


def test_a_shop_is_registered_and_changed_by_hand(as_persona: Sign, small_city: Any, noon: Any) -> None:
    form = {"code": "MD009", "name": "花店", "road": "望湖路", "division": str(small_city.communities[0].pk)}
    client = as_persona("street")
    assert client.post("/desk/shops/new/", form).status_code == 302
    assert client.post("/desk/shops/new/", form).status_code == 409
    shop = Shop.objects.get(code="MD009")
    assert client.post(url(shop, "shop_edit"), {**form, "name": "鲜花店", "credit_code": "x"}).status_code == 422
    assert client.post(url(shop, "shop_edit"), {**form, "name": "鲜花店"}).status_code == 302
    assert client.get(url(shop, "shop_edit")).status_code == 200
    assert Shop.objects.get().name == "鲜花店"
    assert as_persona("grid").get("/desk/shops/new/").status_code == 403
    assert client.post(url(shop, "shop_move", "shut")).status_code == 302
    assert client.post(url(shop, "shop_move", "moon")).status_code == 404
    assert Shop.objects.get().state == "closed"


def test_from_the_check_to_the_document(as_persona: Sign, shops: list[Shop], small_city: Any) -> None:
    client = as_persona("street")
    row = Rectification.objects.get()
    form = client.get(url(row, "rectification_move", "serve"))
    assert "清扫门前地面" in form.content.decode() and "2026-09-18" in form.content.decode()
    assert client.get(url(row, "rectification_print")).status_code == 404, "nothing was served yet"
    sent = {"demand": "清扫", "due_on": "2026-09-18"}
    assert client.post(url(row, "rectification_move", "serve"), sent).status_code == 302
    printed = client.get(url(row, "rectification_print"))
    assert printed.content.startswith(b"%PDF") and f"{row.number}" in printed["Content-Disposition"]
    unit = {"unit": str(small_city.units["department"].pk)}
    assert client.post(url(row, "rectification_move", "hand_over"), unit).status_code == 409
    with clock.at(NOON + timedelta(days=5)):
        assert client.get("/desk/shops/rectifications/?late=yes").context["listing"].rows == [row]
        assert client.post(url(row, "rectification_move", "hand_over"), unit).status_code == 302
        paper = {"document_number": "城罚〔2026〕8号", "document_on": "2026-09-20"}
        assert client.post(url(row, "rectification_move", "note_penalty"), paper).status_code == 302
        html = client.get(url(shops[0])).content.decode()
    assert "城罚〔2026〕8号" in html and "执法已反馈" in html
    assert client.get(url(row, "rectification_move", "moon")).status_code == 404
    assert as_persona("street2").get(url(row, "rectification_move", "serve")).status_code == 404


def test_reminding_from_the_page(as_persona: Sign, shops: list[Shop], personas: dict[str, Actor]) -> None:
    make_check(personas["grid"], shops[1], order=False)
    page = as_persona("street").get(url(shops[1]))
    check = page.context["remindable"]
    assert check.failed == ["order"] and "提醒门店" in page.content.decode()
    assert as_persona("auditor").get(url(shops[1])).context["remindable"] is None
    assert as_persona("street").post(reverse("desk:shop_remind", args=[check.pk])).status_code == 302
    assert as_persona("street").get(url(shops[1])).context["remindable"] is None
    assert Rectification.objects.filter(shop=shops[1]).count() == 1


def test_settling_with_a_photo(as_persona: Sign, shops: list[Shop]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = Rectification.objects.get()
    photo = SimpleUploadedFile("a.jpg", encoded(scene()))
    assert as_persona("community").post(url(row, "rectification_move", "settle"), {"photos": photo}).status_code == 302
    assert Rectification.objects.get().state == "done"


def test_the_list_of_reminders(as_persona: Sign, shops: list[Shop]) -> None:
    listing = as_persona("street").get("/desk/shops/rectifications/").context["listing"]
    assert [row.shop.code for row in listing.rows] == ["MD001"]
    assert as_persona("street2").get("/desk/shops/rectifications/").context["listing"].rows == []
    assert as_persona("street").get("/desk/shops/rectifications/?state=done").context["listing"].rows == []


def test_the_league_leads_to_its_rows(as_persona: Sign, shops: list[Shop]) -> None:
    page = as_persona("office").get("/desk/shops/league/")
    east = next(line for _n, line, _q in page.context["rows"] if line.division.name == "河东街道")
    assert (east.shops, east.checked, east.running) == (2, 2, 1)
    client = as_persona("office")
    area = f"area={east.division.path}"
    assert len(codes(client, f"{area}&state=open")) == east.shops
    assert len(codes(client, f"{area}&state=open&checked=yes")) == east.checked
    assert len(codes(client, f"{area}&step=any")) == east.running
    assert "近 90 天" in page.content.decode()


def test_an_empty_league_says_so(as_persona: Sign) -> None:
    assert "还没有登记门店" in as_persona("office").get("/desk/shops/league/").content.decode()


@pytest.mark.parametrize("path", ["/desk/shops/", "/desk/shops/rectifications/", "/desk/shops/league/", "shop"])
def test_pages_cost_few_queries(
    as_persona: Sign, shops: list[Shop], path: str, django_assert_max_num_queries: Any
) -> None:
    client, address = as_persona("street"), url(shops[0]) if path == "shop" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_a_closed_shop_offers_no_check_and_no_code(as_persona: Sign, shops: list[Shop]) -> None:
    actions.shut_shop(actor=SYSTEM, shop_id=shops[2].pk)
    html = as_persona("office").get(url(shops[2])).content.decode()
    assert "记录检查" not in html and "门店二维码" not in html and "恢复营业" in html


def test_exports_hold_the_grade_and_need_their_right(as_persona: Sign, shops: list[Shop]) -> None:
    answer = as_persona("office").get("/desk/shops/?export=csv&grade=poor")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()) == 2 and "较差" in text
    assert as_persona("grid").get("/desk/shops/?export=csv").status_code == 403


def test_pages_speak_english(as_persona: Sign, shops: list[Shop]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    page = client.get("/desk/shops/")
    assert all(str(head.column.label).isascii() for head in page.context["listing"].heads)
    assert "Internal, never public" in page.content.decode()
    assert "Poor" in client.get(url(shops[0])).content.decode()
    assert ShopCheck.objects.count() == 2
