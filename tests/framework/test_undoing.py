"""Taking changes of the matrix back step by step, and why one cannot be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chuangcheng.framework import duty_templates, matrix
from chuangcheng.framework.actions import assign_by_role, assign_duty, load_edition
from chuangcheng.framework.models import Duty, DutyBatch, Edition
from chuangcheng.framework.undoing import changes, undo_to
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Person, Unit
from tests.framework.editions import small
from tests.framework.test_matrix import held, keys, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(small_city: Any) -> Edition:
    return load_edition(actor=SYSTEM, document=small())


@pytest.fixture
def row(edition: Edition, small_city: Any, personas: dict[str, Actor], noon: datetime) -> list[DutyBatch]:
    """Three changes, a minute each: a cell is given, both streets get everything, the department takes a street's."""
    street, other = small_city.units["street"], small_city.units["street2"]
    made = []
    for minute in range(3):
        with clock.at(noon + timedelta(minutes=minute)):
            if minute == 0:
                made.append(press(edition, "F-1-1-1", street, "", "lead", personas["office"]))
                continue
            plan = (
                duty_templates.plan_give(
                    actor=SYSTEM, edition=edition, standards=keys(edition), units=[street.pk, other.pk], kind="support"
                )
                if minute == 1
                else duty_templates.plan_move(
                    actor=SYSTEM, edition=edition, source=street, target=small_city.units["department"]
                )
            )
            made.append(matrix.apply_batch(actor=personas["office"], batch_id=plan.pk))
    return made


def test_the_newest_goes_first_and_each_step_back_is_what_stood_there(
    edition: Edition, row: list[DutyBatch], personas: dict[str, Actor]
) -> None:
    office = personas["office"]
    assert [(past.batch.pk, past.steps, past.blocked) for past in changes(edition)] == [
        (batch.pk, number, None) for number, batch in enumerate(reversed(row), 1)
    ]  # fmt: skip
    assert matrix.last_batch(office, edition) is not None
    after = [held(edition)]
    for number, batch in enumerate(reversed(row)):
        assert [each.pk for each in undo_to(actor=office, batch_id=batch.pk)] == [batch.pk]
        after.append(held(edition))
        assert len(changes(edition)) == 2 - number
    assert [len(cells) for cells in after] == [6, 6, 1, 0]
    assert after[2] == {"F-1-1-1 U-990101001": "lead"}
    assert {batch.state for batch in DutyBatch.objects.all()} == {"undone"}
    with pytest.raises(Refused, match=r"state\."):
        undo_to(actor=office, batch_id=row[0].pk)


def test_several_go_back_in_one_step_with_history_of_each(
    edition: Edition, row: list[DutyBatch], personas: dict[str, Actor]
) -> None:
    taken = undo_to(actor=personas["office"], batch_id=row[1].pk)
    assert [each.pk for each in taken] == [row[2].pk, row[1].pk]
    assert held(edition) == {"F-1-1-1 U-990101001": "lead"}
    assert DutyBatch.objects.get(pk=row[0].pk).state == "applied"
    made = Event.objects.filter(action__startswith="duty.", reason="undo")
    assert made.count() == sum(len(each.steps) for each in taken) > 0
    assert {event.actor_person for event in made} == {personas["office"].person_id}
    assert [past.batch.pk for past in changes(edition)] == [row[0].pk]


def test_what_was_edited_over_is_refused_with_the_reason_and_nothing_changes(
    edition: Edition, row: list[DutyBatch], personas: dict[str, Actor], small_city: Any, noon: datetime
) -> None:
    street2 = small_city.units["street2"]
    Duty.objects.filter(unit=street2, standard__code="F-1-1-2").update(kind="lead")  # not by a change of the matrix
    stood = held(edition)
    said = "“河西街道”对 F-1-1-2 的责任后来又改为“牵头”，不能撤销"
    found = changes(edition)
    assert [past.blocked and past.blocked.message() for past in found] == [None, said, said]
    for batch in (row[1], row[0]):
        with pytest.raises(Refused, match=r"framework\.later_edit") as refused:
            undo_to(actor=personas["office"], batch_id=batch.pk)
        assert refused.value.message() == said
    assert held(edition) == stood
    assert {batch.state for batch in DutyBatch.objects.all()} == {"applied"}
    undo_to(actor=personas["office"], batch_id=row[2].pk)  # the one after it is free
    with clock.at(noon + timedelta(minutes=5)):
        later = press(edition, "F-1-1-2", street2, "lead", "support", personas["office"])
    undo_to(actor=personas["office"], batch_id=later.pk)
    Duty.objects.filter(unit=street2, standard__code="F-1-1-2").update(kind="support")  # as it was left
    undo_to(actor=personas["office"], batch_id=row[0].pk)
    assert held(edition) == {}


def test_a_split_by_role_is_no_change_and_stands_in_the_way_only_where_it_touches(
    edition: Edition, small_city: Any, noon: datetime
) -> None:
    street, community = small_city.units["street"], small_city.units["community"]
    for minute, (unit, was, to) in enumerate(
        ((street, "", "support"), (street, "support", ""), (community, "", "lead"))
    ):
        with clock.at(noon + timedelta(minutes=minute)):
            press(edition, "F-1-1-1", unit, was, to)
    assign_by_role(actor=SYSTEM, edition=edition)
    assert held(edition)[f"F-1-1-1 {street.code}"] == "territory"
    newest, over, first = changes(edition)
    assert newest.blocked is None and over.blocked is not None and first.blocked is over.blocked
    undo_to(actor=SYSTEM, batch_id=newest.batch.pk)
    assert f"F-1-1-1 {community.code}" not in held(edition)
    with pytest.raises(Refused, match=r"framework\.later_edit"):
        undo_to(actor=SYSTEM, batch_id=first.batch.pk)


def test_persons_come_back_and_ended_units_frozen_editions_and_others_are_refused(
    edition: Edition, small_city: Any, personas: dict[str, Actor], noon: datetime
) -> None:
    office, unit = personas["office"], small_city.units["department"]
    person = Person.objects.get(pk=personas["department"].person_id)
    assign_duty(actor=office, standard=edition.standards.get(code="F-1-1-1"), unit=unit, kind="lead", person=person)
    batch = press(edition, "F-1-1-1", unit, "lead", "", office)
    Unit.objects.filter(pk=unit.pk).update(valid_to=date(2026, 9, 14))
    with pytest.raises(Refused, match=r"framework\.retired_unit"):
        undo_to(actor=office, batch_id=batch.pk)
    Unit.objects.filter(pk=unit.pk).update(valid_to=None)
    for role in ("leader", "street", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            undo_to(actor=personas[role], batch_id=batch.pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        undo_to(actor=office, batch_id=edition.pk)
    Edition.objects.filter(pk=edition.pk).update(state="frozen")
    with pytest.raises(Refused, match=r"framework\.frozen"):
        undo_to(actor=office, batch_id=batch.pk)
    Edition.objects.filter(pk=edition.pk).update(state="draft")
    undo_to(actor=office, batch_id=batch.pk)
    assert Duty.objects.get().person == person
