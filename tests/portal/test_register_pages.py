"""What anybody gets at a shop's, a window's and a photo's address: no more than is public, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import publishing
from chuangcheng.cases.models import Report
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.sites.models import Site, Voice
from chuangcheng.sites.shops import actions as shops
from chuangcheng.sites.shops.models import Shop, ShopCheck
from tests.cases.conftest import limits, play
from tests.cases.test_publishing import publish, sent
from tests.cases.test_window_work import make_window
from tests.sites.registers import make_shop
from tests.web.clients import sign_in

if TYPE_CHECKING:
    from chuangcheng.photos.models import Photo
    from tests.cases.play import Play

__all__ = ["limits", "play", "sent"]


@pytest.fixture
def shop(personas: dict[str, Actor], noon: Any) -> Shop:
    return make_shop(name="<b>鲜</b>&果")


@pytest.fixture
def window(small_city: Any, noon: Any, limits: None) -> Site:
    return make_window(small_city)


def voice(**more: str) -> dict[str, str]:
    return {"id": str(new_id()), "tone": "complaint", "aspect": "manner", "about": "service", "text": "没人理", **more}


def test_names_of_the_register_are_never_markup(shop: Shop, personas: dict[str, Actor]) -> None:
    for client, address in ((Client(), f"/shop/{shop.pk}/"), (sign_in(personas)("grid"), f"/field/shops/{shop.pk}/"),
                            (sign_in(personas)("grid"), "/field/shops/")):  # fmt: skip
        html = client.get(address).content.decode()
        assert "&lt;b&gt;鲜&lt;/b&gt;&amp;果" in html and "<b>鲜</b>" not in html, address


@pytest.mark.parametrize("persona", ["office", "leader", "auditor", "grid", "inspector"])
def test_the_way_to_the_check_is_for_those_who_check(shop: Shop, personas: dict[str, Actor], persona: str) -> None:
    page = sign_in(personas)(persona).get(f"/shop/{shop.pk}/")
    assert page.context["may_check"] is (persona in {"office", "grid", "inspector"})


def test_a_shut_shop_has_no_page_until_it_opens_again(shop: Shop) -> None:
    shops.shut_shop(actor=SYSTEM, shop_id=shop.pk)
    assert Client().get(f"/shop/{shop.pk}/").status_code == 404
    shops.reopen_shop(actor=SYSTEM, shop_id=shop.pk)
    assert Client().get(f"/shop/{shop.pk}/").status_code == 200
    assert Client().post(f"/shop/{shop.pk}/").status_code == 405


@pytest.mark.parametrize(("note", "kept"), [("泼\0水", "泼水"), (" 摆摊 ", "摆摊"), ("x" * 301, None)])
def test_a_note_of_a_check_is_kept_clean_or_not_at_all(
    shop: Shop, personas: dict[str, Actor], note: str, kept: str | None
) -> None:
    form = {"id": str(uuid4()), "hygiene": "no", "note": note}
    sign_in(personas)("grid").post(f"/field/shops/{shop.pk}/", form)
    assert [row.note for row in ShopCheck.objects.all()] == ([] if kept is None else [kept])


def test_a_check_needs_its_right_and_an_answer(shop: Shop, personas: dict[str, Actor]) -> None:
    for persona, answers, status in (("auditor", {"order": "yes"}, 403), ("leader", {"order": "yes"}, 403),
                                     ("street2", {"order": "yes"}, 404)):  # fmt: skip
        form = {"id": str(uuid4()), **answers}
        assert sign_in(personas)(persona).post(f"/field/shops/{shop.pk}/", form).status_code == status, persona
    for answers in ({}, {"order": "perhaps"}):
        form = {"id": str(uuid4()), **answers}
        page = sign_in(personas)("grid").post(f"/field/shops/{shop.pk}/", form, follow=True)
        assert "至少要查一项" in page.content.decode()
    assert not ShopCheck.objects.exists()
    assert Client().get(f"/field/shops/{shop.pk}/").status_code == 302, "nobody is signed in"


@pytest.mark.parametrize("path", ["/field/shops/?q=鲜", "/field/shops/?lat=30.003&lon=120.002", "one", "public"])
def test_pages_of_a_shop_cost_few_queries(
    shop: Shop, personas: dict[str, Actor], path: str, django_assert_max_num_queries: Any
) -> None:
    address = {"one": f"/field/shops/{shop.pk}/", "public": f"/shop/{shop.pk}/"}.get(path, path)
    client = sign_in(personas)("grid")
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"text": " "}, "text"), ({"tone": "moon"}, "tone"), ({"aspect": ""}, "aspect"), ({"about": "x"}, "about"),
     ({"id": "x"}, "id"), ({"text": "长" * 1001}, "text"), ({"phone": "不是电话"}, "phone"), ({"name": "长" * 61}, "name"),
     ({"text": "骂\0人"}, "text")],
)  # fmt: skip
def test_a_wrong_word_at_a_window_is_blamed_at_its_field(window: Site, wrong: dict[str, str], field: str) -> None:
    answer = Client().post(f"/window/{window.pk}/", voice(**wrong))
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {field}
    assert not (Voice.objects.exists() or Report.objects.exists())


def test_one_form_sent_twice_is_one_complaint_with_one_code(window: Site) -> None:
    form = voice()
    first, second = (Client().post(f"/window/{window.pk}/", form) for _ in range(2))
    assert first.context["code"] == second.context["code"]
    assert (Voice.objects.count(), Report.objects.count()) == (1, 1)


def test_a_window_out_of_use_takes_no_word(window: Site) -> None:
    Site.objects.filter(pk=window.pk).update(state="closed")
    assert Client().get(f"/window/{window.pk}/").status_code == 404
    assert Client().post(f"/window/{window.pk}/", voice()).status_code == 404
    assert Client().put(f"/window/{window.pk}/").status_code == 405
    assert not Report.objects.exists()


def test_thanks_and_refusals_at_a_window_in_english(window: Site) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    assert "must not be empty" in client.post(f"/window/{window.pk}/", voice(text="")).content.decode()
    html = client.post(f"/window/{window.pk}/", voice(about="staff", text="rude")).content.decode()
    assert Report.objects.get().number in html and "rude" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_public_photo_is_read_and_nothing_else(play: Play, sent: tuple[Report, Photo], method: str) -> None:
    publish(play, sent)
    address = reverse("portal:photo", args=[sent[1].pk])
    assert getattr(Client(), method)(address).status_code == 405
    assert Client().get(reverse("portal:photo", args=[uuid4()])).status_code == 404
    assert publishing.public_photo(sent[1].pk).copy_sha256


@pytest.mark.django_db
def test_who_may_not_publish_changes_nothing_by_the_page(play: Play, sent: tuple[Report, Photo]) -> None:
    sign = sign_in(play.by)
    page = reverse("desk:redaction", args=["report", sent[0].pk, sent[1].pk])
    for persona in ("street", "community", "inspector", "department"):
        assert sign(persona).post(page, {"boxes": "[]"}).status_code in {403, 404}, persona
    assert publishing.public_photos([sent[0].pk]) == {}
    publish(play, sent)
    for persona in ("leader", "street", "auditor"):
        assert sign(persona).post(page, {"withdraw": "1"}).status_code in {403, 404}, persona
    assert publishing.public_photo(sent[1].pk)


@pytest.mark.django_db
def test_the_number_of_boxes_has_an_end(play: Play, sent: tuple[Report, Photo]) -> None:
    page = reverse("desk:redaction", args=["report", sent[0].pk, sent[1].pk])
    office = sign_in(play.by)("office")
    box = "[0,0,0.5,0.5]"
    office.post(page, {"boxes": f"[{','.join([box] * 61)}]"})
    assert publishing.public_photos([sent[0].pk]) == {}
    office.post(page, {"boxes": f"[{','.join([box] * 60)}]"})
    assert publishing.public_photo(sent[1].pk).boxes == 60
