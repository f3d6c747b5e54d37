"""Handing over within the room: cards and posts, who may, and that nothing stays with one who left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, charging, handover, projections, rights
from chuangcheng.people.handover import Held
from chuangcheng.people.models import Handover, Person, Post


@pytest.fixture
def cast(personas: dict[str, Actor], small_city: Any, noon: Any) -> dict[str, Any]:
    """The department's person leads its unit and is liaison A of the street's; a newcomer."""
    old = Person.objects.get(username="department")
    new = actions.save_person(actor=SYSTEM, username="newcomer", name="新人")
    for unit, given in (
        ("department", {"head": (old, "局长")}),
        ("street", {"liaison_a": (old, ""), "liaison_b": (new, "")}),
    ):
        charging.set_charges(actor=SYSTEM, unit=small_city.units[unit], given=given)
    return {"old": old, "new": new, "office": personas["office"], "units": small_city.units}


def hand(cast: dict[str, Any], **more: Any) -> Handover:
    return handover.hand_over(
        **{"actor": cast["office"], "person_id": cast["old"].pk, "successor_id": cast["new"].pk, **more}
    )


def test_all_that_hangs_on_a_person_is_listed(cast: dict[str, Any]) -> None:
    held = handover.held_by([cast["old"].pk])
    assert {name: [(row.what, row.how.zh) for row in rows] for name, rows in held.items()} == {
        "charges": [("城市管理局", "主要负责人"), ("河东街道", "联络员A")], "posts": [("城市管理局", "责任部门")],
    }  # fmt: skip
    assert held["charges"][0].subject == ("unit", cast["units"]["department"].pk)
    assert handover.held_by([]) == {}
    assert set(handover.labels()) >= {"charges", "duties", "instructions", "posts", "tasks", "teams"}


def test_everything_goes_over_in_one_go_with_history(cast: dict[str, Any]) -> None:
    made = hand(cast)
    assert made.counts == {"charges": 2, "posts": 1}
    assert handover.held_by([cast["old"].pk]) == {}
    department, street = cast["units"]["department"], cast["units"]["street"]
    assert {(row.kind, row.person, row.title) for row in department.charges.all()} == {("head", cast["new"], "局长")}
    assert {row.kind for row in street.charges.all()} == {"liaison_b"}, "nobody stands in for themselves"
    assert list(cast["new"].posts.values_list("role", "unit", "valid_from")) == [
        ("department", department.pk, date(2026, 9, 15))
    ]
    assert rights.post_of(Actor(cast["old"].pk, Post.objects.get(person=cast["old"]).pk, "")) is None
    event = Event.objects.get(action="handover.made")
    assert event.after == {"person": str(cast["old"].pk), "successor": str(cast["new"].pk), "counts": made.counts}
    assert event.actor_person == cast["office"].person_id
    actions_told = set(Event.objects.filter(subject_id=department.pk).values_list("action", flat=True))
    assert actions_told >= {"unit.charged", "unit.post_given", "unit.post_ended"}
    assert not [each for each in projections.check() if each.where.startswith("card")]


def test_part_of_it_may_go_to_another(cast: dict[str, Any]) -> None:
    assert hand(cast, only=["charges"]).counts == {"charges": 2}
    assert set(handover.held_by([cast["old"].pk])) == {"posts"}


def test_a_post_that_the_successor_holds_is_only_ended(cast: dict[str, Any]) -> None:
    unit = cast["units"]["department"]
    actions.give_post(actor=SYSTEM, person=cast["new"], role="department", unit=unit, title="副科长")
    hand(cast, only=["posts"])
    assert list(cast["new"].posts.values_list("title", flat=True)) == ["副科长"]


def test_what_is_refused(cast: dict[str, Any], personas: dict[str, Actor]) -> None:
    gone = actions.save_person(actor=SYSTEM, username="gone", name="走人", is_active=False)
    for more, code in (
        ({"successor_id": cast["old"].pk}, "people.same_person"), ({"successor_id": gone.pk}, "people.gone"),
        ({"person_id": gone.pk}, "people.nothing_held"), ({"only": ["tasks"]}, "people.nothing_held"),
        ({"successor_id": cast["units"]["street"].pk}, "common.not_found"),
        ({"actor": personas["district"]}, "common.not_allowed"), ({"actor": personas["leader"]}, "common.not_allowed"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            hand(cast, **more)
        assert refused.value.code == code
    assert not Handover.objects.exists()


def test_nobody_retires_while_something_stays(cast: dict[str, Any], personas: dict[str, Actor]) -> None:
    old = cast["old"]
    for close in (
        lambda: handover.retire(actor=cast["office"], person_id=old.pk),
        lambda: actions.save_person(actor=SYSTEM, username=old.username, name=old.name, is_active=False),
    ):
        with pytest.raises(Refused) as refused:
            close()
        assert refused.value.code == "people.still_holds"
        assert "2" in refused.value.message() and "单位名片" in refused.value.message()
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        handover.retire(actor=personas["street"], person_id=old.pk)
    hand(cast, only=["charges"])
    assert not handover.retire(actor=cast["office"], person_id=old.pk).is_active
    assert handover.held_by([old.pk]) == {}, "the posts ended with the person"
    with pytest.raises(Refused, match=r"common\.not_found"):
        handover.retire(actor=cast["office"], person_id=cast["units"]["street"].pk)


def test_nothing_stays_with_one_who_left(cast: dict[str, Any]) -> None:
    assert handover.left_behind() == {}
    post = Post.objects.get(person=cast["old"])
    actions.end_post(
        actor=SYSTEM, post=post
    )  # rights may always be taken at once; the work is then shown as left behind
    assert [row.what for row in handover.left_behind()["charges"]] == ["城市管理局", "河东街道"]
    hand(cast)
    assert handover.left_behind() == {}
    Person.objects.filter(pk=cast["new"].pk).update(is_active=False)
    assert sum(map(len, handover.left_behind().values())) == 2
    Post.objects.filter(person__username="grid").update(valid_to=date(2026, 9, 15))
    assert "grid" not in str(handover.left_behind()), "today is the last day, not the day after"


@pytest.fixture
def holding(cast: dict[str, Any]) -> Iterator[list[Held]]:
    """A room above that registers something of its own."""
    rows = [Held(cast["old"].pk, "1", "钥匙", Label("保管人", "Keeper"))]

    @handover.holds("keys", Label("钥匙", "Keys"))
    class Keys:
        @staticmethod
        def of(persons: Any) -> list[Held]:
            return [row for row in rows if row.person_id in persons]

        @staticmethod
        def give(actor: Actor, held: Any, successor: Person) -> None:
            rows[:] = [Held(successor.pk, row.ref, row.what, row.how) for row in held]

    yield rows
    del handover._holdings["keys"]


def test_a_room_above_joins_in(cast: dict[str, Any], holding: list[Held]) -> None:
    assert handover.held_by([cast["old"].pk])["keys"] == holding
    assert hand(cast).counts["keys"] == 1
    assert holding[0].person_id == cast["new"].pk


def test_all_or_nothing(cast: dict[str, Any], holding: list[Held], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise Refused("people.gone")

    monkeypatch.setattr(handover._holdings["keys"][1], "give", staticmethod(broken))
    with pytest.raises(Refused):
        hand(cast)
    assert len(handover.held_by([cast["old"].pk])["charges"]) == 2
    assert not Handover.objects.exists()
