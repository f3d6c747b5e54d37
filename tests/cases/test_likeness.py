"""Hints that a report is about an open case."""

from __future__ import annotations

from chuangcheng.cases.likeness import MOST, alike
from tests.cases.play import POINT, Play

STEP = 0.0005  # about 55 m north


def north(steps: float) -> dict[str, float]:
    return {"lat": POINT["lat"] + STEP * steps, "lon": POINT["lon"]}


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
