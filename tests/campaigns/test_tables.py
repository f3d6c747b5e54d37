"""Every state of the room's tables with every move: where it leads, or which refusal it meets, in the real rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import Campaign, Drive, DriveGap, DrivePlace, SubAction, Target
from chuangcheng.campaigns.states import (
    CAMPAIGN,
    CAMPAIGN_VERBS,
    DRIVE,
    DRIVE_GAP,
    DRIVE_PLACE,
    GAP_VERBS,
    PLACE_VERBS,
    SUB_ACTION,
    SUB_ACTION_VERBS,
)
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.projections import registered
from chuangcheng.kernel.states import StateTable
from tests.campaigns.conftest import FIRST, LAST, TODAY
from tests.campaigns.drives import GOOD, IMPROVE, WEAK, make_drive, place_of
from tests.campaigns.test_lives import differences, refusal
from tests.cases.play import picture

REFUSED = "state.move_refused"

#: (state, move) → the state after it; what is not named is refused.
CAMPAIGN_STEPS = {
    ("planned", "start"): "running",
    ("planned", "cancel"): "cancelled",
    ("running", "review"): "reviewing",
    ("running", "cancel"): "cancelled",
    ("reviewing", "send_back"): "running",
    ("reviewing", "finish"): "finished",
    ("reviewing", "cancel"): "cancelled",
}
SUB_STEPS = {
    ("planned", "begin"): "running",
    ("planned", "finish"): "done",
    ("planned", "cancel"): "cancelled",
    ("running", "finish"): "done",
    ("running", "cancel"): "cancelled",
    ("done", "reopen"): "running",
    ("cancelled", "reopen"): "running",
}


def pairs(table: StateTable, *without: str) -> list[tuple[str, str]]:
    return [(state.code, move.name) for state in table.states for move in table.moves if move.name not in without]


@pytest.mark.parametrize(("state", "move"), pairs(CAMPAIGN, "amend"))
def test_a_campaign_in_every_state(campaign: Any, personas: Any, state: str, move: str) -> None:
    row: Campaign = campaign()
    Outbox.objects.all().delete()
    Campaign.objects.filter(pk=row.pk).update(state=state)
    code = refusal(
        lambda: actions.move_campaign(actor=personas["office"], campaign_id=row.pk, move=move, words="情况属实")
    )
    row.refresh_from_db()
    target = CAMPAIGN_STEPS.get((state, move))
    assert (code, row.state) == (("", target) if target else (REFUSED, state))
    if target:
        assert Outbox.objects.filter(topic=f"campaign.{CAMPAIGN_VERBS[move]}", subject_id=row.pk).count() == 1


@pytest.mark.parametrize("state", [state.code for state in CAMPAIGN.states])
def test_what_comes_in_hangs_on_the_state(
    campaign: Any, personas: Any, scheme: Any, small_city: Any, state: str
) -> None:
    row: Campaign = campaign()
    office, target = personas["office"], row.targets.get()
    Campaign.objects.filter(pk=row.pk).update(state=state)
    budget = actions.MoneyInput(kind="budget", amount=Decimal(9), day=TODAY, document="财建1号", source="市级财政")
    sub = actions.SubActionInput(code="1", name="x", unit=small_city.units["street"], from_on=FIRST, until_on=LAST)
    goal = actions.TargetInput(name="二", measure="m", goal=Decimal(5))
    tried = {
        "read": lambda: actions.record_reading(actor=office, target_id=target.pk, day=TODAY, value=Decimal(5)),
        "money": lambda: actions.enter_money(actor=office, campaign_id=row.pk, given=budget),
        "sub": lambda: actions.save_sub_action(actor=office, campaign_id=row.pk, given=sub),
        "target": lambda: actions.save_target(actor=office, campaign_id=row.pk, given=goal),
        "amend": lambda: actions.amend_campaign(actor=office, campaign_id=row.pk, given=scheme(title="改名")),
    }
    expected = {
        "planned": {"read": "campaign.not_live"},
        "running": {},
        "reviewing": {"target": REFUSED, "amend": REFUSED},
        "finished": {
            "read": "campaign.not_live",
            "sub": "campaign.ended",
            "target": REFUSED,
            "amend": REFUSED,
        },
        "cancelled": {
            "read": "campaign.not_live",
            "money": "money.shut",
            "sub": "campaign.ended",
            "target": REFUSED,
            "amend": REFUSED,
        },
    }[state]
    assert {name: code for name, run in tried.items() if (code := refusal(run))} == expected


@pytest.mark.parametrize(("state", "move"), pairs(SUB_ACTION))
def test_a_sub_action_in_every_state(campaign: Any, personas: Any, small_city: Any, state: str, move: str) -> None:
    row = campaign()
    given = actions.SubActionInput(code="1", name="x", unit=small_city.units["street"], from_on=FIRST, until_on=LAST)
    one = actions.save_sub_action(actor=personas["office"], campaign_id=row.pk, given=given)
    SubAction.objects.filter(pk=one.pk).update(state=state)
    run = lambda: actions.move_sub_action(  # noqa: E731
        actor=personas["office"], sub_action_id=one.pk, move=move, result="完成 3 处"
    )
    code = refusal(run)
    one.refresh_from_db()
    target = SUB_STEPS.get((state, move))
    assert (code, one.state) == (("", target) if target else (REFUSED, state))
    if target:
        assert Event.objects.filter(action=f"subaction.{SUB_ACTION_VERBS[move]}").count() == 1
        assert one.result == "完成 3 处"


@pytest.fixture
def drive(personas: Any, noon: Any) -> Drive:
    return make_drive(personas["office"])


@pytest.mark.parametrize(
    ("state", "answers", "expected"),
    [
        ("todo", GOOD, ("", "claimed")),
        ("todo", IMPROVE, ("", "graded")),
        ("todo", WEAK, ("", "graded")),
        ("graded", GOOD, ("", "claimed")),
        ("graded", IMPROVE, ("", "graded")),
        ("graded", WEAK, ("", "graded")),
        ("claimed", GOOD, (REFUSED, "claimed")),
        ("claimed", IMPROVE, (REFUSED, "claimed")),
        ("claimed", WEAK, (REFUSED, "claimed")),
    ],
)
def test_filling_in_in_every_state(
    drive: Drive, personas: Any, state: str, answers: dict[str, Any], expected: tuple[str, str]
) -> None:
    place = place_of(drive)
    DrivePlace.objects.filter(pk=place.pk).update(state=state)
    code = refusal(lambda: actions.fill_in(actor=personas["community"], place_id=place.pk, answers=answers))
    assert (code, place_of(drive).state) == expected


@pytest.mark.parametrize(
    ("state", "failed", "expected"),
    [
        ("todo", (), (REFUSED, "todo", "")),
        ("todo", ("A1",), (REFUSED, "todo", "")),
        ("graded", (), (REFUSED, "graded", "")),
        ("graded", ("A1",), (REFUSED, "graded", "")),
        ("claimed", (), ("", "graded", "met")),
        ("claimed", ("A1",), ("", "graded", "improve")),
        ("claimed", ("A1", "A2"), ("", "graded", "weak")),
        ("claimed", ("B2",), ("", "graded", "met")),
        ("claimed", ("A1", "A2", "B1", "B2"), ("", "graded", "weak")),
    ],
)
def test_re_checking_in_every_state(
    drive: Drive, personas: Any, state: str, failed: tuple[str, ...], expected: tuple[str, str, str]
) -> None:
    place = place_of(drive)
    actions.fill_in(actor=personas["community"], place_id=place.pk, answers=GOOD)
    DrivePlace.objects.filter(pk=place.pk).update(state=state)
    run = lambda: actions.recheck(  # noqa: E731
        actor=personas["street"], place_id=place.pk, failed=failed, words="现场核对"
    )
    code = refusal(run)
    place = place_of(drive)
    assert (code, place.state, place.grade) == expected
    assert place.gaps.count() == (0 if code else len(failed))


@pytest.mark.parametrize(
    ("state", "move", "expected"),
    [
        ("open", "assign", ("", "open")),
        ("open", "finish", ("", "done")),
        ("open", "task", ("", "open")),
        ("done", "assign", (REFUSED, "done")),
        ("done", "finish", (REFUSED, "done")),
        ("done", "task", (REFUSED, "done")),
        ("passed", "assign", (REFUSED, "passed")),
        ("passed", "finish", (REFUSED, "passed")),
        ("passed", "task", (REFUSED, "passed")),
    ],
)
def test_a_gap_in_every_state(drive: Drive, personas: Any, state: str, move: str, expected: tuple[str, str]) -> None:
    place, office = place_of(drive), personas["office"]
    actions.fill_in(actor=personas["community"], place_id=place.pk, answers=IMPROVE)
    gap = place.gaps.get()
    DriveGap.objects.filter(pk=gap.pk).update(state=state)
    due = TODAY + timedelta(days=2)
    runs = {
        "assign": lambda: actions.assign_gap(actor=office, gap_id=gap.pk, unit=gap.unit, due_on=due),
        "finish": lambda: actions.finish_gap(actor=office, gap_id=gap.pk, words="已整改", shots=[picture()]),
        "task": lambda: actions.make_task(actor=office, gap_id=gap.pk),
    }
    code = refusal(runs[move])
    gap.refresh_from_db()
    assert (code, gap.state) == expected
    assert Event.objects.filter(action=f"drivegap.{GAP_VERBS[move]}").count() == (not code)


@pytest.mark.parametrize(
    ("state", "answers", "after"),
    [
        ("open", GOOD | {"B2": 9}, {"A1": "open", "B2": "open"}),
        ("open", WEAK, {"A1": "open", "A2": "open"}),
        ("open", IMPROVE, {"A1": "open"}),
        ("open", GOOD | {"A2": False}, {"A1": "passed", "A2": "open"}),
        ("done", IMPROVE, {"A1": "open"}),
        ("done", GOOD | {"A2": False}, {"A1": "passed", "A2": "open"}),
        ("done", GOOD, {"A1": "done"}),
        ("passed", IMPROVE, {"A1": "open passed"}),
    ],
)
def test_what_the_next_assessment_makes_of_the_ledger(
    drive: Drive, personas: Any, state: str, answers: dict[str, Any], after: dict[str, str]
) -> None:
    """A claim to be met strikes nothing off; a grade that stands does, and what comes back is a new row."""
    place, unit = place_of(drive), personas["community"]
    actions.fill_in(actor=unit, place_id=place.pk, answers=IMPROVE)
    DriveGap.objects.filter(place=place).update(state=state)
    actions.fill_in(actor=unit, place_id=place.pk, answers=answers)
    found: dict[str, list[str]] = {}
    for item, now in place.gaps.values_list("item", "state"):
        found.setdefault(item, []).append(now)
    assert {item: " ".join(sorted(states)) for item, states in found.items()} == after


@pytest.mark.parametrize("state", [state.code for state in DRIVE.states])
def test_a_drive_in_every_state(drive: Drive, personas: Any, state: str) -> None:
    office, place = personas["office"], place_of(drive)
    Drive.objects.filter(pk=drive.pk).update(state=state)
    tried = {
        "open": lambda: actions.move_drive(actor=office, drive_id=drive.pk, move="open"),
        "close": lambda: actions.move_drive(actor=office, drive_id=drive.pk, move="close"),
        "checklist": lambda: actions.set_checklist(actor=office, drive_id=drive.pk, items=drive.checklist[:1]),
        "enrol": lambda: actions.enrol(actor=office, drive_id=drive.pk),
        "fill": lambda: actions.fill_in(actor=office, place_id=place.pk, answers=GOOD),
    }
    wanted = {
        "drafted": {"close": REFUSED, "fill": "drive.not_open"},
        "open": {"open": REFUSED, "checklist": REFUSED},
        "closed": {
            "open": REFUSED,
            "close": REFUSED,
            "checklist": REFUSED,
            "enrol": "drive.closed",
            "fill": "drive.not_open",
        },
    }[state]
    found = {}
    for name, run in tried.items():
        Drive.objects.filter(pk=drive.pk).update(state=state)
        if code := refusal(run):
            found[name] = code
    assert found == wanted


def test_the_verbs_are_those_of_the_tables() -> None:
    assert set(CAMPAIGN_VERBS) == {move.name for move in CAMPAIGN.moves}
    assert set(SUB_ACTION_VERBS) == {move.name for move in SUB_ACTION.moves}
    assert set(PLACE_VERBS) == {move.name for move in DRIVE_PLACE.moves}
    assert set(GAP_VERBS) == {move.name for move in DRIVE_GAP.moves}
    for table in (CAMPAIGN, SUB_ACTION, DRIVE, DRIVE_PLACE, DRIVE_GAP):
        assert all(move.label.zh and move.label.en for move in table.moves)


#: A column of a row and another value for it: history says what it was.
SPOILT = [
    ("campaign", Campaign, "kind", "uplift"),
    ("campaign", Campaign, "number", "GJ-0"),
    ("campaign", Campaign, "from_on", LAST),
    ("campaign", Campaign, "until_on", FIRST),
    ("campaign", Campaign, "overrun", "flag"),
    ("campaign", Campaign, "case_category", "99"),
    ("campaign", Campaign, "state", "finished"),
    ("target", Target, "place", 7),
    ("target", Target, "measure", "m"),
    ("target", Target, "direction", "less"),
    ("target", Target, "baseline", Decimal(1)),
    ("target", Target, "goal", Decimal(1)),
    ("target", Target, "plan", [["2026-10-01", "1"]]),
    ("target", Target, "cumulative", False),
    ("target", Target, "low", Decimal(1)),
    ("target", Target, "high", Decimal(1)),
    ("target", Target, "latest", Decimal(1)),
    ("target", Target, "read_on", FIRST),
    ("sub_action", SubAction, "code", "9"),
    ("sub_action", SubAction, "division_id", None),
    ("sub_action", SubAction, "lat", 1.0),
    ("sub_action", SubAction, "lon", 1.0),
    ("sub_action", SubAction, "from_on", LAST),
    ("sub_action", SubAction, "until_on", FIRST),
    ("sub_action", SubAction, "state", "done"),
    ("drive", Drive, "subject_kind", "site"),
    ("drive", Drive, "items", []),
    ("drive", Drive, "met_from", 1),
    ("drive", Drive, "improve_from", 1),
    ("drive", Drive, "fix_days", 1),
    ("drive", Drive, "state", "closed"),
    ("drive_place", DrivePlace, "code", "9"),
    ("drive_place", DrivePlace, "state", "todo"),
    ("drive_place", DrivePlace, "grade", "met"),
    ("drive_place", DrivePlace, "points", Decimal(99)),
    ("drive_place", DrivePlace, "graded_on", FIRST),
    ("drive_place", DrivePlace, "failed", []),
    ("drive_place", DrivePlace, "filled_by", None),
    ("drive_gap", DriveGap, "item", "Z"),
    ("drive_gap", DriveGap, "due_on", FIRST),
    ("drive_gap", DriveGap, "state", "passed"),
    ("drive_gap", DriveGap, "ended_on", FIRST),
]


@pytest.fixture
def everything(campaign: Any, personas: Any, small_city: Any, drive: Drive) -> dict[type, Any]:
    """One row of each projection."""
    row = campaign()
    target = row.targets.get()
    actions.record_reading(actor=personas["office"], target_id=target.pk, day=TODAY, value=Decimal(500))
    given = actions.SubActionInput(
        code="1", name="x", unit=small_city.units["street"], from_on=FIRST, until_on=LAST, lat=30.001, lon=120.001
    )
    sub = actions.save_sub_action(actor=personas["office"], campaign_id=row.pk, given=given)
    place = place_of(drive)
    actions.fill_in(actor=personas["community"], place_id=place.pk, answers=IMPROVE)
    gap = place.gaps.get()
    return {Campaign: row, Target: target, SubAction: sub, Drive: drive, DrivePlace: place, DriveGap: gap}


@pytest.mark.parametrize(("name", "model", "column", "value"), SPOILT)
def test_a_spoilt_column_is_named_and_mended(
    everything: dict[type, Any], name: str, model: Any, column: str, value: Any
) -> None:
    assert differences(f"campaigns.{name}") == []
    row = everything[model]
    before = getattr(model.objects.get(pk=row.pk), column)
    model.objects.filter(pk=row.pk).update(**{column: value})
    found = differences(f"campaigns.{name}")
    assert len(found) == 1 and str(row.pk) in found[0].where
    assert registered()[f"campaigns.{name}"].rebuild() == 1
    assert getattr(model.objects.get(pk=row.pk), column) == before
    assert differences(f"campaigns.{name}") == []
