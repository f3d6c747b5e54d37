"""Units and posts against their history: every perturbation is named, and the facts win."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chuangcheng.history import projections as declared
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people import actions, projections, rights, selectors
from chuangcheng.people.models import Post, Unit


@pytest.fixture
def post(small_city: Any) -> Post:
    """A post at a unit that was made by an action."""
    division = small_city.streets[0]
    unit = actions.save_unit(actor=SYSTEM, code="N1", name="新街道", kind="street", group="street", division=division)
    person = actions.save_person(actor=SYSTEM, username="zhao", name="赵某")
    return actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit, division=division)


def found() -> list[str]:
    return [str(difference) for difference in projections.check()]


def test_what_the_actions_wrote_agrees(post: Post) -> None:
    actions.save_unit(actor=SYSTEM, code="N1", name="改名", kind="street", valid_from=date(2026, 1, 1))
    actions.end_post(actor=SYSTEM, post=post, last_day=date(2026, 5, 1))
    assert found() == []
    assert projections.rebuild() == 0


def test_rows_of_another_system_are_left_alone(personas: Any) -> None:
    assert found() == []
    assert projections.rebuild() == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "department"}, "unit N1: kind is 'department', history says 'street'"),
        ({"official_order": 7}, "unit N1: official_order is 7, history says 0"),
        ({"division": None}, "unit N1: division is None"),
        ({"valid_to": date(2026, 1, 1)}, "unit N1: valid_to is '2026-01-01', history says None"),
    ],
)
def test_a_changed_unit_is_named_and_restored(post: Post, change: dict[str, Any], said: str) -> None:
    Unit.objects.filter(code="N1").update(**change)
    assert len(found()) == 1
    assert found()[0].startswith(said)
    assert projections.rebuild() == 1
    assert found() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"role": "office"}, "role is 'office', history says 'street'"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to is '2020-01-01'"),
    ],
)
def test_a_changed_post_is_named_and_restored(post: Post, change: dict[str, Any], said: str) -> None:
    Post.objects.update(**change)
    assert said in found()[0]
    assert projections.rebuild() == 1
    assert found() == []


def test_a_right_that_nobody_gave_is_named_and_taken_away(post: Post) -> None:
    stolen = Post.objects.create(person=post.person, role="office", unit=post.unit, division=post.division)
    actor = selectors.actor_of(stolen)
    assert rights.can(actor, "people.edit")
    assert found() == [f"post {stolen.pk}: office at N1 was given by nobody"]
    assert projections.rebuild() == 1
    assert found() == []
    assert not rights.can(actor, "people.edit")
    assert Post.objects.get() == post


def test_a_post_moved_to_another_unit_is_named(post: Post, small_city: Any) -> None:
    Post.objects.update(unit=small_city.units["office"])
    assert "unit is" in found()[0]
    projections.rebuild()
    assert Post.objects.get().unit.code == "N1"


def test_a_deleted_row_is_named(post: Post) -> None:
    Post.objects.all().delete()
    assert found() == [f"post {post.pk}: was given but has no row"]
    Event.objects.filter(action__startswith="unit.post").delete()
    Unit.objects.filter(code="N1").delete()
    assert found() == ["unit N1: has a history but no row"]


def test_the_projection_is_declared() -> None:
    declared_ones = declared.registered()
    assert declared_ones["people"].check is projections.check
    assert declared_ones["people"].rebuild is projections.rebuild
