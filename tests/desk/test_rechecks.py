"""抽查复核 on the desk and on the phone: list, page, answers, quality by unit, the way from and to the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cases.play import POINT, picture

if TYPE_CHECKING:
    from chuangcheng.cases.models import Recheck
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Desk = Callable[[str], Client]


@pytest.fixture
def drawn(play: Play, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recheck]:
    """A closed case of the street that was drawn."""
    from chuangcheng.cases import actions
    from chuangcheng.cases.models import Recheck
    from chuangcheng.kernel import clock

    monkeypatch.setattr(settings, "CITY", replace(settings.CITY, recheck_share=100))

    def one(**more: Any) -> Recheck:
        case = play.closed(**more)
        actions.draw_rechecks(now=clock.now())
        return Recheck.objects.get(case=case)

    return one


def shot() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", picture(), "image/jpeg")


def test_list_filters_file_and_page(drawn: Callable[..., Recheck], as_persona: Desk) -> None:
    row, office = drawn(), as_persona("office")
    address = reverse("desk:rechecks")
    for given, found in (
        ({}, True), ({"q": row.number}, True), ({"q": row.case.number}, True), ({"q": "没有的"}, False),
        ({"state": "waiting"}, True), ({"state": "fixed"}, False), ({"why": "share"}, True), ({"why": "floor"}, False),
        ({"unit": str(row.handled_unit_id)}, True), ({"looked": "yes"}, False), ({"closed_from": "2026-09-15"}, True),
        ({"closed_to": "2026-09-14"}, False), ({"due_from": "2026-09-15"}, True), ({"due_to": "2026-09-15"}, False),
        ({"answered_from": "2026-09-15"}, False), ({"due_from": "moon"}, False), ({"area": "990100/990101/990101002/"}, False),
    ):  # fmt: skip
        page = office.get(address, given).content.decode()
        assert (reverse("desk:recheck", args=[row.pk]) in page) is found, given
    file = b"".join(office.get(address, {"export": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert row.number in file and row.case.number in file
    page = office.get(reverse("desk:recheck", args=[row.pk])).content.decode()
    assert all(
        word in page for word in ("处置前", "处置后", "复核时", "还没有人到现场看过", "确已整改", row.case.number)
    )
    assert row.number in office.get(reverse("desk:case", args=[row.case_id])).content.decode()
    for unit in ("street", "inspector"):  # handled it, verified it
        assert row.number not in as_persona(unit).get(reverse("desk:case", args=[row.case_id])).content.decode()
    assert row.number not in as_persona("inspector").get(address).content.decode()
    assert as_persona("street").get(address).status_code == 403


def test_answers_and_what_they_say_of_the_unit(drawn: Callable[..., Recheck], as_persona: Desk) -> None:
    rows, office = [drawn(), drawn()], as_persona("office")
    refute, confirm = (
        reverse("desk:recheck_move", args=[row.pk, name]) for row, name in zip(rows, ("refute", "confirm"), strict=True)
    )
    quality = reverse("desk:recheck_quality")
    assert "还没有人复核过" in office.get(quality).content.decode()
    assert "现场照片" in office.get(refute).content.decode()
    assert office.post(refute, {"photos": shot()}).status_code == 422, "what is wrong must be said"
    assert office.post(confirm, {}).status_code == 422
    assert as_persona("leader").post(confirm, {"photos": shot()}).status_code == 403
    assert office.get(reverse("desk:recheck_move", args=[rows[0].pk, "lapse"])).status_code == 404
    assert office.post(refute, {"photos": shot(), "note": "只扫了一半"}).status_code == 302
    assert office.post(confirm, {"photos": shot()}).status_code == 302
    page = office.get(reverse("desk:recheck", args=[rows[0].pk])).content.decode()
    assert "只扫了一半" in page and "未整改到位" in page
    photo = page.split(f"/desk/rechecks/{rows[0].pk}/photos/")[1].split("/")[0]
    address = reverse("desk:recheck_photo", args=[rows[0].pk, photo])
    assert b"".join(office.get(address).streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert as_persona("grid").get(address).status_code == 403
    page = office.get(quality).content.decode()
    assert "河东街道" in page and "50%" in page.replace(".0", "") and "件数少" in page and "whisker" in page
    assert "还没有人复核过" in office.get(quality, {"closed_to": "2026-09-14"}).content.decode()
    case = office.get(reverse("desk:case", args=[rows[0].case_id])).content.decode()
    assert "抽查复核发现未整改" in case and rows[0].number in case


def test_on_the_phone(drawn: Callable[..., Recheck], as_persona: Desk) -> None:
    rows, phone = [drawn(), drawn()], as_persona("office")
    assert "2 件等您去看" in phone.get(reverse("field:home")).content.decode()
    page = phone.get(reverse("field:rechecks")).content.decode()
    assert page.count("data-lat=") == 2 and f'data-lat="{POINT["lat"]:.6f}"' in page
    own = as_persona("inspector").get(reverse("field:rechecks")).content.decode()
    assert "现在没有等您复核的案件" in own and rows[0].number not in own
    one, other = (reverse("field:recheck", args=[row.pk]) for row in rows)
    assert "确已整改" in phone.get(one).content.decode()
    assert phone.post(one, {"fixed": "perhaps"}, headers={"Accept": "application/json"}).status_code == 422
    assert phone.post(one, {"fixed": "no", "photos": shot()}, headers={"Accept": "application/json"}).status_code == 422
    place = {"lat": "30.002", "lon": "120.002"}
    assert phone.post(one, {"fixed": "no", "photos": shot(), "note": "还在", **place}).status_code == 302
    assert phone.post(other, {"fixed": "yes", "photos": shot()}).status_code == 302
    rows[0].refresh_from_db()
    rows[1].refresh_from_db()
    assert [row.state for row in rows] == ["not_fixed", "fixed"] and rows[0].note == "还在"
    assert "复核时" in phone.get(other).content.decode()
    assert as_persona("street").get(one).status_code == 403
