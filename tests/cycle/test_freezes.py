"""What a freeze stops, for whom it is lifted, and what it leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.cycle import actions, selectors
from chuangcheng.cycle.models import Cycle
from chuangcheng.cycle.states import COVERS
from chuangcheng.framework import actions as framework
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from tests.conftest import NOON
from tests.cycle.conftest import TODAY
from tests.cycle.test_cycle import refused
from tests.framework.editions import small


def freeze(cycle: Cycle, office: Any, *covers: str, name: str = "国家测评期间", first: int = -1, last: int = 1) -> Any:
    return actions.set_freeze(
        actor=office, cycle_id=cycle.pk, name=name, from_on=TODAY + timedelta(days=first),
        to_on=TODAY + timedelta(days=last), covers=covers or tuple(COVERS),
    )  # fmt: skip


def attempts(edition: Any, unit: Any) -> dict[str, Any]:
    """What each kind of freeze stops: the code of the refusal, "" where nothing stands against it."""
    draft = {**small(), "code": "NEXT", "name_zh": "下一版"}
    standard = edition.standards.first()

    def tried(action: Any, **given: Any) -> str:
        from django.db import transaction

        from chuangcheng.kernel.problems import Refused

        try:
            with transaction.atomic():
                action(actor=SYSTEM, **given)
                transaction.set_rollback(True)
        except Refused as refusal:
            return refusal.code
        return ""

    return {
        "duties": tried(framework.assign_duty, standard=standard, unit=unit, kind="lead"),
        "by_role": tried(framework.assign_by_role, edition=edition),
        "editions": tried(framework.freeze_edition, edition=edition),
        "weights": tried(framework.load_edition, document=draft),
    }


FROZEN = "cycle.frozen"


@pytest.mark.parametrize(("covers", "stopped"), [
    (("duties",), {"duties", "by_role"}),
    (("editions",), {"editions"}),
    (("weights",), {"weights"}),
    (("weights", "duties"), {"weights", "duties", "by_role"}),
    ((), {"duties", "by_role", "editions", "weights"}),
])  # fmt: skip
def test_what_a_freeze_stops(
    cycle: Cycle, personas: Any, small_city: Any, edition: Any, covers: tuple[str, ...], stopped: set[str]
) -> None:
    unit = small_city.units["department"]
    assert set(attempts(edition, unit).values()) == {""}
    set_one = freeze(cycle, personas["office"], *covers)
    assert {name for name, code in attempts(edition, unit).items() if code == FROZEN} == stopped
    for days, is_frozen in ((-2, False), (-1, True), (1, True), (2, False)):
        with clock.at(NOON + timedelta(days=days)):
            assert bool(selectors.frozen()) is is_frozen
            assert bool({*attempts(edition, unit).values()} - {""}) is is_frozen
    actions.lift_freeze(actor=personas["office"], freeze_id=set_one.pk, reason="补录漏项")
    assert set(attempts(edition, unit).values()) == {""}


def test_a_draft_may_be_prepared_but_not_published(cycle: Cycle, personas: Any, small_city: Any) -> None:
    draft = framework.load_edition(actor=SYSTEM, document={**small(), "code": "NEXT", "name_zh": "下一版"})
    freeze(cycle, personas["office"], "duties", "editions")
    standard, unit = draft.standards.first(), small_city.units["department"]
    assert standard is not None
    framework.assign_duty(actor=SYSTEM, standard=standard, unit=unit, kind="lead")
    assert refused(framework.publish_edition, actor=SYSTEM, edition=draft) == FROZEN
    current = cycle.edition
    assert current is not None and framework.publish_edition(actor=SYSTEM, edition=current).pk == current.pk


def test_a_freeze_says_why_and_until_when(cycle: Cycle, personas: Any, small_city: Any, edition: Any) -> None:
    from chuangcheng.kernel.problems import Refused

    freeze(cycle, personas["office"])
    with pytest.raises(Refused) as caught:
        framework.assign_by_role(actor=SYSTEM, edition=edition)
    said = caught.value.message()
    assert "国家测评期间" in said and "2026-09-16" in said and "责任分工" in said
    assert "Duties" in caught.value.message("en")


@pytest.mark.parametrize(("given", "code"), [
    ({"from_on": date(2026, 9, 20), "to_on": date(2026, 9, 19)}, "cycle.bad_days"),
    ({"from_on": date(2026, 9, 1), "to_on": date(2026, 9, 14)}, "cycle.bad_days"),
    ({"name": " "}, "cycle.no_name"),
    ({"covers": ()}, "cycle.covers_nothing"),
    ({"covers": ("moon",)}, "cycle.covers_nothing"),
])  # fmt: skip
def test_what_is_no_freeze(cycle: Cycle, personas: Any, given: dict[str, Any], code: str) -> None:
    whole = {"actor": personas["office"], "cycle_id": cycle.pk, "name": "冻", "from_on": TODAY, "to_on": TODAY, **given}
    assert refused(actions.set_freeze, **whole) == code and not cycle.freezes.exists()


def test_only_the_office_lifts_it_with_a_reason(cycle: Cycle, personas: Any) -> None:
    set_one = freeze(cycle, personas["office"], "duties")
    assert set_one.covered == "责任分工"
    for who, actor in personas.items():
        if who != "office":
            given = {"actor": actor, "freeze_id": set_one.pk, "reason": "x"}
            assert refused(actions.lift_freeze, **given) == "common.not_allowed"
    given = {"actor": personas["office"], "freeze_id": set_one.pk}
    assert refused(actions.lift_freeze, reason=" ", **given) == "state.missing"
    lifted = actions.lift_freeze(reason="省里补充要求", **given)
    assert (lifted.state, lifted.lifted_on, lifted.reason) == ("lifted", TODAY, "省里补充要求")
    assert refused(actions.lift_freeze, reason="再来", **given) == "state.move_refused"
    assert refused(actions.lift_freeze, actor=personas["office"], freeze_id=cycle.pk, reason="x") == "common.not_found"


def test_several_freezes_stand_side_by_side(cycle: Cycle, personas: Any) -> None:
    office = personas["office"]
    one = freeze(cycle, office, "duties", name="甲", first=-5, last=0)
    freeze(cycle, office, "editions", "duties", name="乙", first=0, last=9)
    freeze(cycle, office, "weights", name="丙", first=5, last=9)
    assert [row.name for row in selectors.frozen()] == ["甲", "乙"]
    assert [row.name for row in selectors.frozen("editions")] == ["乙"]
    assert [row.name for row in selectors.frozen("weights", TODAY + timedelta(days=6))] == ["丙"]
    actions.lift_freeze(actor=office, freeze_id=one.pk, reason="提前结束")
    assert [row.name for row in selectors.frozen("duties")] == ["乙"]
