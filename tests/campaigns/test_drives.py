"""Attainment drives: the set-up, filling in, the independent re-check, the ledger, the way up, league and trend."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.campaigns import actions
from chuangcheng.campaigns import drive_selectors as selectors
from chuangcheng.campaigns.models import Drive, DriveAssessment, DriveGap, DrivePlace
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.attainment import Item
from chuangcheng.people.rights import forget_posts
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.tasks.models import Task
from tests.campaigns.conftest import TODAY
from tests.campaigns.drives import GOOD, IMPROVE, ITEMS, SLIGHT, WEAK, make_drive, place_of
from tests.campaigns.test_lives import differences, refusal
from tests.cases.play import picture
from tests.conftest import NOON
from tests.sites.registers import AWAY, make_compound

KINDS = ("drive", "drive_place", "drive_gap")


@pytest.fixture
def drive(personas: Any, noon: Any) -> Drive:
    return make_drive(personas["office"])


def fill(actor: Any, place: DrivePlace, answers: dict[str, Any], **more: Any) -> str:
    code = refusal(lambda: actions.fill_in(actor=actor, place_id=place.pk, answers=answers, **more))
    place.refresh_from_db()
    return code


def check(actor: Any, place: DrivePlace, *failed: str, words: str = "现场复核") -> str:
    code = refusal(lambda: actions.recheck(actor=actor, place_id=place.pk, failed=failed, words=words))
    place.refresh_from_db()
    return code


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "title:required"),
        ({"subject_kind": "moon"}, "subject_kind:choice"),
        ({"met_from": 60}, "met_from:order"),
        ({"met_from": 101}, "met_from:order"),
        ({"improve_from": 0}, "met_from:order"),
        ({"fix_days": 0}, "fix_days:range"),
        ({"fix_days": 400}, "fix_days:range"),
        ({"until_on": date(2026, 9, 1)}, "until_on:order until_on:past"),
        ({"until_on": date(2026, 9, 14)}, "until_on:past"),
        ({"until_on": date(2046, 9, 14)}, "until_on:far"),
    ],
)
def test_wrong_drives_are_refused_by_field(personas: Any, noon: Any, wrong: dict[str, Any], told: str) -> None:
    assert refusal(lambda: make_drive(personas["office"], **wrong)) == f"common.invalid {told}"
    assert not Drive.objects.exists()


@pytest.mark.parametrize(
    "items",
    [
        [],
        [ITEMS[0]] * 2,
        [replace(ITEMS[0], text="")],
        [replace(ITEMS[0], code="")],
        [replace(ITEMS[0], weight=0)],
        [replace(ITEMS[0], weight=101)],
        [replace(ITEMS[0], effort=0)],
        [replace(ITEMS[0], answer="essay")],
        [replace(ITEMS[0], at_least=Fraction(1))],
        [replace(ITEMS[2], at_least=None)],
        [replace(ITEMS[2], at_most=Fraction(1))],
        [Item(f"I{number}", "x") for number in range(61)],
    ],
)
def test_wrong_checklists_are_refused(personas: Any, noon: Any, items: list[Item]) -> None:
    assert refusal(lambda: make_drive(personas["office"], items=items)) in {"drive.bad_item", "drive.items"}


def test_preparing_and_opening(personas: Any, noon: Any) -> None:
    office = personas["office"]
    given = actions.DriveInput(title="达标", from_on=TODAY, until_on=TODAY + timedelta(days=60))
    row = actions.save_drive(actor=office, given=given)
    assert actions.save_drive(actor=office, given=given).chain_seq == row.chain_seq == 1
    assert row.number.startswith("DB2026") and row.state == "drafted"
    opened = lambda: refusal(lambda: actions.move_drive(actor=office, drive_id=row.pk, move="open"))  # noqa: E731
    assert opened() == "drive.not_ready"
    actions.set_checklist(actor=office, drive_id=row.pk, items=ITEMS)
    assert opened() == "drive.not_ready"
    assert actions.enrol(actor=office, drive_id=row.pk, path="990100/990101/990101001/") == 2
    assert actions.enrol(actor=office, drive_id=row.pk) == 1 and actions.enrol(actor=office, drive_id=row.pk) == 0
    assert sorted((place.name, place.unit.short_name) for place in row.places.all()) == [
        ("新华社区", "河西街道"),
        ("永安社区", "永安社区"),
        ("长乐社区", "河东街道"),
    ]
    other = replace(given, subject_kind="site")
    assert refusal(lambda: actions.save_drive(actor=office, given=other)) == "drive.has_places"
    assert actions.save_drive(actor=office, given=replace(given, met_from=80)).rule.met_from == 80
    assert selectors.drives(office).count() == 1 and selectors.drives(personas["street"]).count() == 0
    assert fill(personas["community"], place_of(row), GOOD) == "drive.not_open"
    assert opened() == "" and opened() == "state.move_refused"
    assert refusal(lambda: actions.set_checklist(actor=office, drive_id=row.pk, items=ITEMS)) == "state.move_refused"
    assert refusal(lambda: actions.save_drive(actor=office, given=replace(given, met_from=70))) == "state.move_refused"
    assert selectors.drives(personas["street"]).get().checklist == ITEMS
    for name in ("street", "department", "inspector", "leader"):
        for run in (
            lambda name=name: actions.move_drive(actor=personas[name], drive_id=row.pk, move="close"),
            lambda name=name: actions.enrol(actor=personas[name], drive_id=row.pk),
            lambda name=name: actions.save_drive(actor=personas[name], given=given),
        ):
            assert refusal(run) == "common.not_allowed", name
    actions.move_drive(actor=office, drive_id=row.pk, move="close")
    assert refusal(lambda: actions.enrol(actor=office, drive_id=row.pk)) == "drive.closed"
    assert refusal(lambda: actions.move_drive(actor=office, drive_id=row.pk, move="explode")) == "common.not_found"
    assert [differences(f"campaigns.{kind}") for kind in KINDS] == [[], [], []]


def test_met_counts_once_another_unit_has_confirmed_it(drive: Drive, personas: Any) -> None:
    place, unit = place_of(drive), personas["community"]
    assert fill(unit, place, GOOD) == ""
    assert (place.state, place.grade, place.points, place.filled_by.short_name) == ("claimed", "", None, "永安社区")
    assert fill(unit, place, GOOD) == "state.move_refused"
    assert check(unit, place) == "common.not_allowed" and check(personas["street2"], place) == "campaign.other_unit"
    assert check(personas["street"], place) == ""
    assert (place.state, place.grade, place.points, place.graded_on) == ("graded", "met", Decimal(100), TODAY)
    assert check(personas["street"], place) == "state.move_refused"
    assert DriveAssessment.objects.filter(settles=True).get().kind == "recheck"
    assert Event.objects.filter(action="driveplace.confirmed").count() == 1
    assert [differences(f"campaigns.{kind}") for kind in KINDS] == [[], [], []]


def test_nobody_rechecks_their_own(drive: Drive, personas: Any) -> None:
    place = place_of(drive, "990101001002")  # 长乐: the street fills it in
    assert fill(personas["street"], place, GOOD) == ""
    assert check(personas["street"], place) == "drive.own_work"
    assert check(personas["inspector"], place, "A2", words=" ") == "state.missing"
    assert check(personas["inspector"], place, "Z9") == "drive.unknown_item"
    assert check(personas["inspector"], place, "A1", "A2", words="议事会没开过") == ""
    assert (place.state, place.grade, place.points, place.failed) == ("graded", "weak", Decimal(40), ["A1", "A2"])
    assert sorted(place.gaps.values_list("item", "state")) == [("A1", "open"), ("A2", "open")]
    assert "议事会" not in str(list(Event.objects.values_list("after", flat=True)))
    assert fill(personas["office"], place, GOOD) == "" and check(personas["office"], place) == "drive.own_work"
    withdraw = lambda name: refusal(lambda: actions.withdraw_claim(actor=personas[name], place_id=place.pk))  # noqa: E731
    assert withdraw("street2") == "campaign.other_unit" and withdraw("street") == ""
    place.refresh_from_db()
    assert (place.state, place.grade) == ("todo", "weak")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, "common.invalid A1:answer A2:answer B1:answer B2:answer"),
        (GOOD | {"A1": "yes"}, "common.invalid A1:answer"),
        (GOOD | {"B1": "many"}, "common.invalid B1:answer"),
        (GOOD | {"X": 1}, "common.invalid X:answer"),
        (GOOD, ""),
        (WEAK, ""),
        (IMPROVE, ""),
        (SLIGHT, ""),
    ],
)
def test_answers(drive: Drive, personas: Any, answers: dict[str, Any], told: str) -> None:
    assert fill(personas["community"], place_of(drive), answers) == told
    assert DriveAssessment.objects.count() == (not told)


def test_the_ledger_of_a_place(drive: Drive, personas: Any, small_city: Any) -> None:
    place, unit, office = place_of(drive), personas["community"], personas["office"]
    asked = uuid4()
    assert fill(unit, place, WEAK, assessment_id=asked) == ""
    assert fill(unit, place, WEAK, assessment_id=asked) == "" and DriveAssessment.objects.count() == 1
    assert fill(unit, place, GOOD, assessment_id=asked) == "common.different_body"
    assert (place.grade, place.points) == ("weak", Decimal(40))
    way = selectors.way_up(place)
    assert (way.target, [step.code for step in way.steps], way.effort) == ("improve", ["A2"], 1)
    first, second = place.gaps.order_by("item")
    assert (first.unit, first.due_on, first.asks) == (place.unit, TODAY + timedelta(days=30), "有居民议事机制")
    street = small_city.units["street"]

    def assign(due: date, actor: Any = unit) -> str:
        return refusal(lambda: actions.assign_gap(actor=actor, gap_id=first.pk, unit=street, due_on=due))

    assert assign(TODAY - timedelta(days=1)) == assign(TODAY + timedelta(days=400)) == "drive.bad_due"
    assert assign(TODAY, personas["street2"]) == "campaign.other_unit" and assign(TODAY) == ""

    def finish(gap: DriveGap, shots: Any, words: str = "已清理", actor: Any = unit) -> str:
        run = lambda: actions.finish_gap(actor=actor, gap_id=gap.pk, words=words, shots=shots)  # noqa: E731
        return refusal(run)

    assert finish(second, []) == finish(second, [picture()], " ") == "state.missing"
    assert finish(second, [b"x"] * 10) == "drive.too_many_shots"
    assert finish(second, [picture()], "长" * 1001) == "campaign.too_long"
    assert finish(first, [picture()], actor=personas["street2"]) == "campaign.other_unit"
    assert finish(first, [picture()], actor=personas["street"]) == "" == finish(second, [picture()])
    assert fill(unit, place, IMPROVE) == "" and place.grade == "improve"
    assert sorted(place.gaps.values_list("item", "state", "ended_on")) == [
        ("A1", "open", None),
        ("A2", "passed", TODAY),
    ]
    task = actions.make_task(actor=office, gap_id=first.pk)
    assert task == Task.objects.get() and task.problem == "永安社区：有居民议事机制" and task.source == "campaign"
    assert refusal(lambda: actions.make_task(actor=office, gap_id=first.pk)) == "drive.has_task"
    assert fill(unit, place, GOOD) == "" and DriveGap.objects.get(item="A1").state == "open"  # only a claim
    assert check(personas["street"], place) == "" and DriveGap.objects.get(item="A1").state == "passed"
    assert selectors.way_up(place).steps == ()
    assert {gap.item for gap in selectors.gaps(unit)} == {"A1", "A2"} and not selectors.gaps(personas["street2"])
    assert refusal(lambda: selectors.get_gap_for(personas["street2"], first.pk)) == "common.not_found"
    assert [differences(f"campaigns.{kind}") for kind in KINDS] == [[], [], []]


def test_a_slight_gap_stands_in_the_ledger_of_a_met_place(drive: Drive, personas: Any) -> None:
    place = place_of(drive)
    assert fill(personas["community"], place, SLIGHT) == "" and place.state == "claimed"
    assert check(personas["street"], place) == ""
    assert (place.grade, place.points, place.failed) == ("met", Decimal(90), ["B2"])
    assert place.gaps.get().item == "B2"


def test_who_sees_and_does_what(drive: Drive, personas: Any, small_city: Any) -> None:
    place = place_of(drive)
    DrivePlace.objects.filter(pk=place.pk).update(sponsor=small_city.units["department"])
    forget_posts()
    seen = {name: selectors.places(actor).count() for name, actor in personas.items()}
    assert seen == {
        "office": 3,
        "leader": 3,
        "inspector": 3,
        "auditor": 3,
        "district": 3,
        "street": 2,
        "street2": 1,
        "community": 1,
        "department": 1,
        "subcommand": 0,
        "grid": 0,
    }
    assert fill(personas["department"], place, GOOD) == "campaign.other_unit"  # a sponsor looks, and does not fill in
    assert fill(personas["community"], place, GOOD) == "" and check(personas["department"], place) == ""
    place = selectors.get_place_for(personas["community"], place.pk)
    assert [move.name for move in selectors.place_moves(personas["community"], place)] == ["fill"]
    assert selectors.place_moves(personas["leader"], place) == []
    assert refusal(lambda: selectors.get_place_for(personas["street2"], place.pk)) == "common.not_found"
    assert refusal(lambda: selectors.get_drive_for(personas["grid"], drive.pk)) == "common.not_found"


def test_league_tally_and_trend(drive: Drive, personas: Any, django_assert_max_num_queries: Any) -> None:
    first, second, third = (place_of(drive, code) for code in ("990101001001", "990101001002", "990101002001"))
    with clock.at(NOON - timedelta(days=10)):
        fill(personas["street"], second, WEAK)
    fill(personas["community"], first, GOOD)
    check(personas["street"], first)
    fill(personas["street2"], third, IMPROVE)
    rows = selectors.places(personas["office"])
    with django_assert_max_num_queries(6):
        found = selectors.tally(rows)
        league = selectors.league(rows)
        trend = selectors.trend(rows, drive.from_on, TODAY)
    assert (found.places, found.met, found.improve, found.weak, found.todo, found.share) == (3, 1, 1, 1, 0, 1 / 3)
    assert [(street.name, line.met, line.weak) for street, line in league] == [("河东街道", 1, 1), ("河西街道", 0, 0)]
    assert [(day.day, line.weak, line.met, line.todo) for day, line in trend] == [
        (1, 0, 0, 3),
        (8, 1, 0, 2),
        (15, 1, 1, 0),
    ]
    assert selectors.by_drive(rows) == {drive.pk: found}


def test_a_compounds_own_grade_follows(personas: Any, noon: Any) -> None:
    for more in ({}, {"code": "XQ002", "name": "锦绣苑", **AWAY}):
        make_compound(**more)
    drive = make_drive(personas["office"], subject_kind="compound")
    place = place_of(drive, "XQ001")
    assert place.unit.short_name == "永安社区" and drive.places.count() == 2
    assert fill(personas["community"], place, WEAK) == ""
    row = Compound.objects.get(code="XQ001")
    assert (row.grade, row.gradings.get().reason) == ("weak", "文明社区达标创建：40.00 分")
    fill(personas["community"], place, GOOD)
    row.refresh_from_db()
    assert row.grade == "weak"  # a claim changes nothing
    check(SYSTEM, place)
    row.refresh_from_db()
    assert row.grade == "met" and row.gradings.count() == 2
