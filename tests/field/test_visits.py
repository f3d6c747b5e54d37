"""A visit on the phone: the nearest site first, the checklist item by item, the finish."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.play import picture

if TYPE_CHECKING:
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.patrols.models import Visit
    from chuangcheng.sites.models import Site

pytestmark = pytest.mark.django_db
Phone = Callable[[str], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def far(site: Site, small_city: Any, personas: dict[str, Actor]) -> Site:
    """Another lane, 2 km to the east."""
    from chuangcheng.sites.actions import save_site

    return save_site(actor=personas["office"], code="D002", name="新华巷", kind_code="lane",
                     unit=small_city.units["street2"], lat=30.003, lon=120.022)  # fmt: skip


def codes(site: Site) -> list[str]:
    return list(site.kind.items.order_by("order").values_list("code", flat=True))


def answer_for(visit: Visit, code: str, *, good: bool) -> dict[str, str]:
    """A form that passes or fails the item, however it is scored."""
    from chuangcheng.kernel.scoring import parse_item

    rule = parse_item(visit.site.kind.items.get(code=code).scoring)
    if rule.asks_value:
        return {"value": "0" if good == rule.at_most else "99"}
    return {"defects": "0" if good else "1"}


def test_the_nearest_site_stands_first(site: Site, far: Site, phone: Phone) -> None:
    client = phone("inspector")
    for lon, first, second in (("120.021", far, site), ("120.001", site, far)):
        page = client.get(reverse("field:sites"), {"lat": "30.003", "lon": lon}).content.decode()
        assert page.index(first.name) < page.index(second.name)
    assert "米" not in client.get(reverse("field:sites"), {"lat": "nan", "lon": "1"}).content.decode()


def test_a_site_is_found_by_name(site: Site, far: Site, phone: Phone) -> None:
    page = phone("inspector").get(reverse("field:sites"), {"q": "新华"}).content.decode()
    assert far.name in page and site.name not in page
    assert "没有这个名称的点位" in phone("inspector").get(reverse("field:sites"), {"q": "\0没有"}).content.decode()


def test_who_may_not_visit_is_kept_out(site: Site, visit: Visit, phone: Phone) -> None:
    client = phone("grid")
    assert client.get(reverse("field:sites")).status_code == 403
    assert client.post(reverse("field:start", args=[site.pk]), {"mode": "patrol"}).status_code == 403
    assert phone("street").get(reverse("field:visit", args=[visit.pk])).status_code == 404


def test_a_visit_begins_where_the_phone_is(site: Site, phone: Phone, noon: object) -> None:
    from chuangcheng.patrols.models import Visit

    client, address = phone("inspector"), reverse("field:start", args=[site.pk])
    assert "督查方式" in client.get(address).content.decode()
    client.post(address, {"mode": "covert", "lat": "30.0031", "lon": "120.0021"})
    visit = Visit.objects.get()
    assert (visit.mode, visit.lat, visit.lon) == ("covert", 30.0031, 120.0021)
    assert client.get(address).headers["Location"] == reverse("field:visit", args=[visit.pk])


def test_an_unknown_mode_is_refused(site: Site, phone: Phone, noon: object) -> None:
    from chuangcheng.patrols.models import Visit

    phone("inspector").post(reverse("field:start", args=[site.pk]), {"mode": "raid"})
    assert not Visit.objects.exists()


def test_the_walk_shows_every_item(visit: Visit, phone: Phone) -> None:
    page = phone("inspector").get(reverse("field:visit", args=[visit.pk])).content.decode()
    for code in codes(visit.site):
        assert f'id="item-{code}"' in page


def test_an_item_that_conforms_is_noted_and_shown(visit: Visit, phone: Phone) -> None:
    code = codes(visit.site)[0]
    address = reverse("field:check", args=[visit.pk, code])
    card = phone("inspector").post(address, answer_for(visit, code, good=True), headers=HTMX).content.decode()
    assert card.lstrip().startswith(f'<article class="task task--open" id="item-{code}"')
    assert "符合" in card and "<form" not in card
    assert visit.checks.get().grade == "A"


def test_without_a_script_the_walk_comes_back_at_the_item(visit: Visit, phone: Phone) -> None:
    code = codes(visit.site)[0]
    answer = phone("inspector").post(reverse("field:check", args=[visit.pk, code]), answer_for(visit, code, good=True))
    assert answer.headers["Location"] == reverse("field:visit", args=[visit.pk]) + f"#item-{code}"


def test_a_failed_item_opens_a_case_with_its_photo(visit: Visit, phone: Phone) -> None:
    from chuangcheng.photos import selectors as photos

    code = codes(visit.site)[0]
    form = answer_for(visit, code, good=False) | {
        "note": "墙角三袋垃圾",
        "photos": SimpleUploadedFile("a.jpg", picture()),
    }
    card = phone("inspector").post(reverse("field:check", args=[visit.pk, code]), form, headers=HTMX).content.decode()
    check = visit.checks.get()
    assert check.case is not None and check.case.number in card and "墙角三袋垃圾" in card
    assert photos.of(("check", check.pk)).get().stored_at is not None


def test_a_file_that_is_no_photo_leaves_no_half_check(visit: Visit, phone: Phone) -> None:
    from chuangcheng.cases.models import Case

    code = codes(visit.site)[0]
    form = answer_for(visit, code, good=False) | {"photos": SimpleUploadedFile("a.jpg", b"<svg/>")}
    answer = phone("inspector").post(reverse("field:check", args=[visit.pk, code]), form, headers=HTMX)
    assert answer.status_code == 422
    assert not visit.checks.exists() and not Case.objects.exists()


def test_not_applicable_is_an_answer(visit: Visit, phone: Phone) -> None:
    code = codes(visit.site)[0]
    phone("inspector").post(reverse("field:check", args=[visit.pk, code]), {"result": "na"}, headers=HTMX)
    assert visit.checks.get().grade == "NA"


@pytest.mark.parametrize("form", [{"defects": "-1"}, {"defects": "many"}, {"defects": "9" * 30}, {"value": "NaN"},
                                  {"value": "1e999"}, {"value": "x"}, {"note": "x" * 400}])  # fmt: skip
def test_nonsense_is_refused_and_writes_nothing(visit: Visit, phone: Phone, form: dict[str, str]) -> None:
    code = codes(visit.site)[0]
    answer = phone("inspector").post(reverse("field:check", args=[visit.pk, code]), form, headers=HTMX)
    assert 400 <= answer.status_code < 500
    assert not visit.checks.exists()


def test_a_second_answer_to_one_item_is_refused(visit: Visit, phone: Phone) -> None:
    code, client = codes(visit.site)[0], phone("inspector")
    address = reverse("field:check", args=[visit.pk, code])
    client.post(address, answer_for(visit, code, good=True), headers=HTMX)
    assert client.post(address, answer_for(visit, code, good=True), headers=HTMX).status_code == 200
    assert client.post(address, answer_for(visit, code, good=False), headers=HTMX).status_code == 409
    assert visit.checks.count() == 1


def test_an_unknown_item_is_refused(visit: Visit, phone: Phone) -> None:
    answer = phone("inspector").post(reverse("field:check", args=[visit.pk, "X-99"]), {"defects": "0"}, headers=HTMX)
    assert answer.status_code == 422


def test_a_finished_visit_tells_its_score(visit: Visit, phone: Phone) -> None:
    client = phone("inspector")
    for code in codes(visit.site):
        client.post(reverse("field:check", args=[visit.pk, code]), answer_for(visit, code, good=True), headers=HTMX)
    page = client.post(reverse("field:finish", args=[visit.pk]), follow=True).content.decode()
    assert "100.00 分" in page
    assert "<form" not in client.get(reverse("field:visit", args=[visit.pk])).content.decode().split("<footer")[0]


def test_the_walk_takes_few_queries(visit: Visit, phone: Phone, django_assert_max_num_queries: Any) -> None:
    client = phone("inspector")
    client.get(reverse("field:visit", args=[visit.pk]))
    with django_assert_max_num_queries(15):
        client.get(reverse("field:visit", args=[visit.pk]))


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_place_at_all_is_read_or_is_none(lat: str, lon: str) -> None:
    from chuangcheng.field.place import read_place

    place = read_place(lat, lon)
    assert place is None or (-90 <= place[0] <= 90 and -180 <= place[1] <= 180)


def given_up(client: Client, visit: Visit, reason: str) -> str:
    """What the next page says after the visit was given up, or was not."""
    answer = client.post(reverse("field:abandon", args=[visit.pk]), {"reason_code": reason}, follow=True)
    visit.refresh_from_db()
    return answer.content.decode()


def test_a_visit_that_came_to_nothing_is_given_up(visit: Visit, phone: Phone) -> None:
    client, address = phone("inspector"), reverse("field:visit", args=[visit.pk])
    page = client.get(address).content.decode()
    assert "点位未开放" in page and reverse("field:abandon", args=[visit.pk]) in page
    assert f"到访 {visit.number} 已放弃，不计次数" in given_up(client, visit, "no_access")
    assert visit.state == "abandoned"
    page = client.get(address).content.decode()
    assert "到访已放弃" in page and "<form" not in page.split("<footer")[0]
    assert visit.site.name not in client.get(reverse("field:home")).content.decode()


@pytest.mark.parametrize(("reason", "said"), [("", "放弃到访"), ("rain", "没有放弃到访的理由“rain”")])
def test_giving_up_needs_a_reason_of_the_list(visit: Visit, phone: Phone, reason: str, said: str) -> None:
    assert said in given_up(phone("inspector"), visit, reason)
    assert visit.state == "open"


def test_what_was_checked_is_not_thrown_away(visit: Visit, phone: Phone) -> None:
    client, code = phone("inspector"), codes(visit.site)[0]
    form = answer_for(visit, code, good=True)
    card = client.post(reverse("field:check", args=[visit.pk, code]), form, headers=HTMX).content.decode()
    assert '<div id="give-up" hx-swap-oob="true"></div>' in card
    assert (
        reverse("field:abandon", args=[visit.pk])
        not in client.get(reverse("field:visit", args=[visit.pk])).content.decode()
    )
    given_up(client, visit, "called_away")
    assert visit.state == "open"


def test_items_that_do_not_apply_do_not_keep_a_visit(visit: Visit, phone: Phone) -> None:
    client, code = phone("inspector"), codes(visit.site)[0]
    address = reverse("field:check", args=[visit.pk, code])
    assert "give-up" not in client.post(address, {"result": "na"}, headers=HTMX).content.decode()
    given_up(client, visit, "mistake")
    assert visit.state == "abandoned"


@pytest.mark.parametrize(("persona", "status"), [("office", 404), ("street", 404), ("grid", 403)])
def test_nobody_else_gives_a_visit_up(visit: Visit, phone: Phone, persona: str, status: int) -> None:
    answer = phone(persona).post(reverse("field:abandon", args=[visit.pk]), {"reason_code": "mistake"})
    visit.refresh_from_db()
    assert (answer.status_code, visit.state) == (status, "open")
