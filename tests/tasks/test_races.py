"""Two who tie tasks to each other, hand over, or change the structure at once: one comes second, nobody is told to try
again. On a database where two can be at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from chuangcheng.framework.actions import assign_duty, load_sample
from chuangcheng.framework.duty_templates import plan_move
from chuangcheng.framework.matrix import apply_batch
from chuangcheng.framework.models import Duty
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people import actions as people
from chuangcheng.people import charging, handover, projections
from chuangcheng.people.models import Person, Unit
from chuangcheng.tasks import actions
from chuangcheng.tasks.models import Task
from tests.cases.test_races import at_once
from tests.conftest import NOON

Make = Callable[..., Any]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_tasks_tied_each_way_round_at_once_make_no_ring(make: Make, personas: dict[str, Actor]) -> None:
    office = personas["office"]
    for _ in range(4):
        one, other = make(), make()
        found = at_once(
            lambda one=one, other=other: actions.amend_task(actor=office, task_id=one.pk, waits_for=(other.pk,)),
            lambda one=one, other=other: actions.amend_task(actor=office, task_id=other.pk, waits_for=(one.pk,)),
        )
        assert found.count("task.circle") == 1
        assert Task.waits_for.through.objects.filter(from_task__in=(one.pk, other.pk)).count() == 1


def test_four_tasks_tied_in_pairs_make_no_ring_of_four(make: Make, personas: dict[str, Actor]) -> None:
    office = personas["office"]
    first, second, third, fourth = (make() for _ in range(4))
    for one, ahead in ((first, second), (third, fourth)):
        actions.amend_task(actor=office, task_id=one.pk, waits_for=(ahead.pk,))
    found = at_once(
        lambda: actions.amend_task(actor=office, task_id=second.pk, waits_for=(third.pk,)),
        lambda: actions.amend_task(actor=office, task_id=fourth.pk, waits_for=(first.pk,)),
    )
    assert found.count("task.circle") == 1


def test_words_go_in_beside_a_tie_to_the_same_task(make: Make, personas: dict[str, Actor]) -> None:
    office = personas["office"]
    one, other = make(), make()
    found = at_once(
        lambda: actions.amend_task(actor=office, task_id=one.pk, waits_for=(other.pk,)),
        *[lambda: actions.add_comment(actor=office, task_id=other.pk, words="请抓紧")] * 3,
    )
    assert [getattr(each, "pk", each) for each in found] == [one.pk, *[other.pk] * 3]
    assert other.entries.count() == 3


def test_two_handovers_across_the_same_units_at_once(personas: dict[str, Actor], small_city: Any) -> None:
    units = [small_city.units[name] for name in ("department", "street")]
    old = [Person.objects.get(username=name) for name in ("department", "street")]
    with clock.at(NOON):
        new = [people.save_person(actor=SYSTEM, username=f"new{n}", name="新人") for n in range(2)]
        for unit, head, deputy in ((units[0], old[0], old[1]), (units[1], old[1], old[0])):
            charging.set_charges(actor=SYSTEM, unit=unit, given={"head": (head, ""), "deputy": (deputy, "")})
    found = at_once(*[
        lambda n=n: handover.hand_over(actor=personas["office"], person_id=old[n].pk, successor_id=new[n].pk)
        for n in range(2)
    ])  # fmt: skip
    assert [row.counts for row in found] == [{"charges": 2, "posts": 1}] * 2  # type: ignore[attr-defined]
    assert handover.held_by([one.pk for one in old]) == {}
    assert not [each for each in projections.check() if each.where.startswith("card")]


def test_two_units_put_under_each_other_at_once_make_no_ring(personas: dict[str, Actor], small_city: Any) -> None:
    one, other = small_city.units["department"], small_city.units["street"]

    def under(unit: Unit, above: Unit) -> Callable[[], object]:
        given = {"code": unit.code, "name": unit.name, "kind": unit.kind, "group": unit.group}
        return lambda: people.save_unit(actor=SYSTEM, **given, parent=above)

    found = at_once(under(one, other), under(other, one))
    assert found.count("people.own_superior") == 1
    assert Unit.objects.filter(pk__in=(one.pk, other.pk), parent__in=(one, other)).count() == 1


def test_a_handover_beside_a_change_of_the_same_duties(personas: dict[str, Actor], small_city: Any) -> None:
    source, target = small_city.units["department"], small_city.units["street"]
    person = Person.objects.get(username="department")
    with clock.at(NOON), transaction.atomic():
        edition = load_sample(actor=SYSTEM)
        new = people.save_person(actor=SYSTEM, username="newcomer", name="新人")
        for standard in edition.standards.all()[:40]:
            assign_duty(actor=SYSTEM, standard=standard, unit=source, kind="support", person=person)
        batch = plan_move(actor=personas["office"], edition=edition, source=source, target=target)
    found = at_once(
        lambda: handover.hand_over(actor=personas["office"], person_id=person.pk, successor_id=new.pk),
        lambda: apply_batch(actor=personas["office"], batch_id=batch.pk),
    )
    assert None not in found
    assert Duty.objects.filter(unit=target).count() == 40
    assert not Duty.objects.filter(person=person, unit=source).exists()
