"""Photo alarms by their pages: several at once, judged from outside of the unit alone, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from chuangcheng.cases.models import PhotoAlarm
from chuangcheng.history import sweep
from tests.cases.test_alarms import prove, shot

if TYPE_CHECKING:
    from django.test import Client

    from tests.cases.play import Play

    Sign = Callable[[str], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def alarms(play: Play) -> list[PhotoAlarm]:
    """Two pictures, each the proof of two cases of 河东街道."""
    for name in ("one", "two"):
        for quality in (90, 60):
            prove(play, play.handling(), shot(name, quality))
    sweep.drain()
    return list(PhotoAlarm.objects.order_by("found_at", "pk"))


def move(alarm: PhotoAlarm, name: str) -> str:
    return reverse("desk:alarm_move", args=[alarm.pk, name])


@pytest.mark.parametrize(("words", "status"), [(" ", 422), ("假\0的", 422), ("长" * 501, 422), ("假的", 302)])
def test_a_judgement_needs_its_reason(as_persona: Sign, alarms: list[PhotoAlarm], words: str, status: int) -> None:
    answer = as_persona("inspector").post(move(alarms[0], "fraud"), {"words": words})
    assert answer.status_code == status
    if status == 422:
        assert set(answer.context["form"].errors) == {"words"}
    assert PhotoAlarm.objects.get(pk=alarms[0].pk).state == ("open" if status == 422 else "fraud")


@pytest.mark.parametrize("persona", ["leader", "auditor", "street", "street2", "community", "department"])
def test_who_may_not_judge(as_persona: Sign, alarms: list[PhotoAlarm], persona: str) -> None:
    assert as_persona(persona).post(move(alarms[0], "harmless"), {"words": "巧合"}).status_code == 403
    assert PhotoAlarm.objects.get(pk=alarms[0].pk).state == "open"


def test_the_unit_concerned_is_no_judge_of_its_own(as_persona: Sign, alarms: list[PhotoAlarm], small_city: Any) -> None:
    PhotoAlarm.objects.filter(pk=alarms[0].pk).update(unit=small_city.units["district"])
    client = as_persona("district")
    assert client.get(reverse("desk:photo_alarm", args=[alarms[0].pk])).context["moves"] == []
    assert client.post(move(alarms[0], "harmless"), {"words": "巧合"}).status_code in {409, 422}
    assert client.post(move(alarms[1], "harmless"), {"words": "巧合"}).status_code == 302
    assert list(PhotoAlarm.objects.order_by("found_at", "pk").values_list("state", flat=True)) == ["open", "harmless"]


def test_the_units_above_the_list_count_their_rows(as_persona: Sign, alarms: list[PhotoAlarm]) -> None:
    client = as_persona("office")
    client.post(move(alarms[0], "fraud"), {"words": "假的"})
    (unit,) = client.get(reverse("desk:photo_alarms")).context["counted"]
    assert (unit["number"], unit["open"], unit["fraud"]) == (2, 1, 1)
    for state in ("open", "fraud"):
        rows = client.get(reverse("desk:photo_alarms"), {"unit": unit["unit"], "state": state}).context["listing"].rows
        assert len(rows) == unit[state]
    assert not as_persona("street2").get(reverse("desk:photo_alarms")).context["counted"]


@pytest.mark.parametrize("name", ["list", "page"])
@pytest.mark.parametrize("persona", ["office", "street"])
def test_pages_cost_few_queries(
    as_persona: Sign, alarms: list[PhotoAlarm], name: str, persona: str, django_assert_max_num_queries: Any
) -> None:
    address = reverse("desk:photo_alarms") if name == "list" else reverse("desk:photo_alarm", args=[alarms[0].pk])
    client = as_persona(persona)
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, alarms: list[PhotoAlarm]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    page = client.get(reverse("desk:photo_alarms"))
    assert all(str(head.column.label).isascii() for head in page.context["listing"].heads)
    assert str(client.get(move(alarms[0], "fraud")).context["form"].fields["words"].label).isascii()
