"""Hints that a report or a case is about an open case: what is near, in which order, and why."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given as each
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from chuangcheng.cases import actions, likeness
from chuangcheng.cases.likeness import LIKE_PHOTO, MOST, RADIUS, SAME_PHOTO, Likeness, alike, overlap, told_apart
from chuangcheng.cases.models import Case, Report
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos.actions import Declaration
from tests.cases.play import OTHER_STREET, POINT, Play
from tests.conftest import NOON

STEP = 0.0005  # about 55 m north


def north(steps: float) -> dict[str, float]:
    return {"lat": POINT["lat"] + STEP * steps, "lon": POINT["lon"]}


def drawing(seed: int, shade: int = 0) -> bytes:
    """A picture with shapes: of one seed alike to the eye whatever the shade, of another quite different."""
    image = Image.new("RGB", (128, 128), (230 - shade, 230, 230))
    draw = ImageDraw.Draw(image)
    for n in range(5):
        x, y = (seed * 37 + n * 53) % 100, (seed * 71 + n * 29) % 100
        draw.rectangle((x, y, x + 30, y + 20), fill=((seed * 90) % 255, (n * 50) % 255, 20 + shade))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def with_photo(play: Play, data: bytes, **more: object) -> Report:
    report = play.report(photos=(Declaration(sha256(data), "near"),), **more)
    return actions.ingest_photo(report_id=report.pk, sha256=sha256(data), data=data)


def test_near_ones_come_with_their_distance(play: Play) -> None:
    near = play.filed(**north(1))
    play.filed(**north(3))
    found = alike(play.by["office"], play.report())
    assert [one.case for one in found] == [near]
    assert 54 < found[0].metres < 57


def test_the_same_category_and_like_words_come_first(play: Play) -> None:
    nearer = play.filed(text="绿地里有烟头", category_code="07003")
    worded = play.filed(text="路边一堆垃圾没人清", **north(1))
    other = play.filed(text="井盖松动", **north(0.5))
    report = play.report(category_code="06010")
    found = alike(play.by["office"], report)
    assert [one.case for one in found] == [worded, other, nearer]
    assert found[0].words > 0.5 > found[1].words == 0


def test_ended_and_unseen_cases_are_no_hint(play: Play) -> None:
    play.closed()
    play.void()
    held = play.filed()
    play.merged(held)
    report = play.report()
    assert [one.case for one in alike(play.by["office"], report)] == [held]
    assert alike(play.by["street2"], report) == []


def test_no_place_no_hint(play: Play) -> None:
    play.filed()
    assert alike(play.by["office"], play.report(lat=None, lon=None)) == []


def test_a_few_are_enough(play: Play) -> None:
    for _ in range(MOST + 1):
        play.filed()
    assert len(alike(play.by["office"], play.report())) == MOST


def test_of_a_crowded_spot_the_same_category_and_the_nearest_are_compared(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeness, "LOOKED_AT", 2)
    far = play.filed(**north(1.5))
    for _ in range(3):
        play.filed(category_code="04001F")
    near = play.filed(**north(1))
    assert [one.case for one in alike(play.by["office"], play.report(category_code="06010"))] == [near, far]


def test_the_corners_of_the_box_are_beyond_the_radius(play: Play) -> None:
    play.filed(lat=POINT["lat"] + 0.0008, lon=POINT["lon"] + 0.0009)
    assert alike(play.by["office"], play.report()) == []


def test_a_case_is_compared_with_others_and_never_with_itself(play: Play) -> None:
    case, other = play.filed(), play.filed(**north(1))
    assert [one.case for one in alike(play.by["office"], case)] == [other]


def test_reasons_are_said_in_both_languages(play: Play) -> None:
    play.filed(text="路边有一堆垃圾", **north(0.2))
    (found,) = alike(play.by["office"], play.report(category_code="06010"))
    assert [one.zh for one in found.reasons] == ["12 米内", "同一类别", "文字 100 % 相同", "一天之内"]
    assert all(one.en for one in found.reasons)


def test_the_same_photo_speaks_loudest(play: Play) -> None:
    shown = with_photo(play, drawing(1))
    case = actions.file_report(actor=play.by["office"], report_id=shown.pk, category_code="07003")
    play.filed(text="路边有一堆垃圾", **north(0.1))
    (first, second) = alike(play.by["office"], with_photo(play, drawing(1, shade=6), category_code="06010"))
    assert first.case == case and first.likeness.photo is not None and first.likeness.photo <= SAME_PHOTO
    assert "照片几乎相同" in [one.zh for one in first.reasons]
    assert second.likeness.photo is None


def test_another_photo_says_nothing(play: Play) -> None:
    shown = with_photo(play, drawing(1))
    actions.file_report(actor=play.by["office"], report_id=shown.pk, category_code="06010")
    (one,) = alike(play.by["office"], with_photo(play, drawing(2)))
    assert one.likeness.photo is not None and one.likeness.photo > LIKE_PHOTO
    assert not any("照片" in reason.zh for reason in one.reasons)


def test_it_takes_seven_queries_at_most(play: Play) -> None:
    shown = with_photo(play, drawing(1))
    actions.file_report(actor=play.by["office"], report_id=shown.pk, category_code="06010")
    report = Report.objects.select_related("category").get(pk=with_photo(play, drawing(3)).pk)
    with CaptureQueriesContext(connection) as queries:
        assert alike(play.by["office"], report)
    assert len(queries) <= 7


# told apart


def test_what_was_told_apart_is_not_offered_again(play: Play) -> None:
    case, other = play.filed(), play.filed(**north(1))
    report = play.report()
    for _ in range(2):
        actions.part_report(actor=play.by["office"], report_id=report.pk, case_id=case.pk)
    report.refresh_from_db()
    assert [one.case for one in alike(play.by["office"], report)] == [other]
    assert events_of("report", report.pk).filter(action="report.told_apart").count() == 1


def test_two_cases_are_told_apart_from_both_sides(play: Play) -> None:
    one, other = play.filed(), play.filed()
    actions.part_cases(actor=play.by["office"], case_id=one.pk, other_id=other.pk)
    actions.part_cases(actor=play.by["office"], case_id=other.pk, other_id=one.pk)
    assert told_apart(one) == {other.pk} and told_apart(other) == {one.pk}
    assert alike(play.by["office"], Case.objects.get(pk=one.pk)) == []
    assert events_of("case", one.pk).count() == events_of("case", other.pk).count() == 2


@pytest.mark.parametrize(
    ("who", "code"),
    [("street", "common.not_allowed"), ("leader", "common.not_allowed"), ("street2", "common.not_found")],
)
def test_only_who_triages_tells_apart(play: Play, who: str, code: str) -> None:
    case, report, other = play.filed(), play.report(), play.filed()
    for call in (
        lambda: actions.part_report(actor=play.by[who], report_id=report.pk, case_id=case.pk),
        lambda: actions.part_cases(actor=play.by[who], case_id=case.pk, other_id=other.pk),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code in {code, "common.not_allowed"}
    assert told_apart(report) == set()


def test_a_case_is_not_told_apart_from_itself(play: Play) -> None:
    case = play.filed()
    with pytest.raises(Refused) as refused:
        actions.part_cases(actor=play.by["office"], case_id=case.pk, other_id=case.pk)
    assert refused.value.code == "case.same_pair"


def test_a_district_triages_its_own_area_only(play: Play) -> None:
    report, case = play.report(**OTHER_STREET), play.filed(**OTHER_STREET)
    assert actions.part_report(actor=play.by["district"], report_id=report.pk, case_id=case.pk) == report


# the order

KINDS = st.builds(
    Likeness, metres=st.floats(0, RADIUS), words=st.floats(0, 1), days=st.floats(0, 400),
    same_category=st.booleans(), same_class=st.booleans(), photo=st.none() | st.integers(0, 64),
)  # fmt: skip


@each(KINDS, st.floats(0, 1))
def test_each_reason_alone_never_pulls_down(one: Likeness, share: float) -> None:
    for better in (
        replace(one, metres=one.metres * share), replace(one, words=one.words + (1 - one.words) * share),
        replace(one, days=one.days * share), replace(one, same_category=True), replace(one, same_class=True),
        replace(one, photo=0),
    ):  # fmt: skip
        assert better.points >= one.points - 1e-9


@each(KINDS)
def test_there_is_always_a_reason_to_read(one: Likeness) -> None:
    assert 2 <= len(one.reasons) <= 5
    assert 0 <= one.points <= 11.5


@each(st.text(max_size=60), st.text(max_size=60))
def test_overlap_is_a_share_and_knows_no_order(one: str, other: str) -> None:
    assert overlap(one, other) == overlap(other, one)
    assert 0 <= overlap(one, other) <= 1


def test_a_very_long_text_is_compared_by_its_beginning() -> None:
    assert overlap("垃圾堆放" * 5000, "垃圾堆放") == 1


def test_time_is_counted_between_the_two(play: Play) -> None:
    play.filed()
    with clock.at(NOON + timedelta(days=3)):
        (found,) = alike(play.by["office"], play.report())
    assert found.likeness.days == pytest.approx(3)
    assert "相隔 3 天" in [reason.zh for reason in found.reasons]
