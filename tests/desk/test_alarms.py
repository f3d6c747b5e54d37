"""The pages of photo alarms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from chuangcheng.cases.models import PhotoAlarm
from chuangcheng.history import sweep
from chuangcheng.history.selectors import events_of
from chuangcheng.photos.models import Photo
from tests.cases.test_alarms import prove, reported, shot
from tests.desk.test_evidence import is_photo

if TYPE_CHECKING:
    from django.test import Client

    from tests.cases.play import Play

    Sign = Callable[[str], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def alarm(play: Play) -> PhotoAlarm:
    """A proof that was taken from the report of another trouble, in another street."""
    from tests.cases.play import OTHER_STREET

    data = shot("one")
    report = reported(play, data)
    type(report).objects.filter(pk=report.pk).update(division_path="990100/990101/990101002/", **OTHER_STREET)
    case = play.handling()
    prove(play, case, shot("one", 60))
    sweep.drain()
    return PhotoAlarm.objects.get()


def text(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_both_pictures_and_counts_units(as_persona: Sign, alarm: PhotoAlarm) -> None:
    said = text(as_persona("office"), "desk:photo_alarms")
    assert said.count(reverse("desk:alarm_photo", args=[alarm.pk, "other"])) == 1
    assert "旧照片重复使用" in said and "河东街道" in said
    assert f"?unit={alarm.unit_id}&amp;state=open" in said
    below = text(as_persona("street"), "desk:photo_alarms")
    assert reverse("desk:alarm_photo", args=[alarm.pk, "photo"]) in below
    assert reverse("desk:alarm_photo", args=[alarm.pk, "other"]) not in below, "no picture that would not open"
    Photo.objects.filter(pk=alarm.other_id).update(owner_kind="recheck")
    assert is_photo(as_persona("office"), reverse("desk:alarm_photo", args=[alarm.pk, "other"]))


def test_the_list_narrows(as_persona: Sign, alarm: PhotoAlarm) -> None:
    client = as_persona("office")
    link = reverse("desk:photo_alarm", args=[alarm.pk])
    for query, found in (
        ({"state": "open"}, True), ({"state": "fraud"}, False), ({"kind": "reused"}, True),
        ({"kind": "after_twice"}, False), ({"unit": str(alarm.unit_id)}, True), ({"found_from": "2030-01-01"}, False),
    ):  # fmt: skip
        assert (link in text(client, "desk:photo_alarms", **query)) is found, query


def test_an_export_names_no_picture(as_persona: Sign, alarm: PhotoAlarm) -> None:
    answer = as_persona("office").get(reverse("desk:photo_alarms"), {"export": "csv"})
    said = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "旧照片重复使用" in said and "img" not in said


def test_the_page_shows_the_other_only_to_who_sees_it(as_persona: Sign, alarm: PhotoAlarm) -> None:
    page, other = reverse("desk:photo_alarm", args=[alarm.pk]), reverse("desk:alarm_photo", args=[alarm.pk, "other"])
    office, street = as_persona("office"), as_persona("street")
    assert other in office.get(page).content.decode()
    assert is_photo(office, other)
    said = street.get(page).content.decode()
    assert other not in said and "不在您的查看范围内" in said
    assert street.get(other).status_code == 404
    assert is_photo(street, reverse("desk:alarm_photo", args=[alarm.pk, "photo"]))
    assert office.get(reverse("desk:alarm_photo", args=[alarm.pk, "third"])).status_code == 404


@pytest.mark.parametrize("persona", ["street2", "department"])
def test_who_does_not_see_the_case_sees_no_alarm(as_persona: Sign, alarm: PhotoAlarm, persona: str) -> None:
    client = as_persona(persona)
    for name, args in (("desk:photo_alarm", [alarm.pk]), ("desk:alarm_photo", [alarm.pk, "photo"])):
        assert client.get(reverse(name, args=args)).status_code in {403, 404}


def test_the_buttons_are_those_of_the_table(as_persona: Sign, alarm: PhotoAlarm) -> None:
    def moves(persona: str) -> list[str]:
        page = as_persona(persona).get(reverse("desk:photo_alarm", args=[alarm.pk]))
        return [move.name for move in page.context["moves"]]

    assert moves("office") == moves("inspector") == ["fraud", "harmless"]
    assert moves("street") == moves("leader") == []


def test_a_judgement_by_the_page(as_persona: Sign, alarm: PhotoAlarm) -> None:
    client = as_persona("office")
    url = reverse("desk:alarm_move", args=[alarm.pk, "fraud"])
    assert "理由" in client.get(url).content.decode()
    assert client.post(url, {"words": ""}).status_code == 422
    assert client.post(url, {"words": "照片来自另一处，电话13812345678"}).status_code == 302
    said = text(client, "desk:photo_alarm", alarm.pk)
    assert "认定造假" in said and "138****5678" in said and "13812345678" not in said
    assert alarm.case_id is not None
    assert events_of("case", alarm.case_id).filter(action="case.photo_judged").count() == 1
    assert client.get(reverse("desk:alarm_move", args=[alarm.pk, "nothing"])).status_code == 404
    assert as_persona("street").post(url, {"words": "不是"}).status_code == 403


def test_the_case_points_to_it(as_persona: Sign, alarm: PhotoAlarm) -> None:
    link = reverse("desk:photo_alarm", args=[alarm.pk])
    said = text(as_persona("street"), "desk:case", alarm.case_id)
    assert link in said and "张已有照片几乎相同" in said
    assert link not in text(as_persona("community"), "desk:case", alarm.case_id)
