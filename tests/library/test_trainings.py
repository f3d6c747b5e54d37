"""Training sessions by the actions: planned, told of, signed in by the code while it is open, listed, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.history import sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.library import actions, sign_in
from chuangcheng.library import training_selectors as trainings
from chuangcheng.library.facts import TRAININGS
from chuangcheng.library.models import Attendance, Training
from chuangcheng.notices.models import Notice
from chuangcheng.people.models import Person, Post
from tests.conftest import NOON
from tests.library.conftest import Enter


def refused(refusal: str, action: Any, /, **more: Any) -> None:
    with pytest.raises(Refused) as found:
        action(**more)
    assert found.value.code == refusal


def person(name: str) -> Person:
    return Person.objects.get(username=name)


def given(row: Training, **more: Any) -> actions.TrainingInput:
    own = {name: getattr(row, name) for name in ("topic", "unit", "starts_at", "ends_at", "place", "lecturer")}
    return actions.TrainingInput(**{**own, "units": tuple(row.units.all()), **more})


def test_a_session_from_plan_to_file(train: Enter, enter: Enter, personas: Any, units: Any) -> None:
    office, material = personas["office"], enter()
    row = train(hours=1, materials=(material,), persons=(person("inspector"),), lecturer=" 王老师 ")
    assert (row.state, row.lecturer, list(row.materials.all())) == ("planned", "王老师", [material])
    refused("training.not_yet", actions.hold_training, actor=office, training_id=row.pk)
    refused("training.not_yet", actions.mark_present, actor=office, training_id=row.pk, persons=[])
    with clock.at(NOON + timedelta(hours=1, minutes=5)):
        code = sign_in.code_of(row)
        assert actions.sign_in_by_code(actor=personas["street"], code=code)[1]
        first, again = actions.sign_in_by_code(actor=personas["street"], code=code)
        assert (again, first.unit, first.by_code) == (False, units["street"], True)
        actions.sign_in_by_code(actor=personas["grid"], code=code)  # of another unit's area, for the post's own unit
        actions.sign_in_by_code(actor=personas["leader"], code=code)  # not invited, welcome
        row = actions.hold_training(actor=office, training_id=row.pk)
        count = actions.mark_present(actor=office, training_id=row.pk, persons=[person("department"), person("street")])
        assert count == 1 and Attendance.objects.count() == 4  # the street had signed in
        assert actions.mark_present(actor=office, training_id=row.pk, persons=[person("inspector")]) == 1
        assert not Attendance.objects.filter(person__username="department").exists()  # the list is said anew
        actions.equip_training(actor=office, training_id=row.pk, materials=[])
        assert not row.materials.exists()
        found = [(each.unit.code, each.invited, each.came, each.by_code) for each in trainings.by_unit(row)]
        assert found == [("U-CCB", False, 2, 1), ("U-CGJ", True, 0, 0), ("U-990101001", True, 2, 2)]
        row = actions.close_training(actor=office, training_id=row.pk, note=" 效果好 ")
    assert (row.state, row.came, row.note) == ("closed", 4, "效果好")
    refused("state.move_refused", actions.mark_present, actor=office, training_id=row.pk, persons=[])
    refused("training.no_sign_in", actions.sign_in_by_code, actor=personas["street2"], code=code)
    told = str(list(Event.objects.filter(subject_kind="training").values_list("before", "after")))
    assert not any(words in told for words in ("操作培训", "王老师", "效果好", "street"))
    verbs = Event.objects.filter(subject_kind="training").order_by("seq").values_list("action", flat=True)
    assert [verb.partition(".")[2] for verb in verbs] == ["created", "held", "marked", "marked", "equipped", "closed"]
    assert list(TRAININGS.check()) == []
    Training.objects.update(came=9)
    assert TRAININGS.rebuild() == 1 and Training.objects.get().came == 4


#: Minutes from the beginning (it lasts two hours), the state, what is said to whoever signs in.
WINDOWS = [
    (-31, "planned", "training.not_open"),
    (-30, "planned", ""),
    (0, "planned", ""),
    (60, "held", ""),
    (150, "held", ""),
    (151, "held", "training.not_open"),
    (60, "closed", "training.no_sign_in"),
    (60, "cancelled", "training.no_sign_in"),
    (-9999, "cancelled", "training.no_sign_in"),
]


def test_sign_in_is_open_around_the_session_only(train: Enter, personas: Any) -> None:
    row = train(hours=48)
    code = sign_in.code_of(row)
    for minutes, state, refusal in WINDOWS:
        Attendance.objects.all().delete()
        Training.objects.update(state=state)
        with clock.at(row.starts_at + timedelta(minutes=minutes)):
            if refusal:
                refused(refusal, actions.sign_in_by_code, actor=personas["street"], code=code)
            else:
                assert actions.sign_in_by_code(actor=personas["street"], code=code)[1], (minutes, state)
        assert Attendance.objects.exists() is not bool(refusal)


def test_a_code_is_for_its_session_alone(train: Enter, personas: Any) -> None:
    row, other = train(hours=0), train(hours=0)
    code = sign_in.code_of(row)
    assert sign_in.training_of(code) == row and sign_in.code_of(other) != code
    forged = [other.pk.hex + code[32:], code[:-1], code + "x", row.pk.hex, "", "1", ":", "x:y", code.upper()]
    for wrong in forged:
        refused("training.bad_code", actions.sign_in_by_code, actor=personas["street"], code=wrong)
    # Somebody whose post has ended.
    Post.objects.filter(person__username="street").update(valid_to=NOON.date() - timedelta(days=1))
    from chuangcheng.people import rights

    rights.forget_posts()
    refused("common.not_found", actions.sign_in_by_code, actor=personas["street"], code=code)
    Training.objects.filter(pk=row.pk).delete()
    refused("training.bad_code", actions.sign_in_by_code, actor=personas["office"], code=code)


def test_entering_twice_makes_one(train: Enter, personas: Any, units: Any) -> None:
    row = train()
    again = given(row, id=row.pk)
    assert actions.plan_training(actor=personas["office"], given=again) == (row, False)
    other = given(row, id=row.pk, topic="别的")
    refused("common.different_body", actions.plan_training, actor=personas["office"], given=other)
    assert Training.objects.count() == 1


def test_who_hears_of_it(train: Enter, personas: Any, units: Any) -> None:
    office, row = personas["office"], train(persons=(person("inspector"),))

    def news() -> list[tuple[str, list[str]]]:
        sweep.drain()
        rows = Notice.objects.order_by("topic", "person__username").values_list("topic", "person__username")
        found: dict[str, list[str]] = {}
        for topic, name in rows:
            found.setdefault(topic, []).append(name)
        Notice.objects.all().delete()
        return list(found.items())

    invited = ["department", "grid", "inspector", "street"]
    assert news() == [("training.planned", invited)]
    actions.amend_training(actor=office, training_id=row.pk, given=given(row, lecturer="李"))
    assert news() == []  # another lecturer is no news
    row.refresh_from_db()
    actions.amend_training(actor=office, training_id=row.pk, given=given(row, place="一楼", units=(units["street2"],)))
    assert news() == [("training.changed", ["street2"])]
    actions.cancel_training(actor=office, training_id=row.pk, note="改期")
    assert news() == [("training.cancelled", ["street2"])]
    assert Outbox.objects.filter(topic="training.planned", done_at=None).count() == 0
    refused("state.move_refused", actions.amend_training, actor=office, training_id=row.pk, given=given(row))


#: Who organises, for which unit, the refusal.
ORGANISERS = [
    ("office", "office", ""),
    ("office", "street2", ""),
    ("subcommand", "subcommand", ""),
    ("subcommand", "office", "training.other_unit"),
    ("district", "street2", ""),
    ("district", "department", "training.other_unit"),
    ("street", "street", "common.not_allowed"),
    ("leader", "office", "common.not_allowed"),
    ("grid", "street", "common.not_allowed"),
]


@pytest.mark.parametrize(("who", "unit", "refusal"), ORGANISERS)
def test_who_organises_for_whom(train: Enter, who: str, unit: str, refusal: str) -> None:
    if refusal:
        refused(refusal, train, actor=who, unit=unit)
    else:
        assert train(actor=who, unit=unit).unit.pk
    assert Training.objects.count() == (not refusal)


#: Units invited, who sees it beside those who see all (the office, leaders, inspectors, auditors).
SEEN: list[tuple[tuple[str, ...], set[str]]] = [
    ((), set()),
    (("street",), {"street", "grid", "district"}),
    (("department",), {"department", "subcommand"}),
    (("community",), {"community", "street", "grid", "district"}),
    (("street2", "subcommand"), {"street2", "subcommand", "district"}),
]


@pytest.mark.parametrize(("invited", "seen"), SEEN, ids=["-".join(row[0]) or "nobody" for row in SEEN])
def test_who_sees_a_session(train: Enter, personas: Any, invited: tuple[str, ...], seen: set[str]) -> None:
    row = train(invited=invited, hours=-1)
    found = {name for name, actor in personas.items() if trainings.visible_to(actor).exists()}
    assert found == {"office", "leader", "inspector", "auditor", *seen}
    for name in set(personas) - found:
        refused("common.not_found", trainings.get_training_for, actor=personas[name], training_id=row.pk)
    assert {name for name in found if trainings.moves_for(personas[name], row)} == {"office"}
    refused("common.not_allowed", actions.hold_training, actor=personas["street"], training_id=row.pk)
    refused("training.other_unit", actions.cancel_training, actor=personas["district"], training_id=row.pk, note="x")
    refused("common.not_found", actions.hold_training, actor=personas["office"], training_id=new_id())


def test_one_invited_by_name_sees_it(train: Enter, personas: Any) -> None:
    row = train(invited=(), persons=(person("street2"),))
    assert trainings.get_training_for(personas["street2"], row.pk) == row
    assert not trainings.visible_to(personas["street"]).exists()


#: Hours from now, state, the moves that are offered.
OFFERED = [
    (5, "planned", ["amend", "equip", "cancel"]),
    (-1, "planned", ["hold", "mark", "guests", "amend", "equip", "cancel"]),
    (-1, "held", ["mark", "guests", "equip", "close"]),
    (-1, "closed", []),
    (-1, "cancelled", []),
]


@pytest.mark.parametrize(("hours", "state", "moves"), OFFERED)
def test_which_moves_are_offered(train: Enter, personas: Any, hours: float, state: str, moves: list[str]) -> None:
    row = train(hours=hours)
    row.state = state
    assert [move.name for move in trainings.moves_for(personas["office"], row)] == moves


def test_the_year_by_unit(train: Enter, personas: Any, units: Any) -> None:
    office = personas["office"]
    for number, (hours, invited, came) in enumerate([
        (-2, ("street", "department"), ["street", "grid"]), (-50, ("street",), ["street"]), (-99, ("street",), []),
        (-24 * 300, ("street",), ["street"]), (9, ("street",), []),
    ]):  # fmt: skip
        row = train(hours=hours, invited=invited, topic=f"第{number}期")
        if hours < 0:
            actions.hold_training(actor=office, training_id=row.pk)
            actions.mark_present(actor=office, training_id=row.pk, persons=[person(name) for name in came])
    rows = trainings.visible_to(office)
    found = [
        (row.unit.code, row.invited, row.present, row.persons, round(row.share, 2))
        for row in trainings.tallies(rows, 2026)
    ]
    assert found == [("U-CGJ", 1, 0, 0, 0.0), ("U-990101001", 3, 2, 3, 0.67)]
    assert [row.invited for row in trainings.tallies(rows, 2025)] == [1] and trainings.tallies(rows, 2024) == []
    refused("training.unknown_person", actions.mark_present, actor=office, training_id=row.pk if hours < 0 else
            Training.objects.get(topic="第0期").pk, persons=[Person.objects.create_user("nobody")])  # fmt: skip
