"""Random weeks at the matrix: whatever is given, copied, moved, undone, the database says what plain values say."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.framework import duty_templates, matrix
from chuangcheng.framework.actions import load_edition
from chuangcheng.framework.coverage import coverage
from chuangcheng.framework.models import Duty, DutyBatch, Edition
from chuangcheng.framework.states import DUTY_BATCH
from chuangcheng.history.models import Event
from chuangcheng.history.verify import verify
from chuangcheng.kernel import duties
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from tests.framework.editions import small

pytestmark = pytest.mark.django_db

KINDS = ["", "lead", "support", "territory"]


@pytest.fixture
def edition(small_city: Any) -> Edition:
    return load_edition(actor=SYSTEM, document=small())


class Week:
    """Plays moves in the database and on plain values side by side."""

    def __init__(self, edition: Edition, seed: int) -> None:
        self.edition, self.dice = edition, random.Random(seed)
        self.standards = list(edition.standards.order_by("order"))
        self.units = list(Unit.objects.order_by("official_order")[:5])
        self.cells: dict[tuple[str, str], str] = {}
        self.done: list[DutyBatch] = []
        self.nothing = 0

    def play(self) -> None:
        move = self.dice.choice(["press", "press", "give", "copy", "move", "undo"])
        try:
            getattr(self, move)()
        except Refused as refused:
            assert refused.code == "framework.nothing_to_do"
            self.nothing += 1
        assert matrix.cells_of(self.edition) == self.cells

    def press(self) -> None:
        place = (str(self.dice.choice(self.standards).pk), str(self.dice.choice(self.units).pk))
        was, to = self.cells.get(place, ""), self.dice.choice(KINDS)
        matrix.set_duty(actor=SYSTEM, edition=self.edition, standard_id=place[0], unit_id=place[1], was=was, to=to)  # type: ignore[arg-type]
        self.take(duties.give(self.cells, [place[0]], [place[1]], to))

    def give(self) -> None:
        some = self.dice.sample(self.standards, 2)
        units = self.dice.sample(self.units, 2)
        kind = self.dice.choice(KINDS)
        plan = duty_templates.plan_give(
            actor=SYSTEM, edition=self.edition, standards=[row.pk for row in some], units=[u.pk for u in units], kind=kind
        )  # fmt: skip
        self.carry_out(plan)
        self.take(duties.give(self.cells, [str(row.pk) for row in some], [str(u.pk) for u in units], kind))

    def copy(self) -> None:
        source, target = self.dice.sample(self.units, 2)
        plan = duty_templates.plan_copy(actor=SYSTEM, edition=self.edition, source=source, target=target)
        self.carry_out(plan)
        self.take(duties.copy(self.cells, str(source.pk), str(target.pk)))

    def move(self) -> None:
        source, target = self.dice.sample(self.units, 2)
        plan = duty_templates.plan_move(actor=SYSTEM, edition=self.edition, source=source, target=target)
        self.carry_out(plan)
        self.take(duties.move(self.cells, str(source.pk), str(target.pk)))

    def undo(self) -> None:
        if not self.done:
            return
        before = dict(self.cells)
        batch = self.done.pop()
        back = matrix.undo_batch(actor=SYSTEM, batch_id=batch.pk)
        for step, row in zip(matrix.steps_of(back), back.steps, strict=True):
            if row[4] == matrix.DONE:
                before = duties.applied(before, [step])
        self.cells = before

    def carry_out(self, plan: DutyBatch) -> None:
        assert matrix.cells_of(self.edition) == self.cells  # a plan changes nothing
        done = matrix.apply_batch(actor=SYSTEM, batch_id=plan.pk)
        assert {row[4] for row in done.steps} == {matrix.DONE}
        self.done.append(done)

    def take(self, steps: list[duties.Step]) -> None:
        self.cells = duties.applied(self.cells, steps)


@pytest.mark.parametrize("seed", range(6))
def test_a_random_week_ends_as_plain_values_say(edition: Edition, tmp_path: Path, seed: int) -> None:
    week = Week(edition, seed)
    for _ in range(25):
        week.play()
    assert week.nothing < 25
    assert verify(tmp_path) == []
    live = Duty.objects.filter(standard__edition=edition)
    assert live.count() == len(week.cells)  # one duty a cell
    ended = Duty.every.filter(standard__edition=edition).exclude(ended_at=None)
    tails = Event.objects.filter(subject_id__in=ended.values("pk"), action="duty.ended")
    assert tails.count() == ended.count()
    assert Event.objects.filter(action="duty.assigned").count() == Duty.every.count()
    led = {standard for (standard, _unit), kind in week.cells.items() if kind == "lead"}
    orphans = {str(edition.standards.get(code=code).pk) for code in coverage(edition).found.orphans}
    assert orphans == {str(row.pk) for row in week.standards} - led


MOVES = {"apply": matrix.apply_batch, "drop": matrix.drop_batch, "undo": matrix.undo_batch}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", [state.code for state in DUTY_BATCH.states])
def test_every_move_from_every_state(edition: Edition, state: str, name: str) -> None:
    """What the table allows is done, all else is refused and changes nothing."""
    keys = list(edition.standards.values_list("pk", flat=True))
    unit = Unit.objects.get(code="U-CGJ")
    plan = duty_templates.plan_give(actor=SYSTEM, edition=edition, standards=keys, units=[unit.pk], kind="lead")
    for step in {"applied": ["apply"], "undone": ["apply", "undo"], "dropped": ["drop"]}.get(state, []):
        MOVES[step](actor=SYSTEM, batch_id=plan.pk)
    before = matrix.cells_of(edition)
    allowed = {move.name for move in DUTY_BATCH.moves_from(state)}
    if name in allowed:
        assert MOVES[name](actor=SYSTEM, batch_id=plan.pk).state == DUTY_BATCH.next(state, name)
        return
    with pytest.raises(Refused, match=r"state\."):
        MOVES[name](actor=SYSTEM, batch_id=plan.pk)
    assert matrix.cells_of(edition) == before
    assert DutyBatch.objects.get(pk=plan.pk).state == state


ROLES = [
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
]


@pytest.mark.parametrize("role", ROLES)
def test_only_the_office_changes_duties(edition: Edition, personas: dict[str, Actor], role: str) -> None:
    actor, unit, other = personas[role], Unit.objects.get(code="U-CGJ"), Unit.objects.get(code="U-990101")
    keys = list(edition.standards.values_list("pk", flat=True))
    template = duty_templates.save_template(
        actor=SYSTEM, edition=edition, name="模板", unit_kind="street", kind="territory", methods=["onsite"]
    )
    plan = duty_templates.plan_template(actor=SYSTEM, template_id=template.pk)
    tries = [
        lambda: matrix.set_duty(
            actor=actor, edition=edition, standard_id=keys[0], unit_id=unit.pk, was="", to="lead"
        ),
        lambda: duty_templates.plan_give(actor=actor, edition=edition, standards=keys, units=[unit.pk], kind="lead"),
        lambda: duty_templates.plan_copy(actor=actor, edition=edition, source=unit, target=other),
        lambda: duty_templates.plan_move(actor=actor, edition=edition, source=unit, target=other),
        lambda: duty_templates.plan_template(actor=actor, template_id=template.pk),
        lambda: duty_templates.drop_template(actor=actor, template_id=template.pk),
        lambda: matrix.apply_batch(actor=actor, batch_id=plan.pk),
        lambda: matrix.drop_batch(actor=actor, batch_id=plan.pk),
    ]  # fmt: skip
    for attempt in tries:
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            attempt()
    assert not Duty.every.exists()
    assert DutyBatch.objects.get().state == "planned"
