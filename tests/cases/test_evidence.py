"""What a case's page tells of its photos."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions
from chuangcheng.cases.evidence import Look, looks
from chuangcheng.kernel import clock
from chuangcheng.photos import selectors as photos
from tests.cases.play import POINT, picture

if TYPE_CHECKING:
    from chuangcheng.cases.models import Case
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db


def look_at(case: Case) -> list[Look]:
    return list(looks(case, list(photos.of(("case", case.pk)))).values())


def codes(look: Look) -> set[str]:
    return {flag.code for flag in look.flags}


def test_a_photo_from_the_spot_is_told_with_its_distance(play: Play) -> None:
    case = play.handling()
    lat, lon = POINT["lat"] + 0.0003, POINT["lon"]
    actions.add_after_photo(
        actor=play.by["street"], case_id=case.pk, data=picture(), taken_at=clock.now(), lat=lat, lon=lon, in_camera=True
    )
    (look,) = look_at(case)
    assert look.metres is not None and 30 < look.metres < 36
    assert (look.photo.grade, look.flags) == ("A", ())


def test_doubts_are_told_and_block_nothing(play: Play) -> None:
    case = play.handling()
    before = clock.now() - timedelta(days=2)
    actions.add_after_photo(
        actor=play.by["street"], case_id=case.pk, data=picture(), taken_at=before, lat=30.02, lon=120.002
    )
    (look,) = look_at(case)
    assert codes(look) == {"before_filing", "old", "far"}
    handled = actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome="fixed")
    assert actions.verify_case(actor=play.by["inspector"], case_id=handled.pk).state == "verified"


def test_the_same_photo_at_two_cases_is_told_at_both(play: Play) -> None:
    same, other = picture(), picture()
    one, two = play.handling(), play.handling()
    for minutes, (case, data) in enumerate(((one, same), (two, same), (two, other))):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            actions.add_after_photo(actor=play.by["street"], case_id=case.pk, data=data)
    assert [codes(look) for look in look_at(one)] == [{"same_bytes", "nothing_known"}]
    assert [codes(look) for look in look_at(two)] == [{"same_bytes", "nothing_known"}, {"nothing_known"}]


def test_a_photo_of_the_round_before_is_told(play: Play) -> None:
    taken = clock.now()
    case = play.handled()
    with clock.at(taken + timedelta(hours=3)):
        actions.rework_case(actor=play.by["inspector"], case_id=case.pk, note="还有垃圾")
        actions.add_after_photo(actor=play.by["street"], case_id=case.pk, data=picture(), taken_at=taken)
    case.refresh_from_db()
    assert "before_round" in codes(look_at(case)[-1])


def test_the_bounds_are_settings(play: Play, settings: object) -> None:
    from dataclasses import replace

    case = play.handling()
    actions.add_after_photo(
        actor=play.by["street"], case_id=case.pk, data=picture(), taken_at=clock.now(), lat=30.0035, lon=120.002
    )
    assert codes(look_at(case)[0]) == {"far"}
    settings.CITY = replace(settings.CITY, proof_far_metres=500)  # type: ignore[attr-defined]
    assert codes(look_at(case)[0]) == set()


def test_many_photos_cost_no_more_queries_than_one(play: Play) -> None:
    case = play.handling()
    for _ in range(5):
        play.prove(case)
    listed = list(photos.of(("case", case.pk)))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(looks(case, listed)) == 5
    assert len(asked) <= 2
    assert looks(case, []) == {}


def test_what_the_system_gave_to_a_second_case_is_no_reuse(play: Play) -> None:
    from chuangcheng.photos.actions import copy

    one, two = play.handling(), play.handling()
    play.prove(one)
    photo = photos.of(("case", one.pk)).get()
    copy(photo_ids=[photo.pk], source=("case", one.pk), target=("case", two.pk))
    assert [codes(look) for case in (one, two) for look in look_at(case)] == [{"nothing_known"}, {"nothing_known"}]
