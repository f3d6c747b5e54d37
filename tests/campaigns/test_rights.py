"""Every action of the room tried by every persona: what comes of it, and that a refusal leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import Campaign, Drive, DriveGap, DrivePlace, Target
from chuangcheng.history.models import Event, Outbox
from chuangcheng.tasks.actions import TaskInput
from tests.campaigns.conftest import FIRST, LAST, TODAY
from tests.campaigns.drives import GOOD, ITEMS, WEAK, make_drive, place_of
from tests.campaigns.test_lives import refusal
from tests.cases.play import picture

PERSONAS = (
    "office",
    "leader",
    "subcommand",
    "district",
    "department",
    "street",
    "street2",
    "community",
    "grid",
    "inspector",
    "auditor",
)
NO, OTHER = "common.not_allowed", "campaign.other_unit"
Run = Callable[[Any], object]


@pytest.fixture
def led(campaign: Any, small_city: Any, personas: Any) -> dict[str, Any]:
    """A running campaign of the department that the street supports, below the sub-command, with a bit of everything."""
    department = small_city.units["department"]
    department.line_parent = small_city.units["subcommand"]
    department.save()
    row: Campaign = campaign()
    office = personas["office"]
    budget = actions.MoneyInput(kind="budget", amount=Decimal(100), day=TODAY, document="财建1号", source="市级财政")
    entry, _new = actions.enter_money(actor=office, campaign_id=row.pk, given=budget)
    sub = actions.SubActionInput(code="1", name="清扫", unit=small_city.units["street2"], from_on=FIRST, until_on=LAST)
    activity = actions.save_sub_action(actor=office, campaign_id=row.pk, given=sub)
    return {"campaign": row, "target": row.targets.get(), "entry": entry, "sub": activity, "units": small_city.units}


def _create(led: dict[str, Any]) -> Run:
    given = actions.CampaignInput(title="另一项", lead=led["units"]["department"], from_on=TODAY, until_on=LAST)
    return lambda actor: actions.create_campaign(actor=actor, given=given)


def _amend(led: dict[str, Any]) -> Run:
    given = actions.CampaignInput(title="改名", lead=led["units"]["department"], from_on=FIRST, until_on=LAST)
    return lambda actor: actions.amend_campaign(actor=actor, campaign_id=led["campaign"].pk, given=given)


def _move(name: str) -> Callable[[dict[str, Any]], Run]:
    return lambda led: (
        lambda actor: actions.move_campaign(actor=actor, campaign_id=led["campaign"].pk, move=name, words="情况属实")
    )


def _target(led: dict[str, Any]) -> Run:
    given = actions.TargetInput(name="二", measure="m", goal=Decimal(9))
    return lambda actor: actions.save_target(actor=actor, campaign_id=led["campaign"].pk, given=given)


def _drop(led: dict[str, Any]) -> Run:
    Target.objects.create(
        campaign=led["campaign"], name="另一项", measure="m", baseline=0, goal=9
    )  # the last one stays
    return lambda actor: actions.drop_target(actor=actor, target_id=led["target"].pk, words="任务调减")


def _read(led: dict[str, Any]) -> Run:
    return lambda actor: actions.record_reading(actor=actor, target_id=led["target"].pk, day=TODAY, value=Decimal(5))


def _spend(led: dict[str, Any]) -> Run:
    given = actions.MoneyInput(kind="budget", amount=Decimal(5), day=TODAY, document="财建2号", source="中央补助")
    return lambda actor: actions.enter_money(actor=actor, campaign_id=led["campaign"].pk, given=given)


def _back(led: dict[str, Any]) -> Run:
    return lambda actor: actions.take_back(actor=actor, entry_id=led["entry"].pk, document="更正1号")


def _sub(led: dict[str, Any]) -> Run:
    given = actions.SubActionInput(code="2", name="植树", unit=led["units"]["street2"], from_on=FIRST, until_on=LAST)
    return lambda actor: actions.save_sub_action(actor=actor, campaign_id=led["campaign"].pk, given=given)


def _begin(led: dict[str, Any]) -> Run:
    return lambda actor: actions.move_sub_action(actor=actor, sub_action_id=led["sub"].pk, move="begin")


def _task(led: dict[str, Any]) -> Run:
    given = TaskInput(problem="补齐路灯", lead=led["units"]["department"], due_on=LAST)
    return lambda actor: actions.set_task(actor=actor, campaign_id=led["campaign"].pk, given=given)


#: Action → what comes of it for each persona; everybody who is not named is refused with ``common.not_allowed``.
CAMPAIGN_ACTIONS: dict[str, tuple[Callable[[dict[str, Any]], Run], dict[str, str]]] = {
    "create": (_create, {"office": "", "subcommand": "", "district": OTHER}),
    "amend": (_amend, {"office": "", "subcommand": "", "district": OTHER}),
    "target": (_target, {"office": "", "subcommand": "", "district": OTHER}),
    "review": (
        _move("review"),
        {
            "office": "",
            "subcommand": "",
            "department": "",
            "district": OTHER,
            "street": OTHER,
            "street2": OTHER,
            "community": OTHER,
        },
    ),
    "cancel": (_move("cancel"), {"office": ""}),
    "drop": (_drop, {"office": ""}),
    "read": (
        _read,
        {
            "office": "",
            "subcommand": "",
            "department": "",
            "street": "",
            "district": "",
            "street2": OTHER,
            "community": OTHER,
        },
    ),
    "spend": (
        _spend,
        {
            "office": "",
            "subcommand": "",
            "department": "",
            "district": OTHER,
            "street": OTHER,
            "street2": OTHER,
            "community": OTHER,
        },
    ),
    "take back": (
        _back,
        {
            "office": "",
            "subcommand": "",
            "department": "",
            "district": OTHER,
            "street": OTHER,
            "street2": OTHER,
            "community": OTHER,
        },
    ),
    "sub-action": (
        _sub,
        {
            "office": "",
            "subcommand": "",
            "department": "",
            "district": "",
            "street": OTHER,
            "street2": "",
            "community": OTHER,
        },
    ),
    "begin": (
        _begin,
        {
            "office": "",
            "subcommand": "",
            "department": "",
            "district": "",
            "street": OTHER,
            "street2": "",
            "community": OTHER,
        },
    ),
    "task": (_task, {"office": "", "subcommand": "", "district": "task.other_unit"}),
}


def tried(run: Run, actor: Any) -> str:
    """What comes of an action, then everything as before; a refusal has left no row of history behind."""
    before = (Event.objects.count(), Outbox.objects.count())
    with transaction.atomic():
        code = refusal(lambda: _inside(run, actor)).split(" ")[0]
        after = (Event.objects.count(), Outbox.objects.count())
        assert (after == before) is bool(code), code
        transaction.set_rollback(True)
    return code


def _inside(run: Run, actor: Any) -> None:
    with transaction.atomic():
        run(actor)


@pytest.mark.parametrize("name", CAMPAIGN_ACTIONS)
def test_who_may_do_what_with_a_campaign(led: dict[str, Any], personas: Any, name: str) -> None:
    make, allowed = CAMPAIGN_ACTIONS[name]
    found = {persona: tried(make(led), personas[persona]) for persona in PERSONAS}
    assert found == {persona: allowed.get(persona, NO) for persona in PERSONAS}


@pytest.fixture
def assessed(personas: Any, noon: Any, small_city: Any) -> dict[str, Any]:
    """A drive whose first place (永安, filled in by the community) is weak, the second (长乐, by the street) claimed."""
    drive: Drive = make_drive(personas["office"])
    weak, claimed = place_of(drive), place_of(drive, "990101001002")
    DrivePlace.objects.filter(pk=weak.pk).update(sponsor=small_city.units["department"])
    actions.fill_in(actor=personas["community"], place_id=weak.pk, answers=WEAK)
    actions.fill_in(actor=personas["street"], place_id=claimed.pk, answers=GOOD)
    gap = DriveGap.objects.get(place=weak, item="A2")
    return {"drive": drive, "weak": weak, "claimed": claimed, "gap": gap, "units": small_city.units}


def _save_drive(_made: dict[str, Any]) -> Run:
    given = actions.DriveInput(title="又一项", from_on=TODAY, until_on=LAST)
    return lambda actor: actions.save_drive(actor=actor, given=given)


def _close(made: dict[str, Any]) -> Run:
    return lambda actor: actions.move_drive(actor=actor, drive_id=made["drive"].pk, move="close")


def _fill(made: dict[str, Any]) -> Run:
    return lambda actor: actions.fill_in(actor=actor, place_id=made["weak"].pk, answers=GOOD)


def _withdraw(made: dict[str, Any]) -> Run:
    return lambda actor: actions.withdraw_claim(actor=actor, place_id=made["claimed"].pk)


def _confirm(made: dict[str, Any]) -> Run:
    return lambda actor: actions.recheck(actor=actor, place_id=made["claimed"].pk)


def _overturn(made: dict[str, Any]) -> Run:
    return lambda actor: actions.recheck(actor=actor, place_id=made["claimed"].pk, failed=["A1"], words="没有记录")


def _assign(made: dict[str, Any]) -> Run:
    due: date = TODAY + timedelta(days=3)
    unit = made["units"]["street2"]
    return lambda actor: actions.assign_gap(actor=actor, gap_id=made["gap"].pk, unit=unit, due_on=due)


def _finish(made: dict[str, Any]) -> Run:
    return lambda actor: actions.finish_gap(actor=actor, gap_id=made["gap"].pk, words="已清理", shots=[picture()])


def _gap_task(made: dict[str, Any]) -> Run:
    return lambda actor: actions.make_task(actor=actor, gap_id=made["gap"].pk)


DRIVE_ACTIONS: dict[str, tuple[Callable[[dict[str, Any]], Run], dict[str, str]]] = {
    "save": (_save_drive, {"office": ""}),
    "close": (_close, {"office": ""}),
    "fill": (
        _fill,
        {
            "office": "",
            "subcommand": OTHER,
            "district": "",
            "department": OTHER,
            "street": "",
            "street2": OTHER,
            "community": "",
        },
    ),
    "withdraw": (
        _withdraw,
        {
            "office": "",
            "subcommand": OTHER,
            "district": "",
            "department": OTHER,
            "street": "",
            "street2": OTHER,
            "community": OTHER,
        },
    ),
    "confirm": (
        _confirm,
        {
            "office": "",
            "subcommand": OTHER,
            "district": "",
            "department": OTHER,
            "street": "drive.own_work",
            "street2": OTHER,
            "inspector": "",
        },
    ),
    "overturn": (
        _overturn,
        {
            "office": "",
            "subcommand": OTHER,
            "district": "",
            "department": OTHER,
            "street": "drive.own_work",
            "street2": OTHER,
            "inspector": "",
        },
    ),
    "assign": (
        _assign,
        {
            "office": "",
            "subcommand": OTHER,
            "district": "",
            "department": OTHER,
            "street": "",
            "street2": OTHER,
            "community": "",
        },
    ),
    "finish": (
        _finish,
        {
            "office": "",
            "subcommand": OTHER,
            "district": "",
            "department": OTHER,
            "street": "",
            "street2": OTHER,
            "community": "",
        },
    ),
    "task": (_gap_task, {"office": "", "subcommand": "task.other_unit", "district": ""}),
}


@pytest.mark.parametrize("name", DRIVE_ACTIONS)
def test_who_may_do_what_with_a_drive(assessed: dict[str, Any], personas: Any, name: str) -> None:
    make, allowed = DRIVE_ACTIONS[name]
    found = {persona: tried(make(assessed), personas[persona]) for persona in PERSONAS}
    assert found == {persona: allowed.get(persona, NO) for persona in PERSONAS}


def test_the_tables_name_every_action() -> None:
    """An action that is exported is tried above, or needs nothing but ``drives.edit``."""
    inputs = {"CampaignInput", "DriveInput", "MoneyInput", "SubActionInput", "TargetInput"}
    covered = {
        "create_campaign",
        "amend_campaign",
        "move_campaign",
        "save_target",
        "drop_target",
        "record_reading",
        "enter_money",
        "take_back",
        "save_sub_action",
        "move_sub_action",
        "set_task",
        "save_drive",
        "move_drive",
        "fill_in",
        "withdraw_claim",
        "recheck",
        "assign_gap",
        "finish_gap",
        "make_task",
    }
    assert set(actions.__all__) - inputs - covered == {"enrol", "set_checklist"}
    assert len(ITEMS) == 4
