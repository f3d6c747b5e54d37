"""即知即改 on the desk: the list by who may know what, counts, map, page, and the answers of a second look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cases.play import LITTER, OTHER_STREET, POINT, picture

if TYPE_CHECKING:
    from chuangcheng.cases.models import QuickFix
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Desk = Callable[[str], Client]


@pytest.fixture
def record(play: Play, monkeypatch: pytest.MonkeyPatch) -> Callable[..., QuickFix]:
    """Records one by a persona, drawn or not."""
    from chuangcheng.cases import actions
    from chuangcheng.kernel.ids import new_id

    def one(by: str = "grid", *, drawn: bool = False, **more: Any) -> QuickFix:
        monkeypatch.setattr(settings, "CITY", replace(settings.CITY, quickfix_share=100 if drawn else 0))
        values = {"id": new_id(), "category_code": LITTER, **POINT, **more}
        return actions.record_quickfix(actor=play.by[by], given=actions.QuickFixInput(**values))[0]

    return one


def test_the_list_shows_what_the_post_may_see(record: Callable[..., QuickFix], as_persona: Desk) -> None:
    here, there = record(), record("street2", **OTHER_STREET)
    page = as_persona("street").get(reverse("desk:quickfixes")).content.decode()
    assert here.number in page and there.number not in page
    page = as_persona("office").get(reverse("desk:quickfixes")).content.decode()
    assert here.number in page and there.number in page


def test_only_who_watches_sees_the_draw(record: Callable[..., QuickFix], as_persona: Desk) -> None:
    row = record(drawn=True)
    address = reverse("desk:quickfixes")
    assert "待回看" in as_persona("inspector").get(address, {"state": "sampled"}).content.decode()
    plain = as_persona("street").get(address, {"state": "recorded"}).content.decode()
    assert "待回看" not in plain and row.number in plain, "the filter is no way to ask"
    file = as_persona("street").get(address, {"export": "csv"})
    assert "待回看" not in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    one = reverse("desk:quickfix", args=[row.pk])
    assert "待回看" in as_persona("inspector").get(one).content.decode()
    for unit in ("street", "grid"):
        assert "待回看" not in as_persona(unit).get(one).content.decode()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"q": "永安"}, True), ({"q": "没有的"}, False), ({"category": "06"}, True), ({"category": "07"}, False),
        ({"relapsed": "yes"}, False), ({"fixed_from": "2026-09-15"}, True), ({"fixed_to": "2026-09-14"}, False),
        ({"area": "990100/990101/990101001/"}, True), ({"area": "990100/990101/990101002/"}, False),
    ],
)  # fmt: skip
def test_filters(record: Callable[..., QuickFix], as_persona: Desk, given: dict[str, str], found: bool) -> None:
    row = record(address="永安路 1 号")
    page = as_persona("office").get(reverse("desk:quickfixes"), given).content.decode()
    assert (row.number in page) is found


def test_counts_lead_to_the_rows(record: Callable[..., QuickFix], as_persona: Desk, play: Play) -> None:
    record()
    page = as_persona("office").get(reverse("desk:quickfix_counts")).content.decode()
    assert "河东街道" in page and f"unit={play.unit('street')}" in page
    assert "第1网格" in as_persona("office").get(reverse("desk:quickfix_counts"), {"by": "grid"}).content.decode()
    assert "还没有" in as_persona("street2").get(reverse("desk:quickfix_counts")).content.decode()


def test_the_map_has_a_point_each(record: Callable[..., QuickFix], as_persona: Desk) -> None:
    row = record()
    record(lat=None, lon=None, address="永安路")
    assert as_persona("office").get(reverse("desk:quickfix_map")).status_code == 200
    points = as_persona("office").get(reverse("desk:quickfix_map_content")).json()["points"]["features"]
    assert [point["properties"]["url"] for point in points] == [reverse("desk:quickfix", args=[row.pk])]
    assert points[0]["properties"]["tone"] == "green"


def test_one_that_came_back_says_so_on_both_pages(record: Callable[..., QuickFix], as_persona: Desk) -> None:
    row = record(drawn=True)
    client = as_persona("inspector")
    assert "又出现了" in client.get(reverse("desk:quickfix", args=[row.pk])).content.decode()
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    move = reverse("desk:quickfix_move", args=[row.pk, "relapse"])
    assert client.post(move, {"note": "又堆上了"}).status_code == 422
    assert client.post(move, {"photos": shot, "note": "又堆上了"}).status_code == 302
    row.refresh_from_db()
    assert row.relapse.number in as_persona("street").get(reverse("desk:quickfix", args=[row.pk])).content.decode()
    page = as_persona("office").get(reverse("desk:case", args=[row.relapse.pk])).content.decode()
    assert row.number in page and "desk/quickfixes" in page


def test_still_fixed_is_one_press(record: Callable[..., QuickFix], as_persona: Desk) -> None:
    row = record(drawn=True)
    assert as_persona("inspector").post(reverse("desk:quickfix_move", args=[row.pk, "hold"])).status_code == 302
    row.refresh_from_db()
    assert row.state == "held"
    assert as_persona("inspector").get(reverse("desk:quickfix_move", args=[row.pk, "lapse"])).status_code == 404
    assert as_persona("street").get(reverse("desk:quickfix_move", args=[row.pk, "hold"])).status_code == 403


def test_a_units_card_counts_it_as_work(record: Callable[..., QuickFix], as_persona: Desk, play: Play) -> None:
    address = reverse("desk:unit", args=[play.unit("street")])
    assert "即知即改（近" not in as_persona("office").get(address).content.decode()
    record()
    page = as_persona("office").get(address).content.decode()
    assert "即知即改（近 90 天）" in page and "反弹" not in page
    play.filed()
    from chuangcheng.history.sweep import drain

    drain()
    assert "反弹 1 件" in as_persona("office").get(address).content.decode()


def test_photos_go_to_who_may_see_it(record: Callable[..., QuickFix], as_persona: Desk, play: Play) -> None:
    import hashlib

    from chuangcheng.cases import actions
    from chuangcheng.photos import selectors as photos
    from chuangcheng.photos.actions import Declaration

    data = picture()
    sha = hashlib.sha256(data).hexdigest()
    row = record(photos=(Declaration(sha, "after"),))
    actions.ingest_quickfix_photo(actor=play.by["grid"], fix_id=row.pk, sha256=sha, data=data)
    photo = photos.of(("quickfix", row.pk)).get()
    address = reverse("desk:quickfix_photo", args=[row.pk, photo.pk])
    answer = as_persona("street").get(address)
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert as_persona("street2").get(address).status_code == 404
