"""Every move of the table, by every persona, in every state: who may, who is told what, and what is left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.history.models import Outbox
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import ROUTINE, STAGES, TASK, VERBS
from tests.tasks.conftest import TODAY, Make
from tests.tasks.trying import MOVES, move, tried

OTHER, TURN, LAST, RIGHT = "task.other_unit", "task.not_your_turn", "task.last_stage", "common.not_allowed"
#: Move → where it is taken from: the state and whose turn it is.
PLACES = {
    "progress": ("not_started", ""), "submit": ("under_way", ""), "withdraw": ("in_review", "subcommand"),
    "pass": ("in_review", "subcommand"), "strike_off": ("in_review", "office"), "send_back": ("in_review", "subcommand"),
    "uphold": ("in_review", "office"), "check": ("upheld", ""), "relapse": ("struck_off", ""), "amend": ("relapsed", ""),
    "arrange": ("under_way", ""), "postpone": ("relapsed", ""), "void": ("upheld", ""),
    "petition": ("under_way", ""),
}  # fmt: skip
REPORTERS = ("office", "subcommand", "district", "department", "street", "street2", "community")
EDITORS = ("office", "subcommand", "district")
REVIEWERS = ("office", "subcommand")
#: Move → persona → what is said, for a task of the department, which stands in the sub-command's line. Whoever is not
#: named lacks the right.
DEPARTMENTS: dict[str, dict[str, str]] = {
    **{name: dict.fromkeys(REPORTERS, OTHER) | {"department": ""}
       for name in ("progress", "submit", "withdraw", "check", "arrange", "petition")},
    "amend": {"office": "", "subcommand": "", "district": OTHER},
    **{name: {"office": ""} for name in ("postpone", "void", "strike_off", "uphold")},
    "pass": {"office": TURN, "subcommand": ""},
    "send_back": {"office": "", "subcommand": ""},
    "relapse": {"office": "", "subcommand": ""},
}  # fmt: skip
#: The same for a task of the community: no sub-command above, but a street and a district around it.
COMMUNITYS: dict[str, dict[str, str]] = {
    **{name: dict.fromkeys(REPORTERS, OTHER) | dict.fromkeys(("community", "street", "district"), "")
       for name in ("progress", "submit", "withdraw", "check", "arrange", "petition")},
    "amend": {"office": "", "subcommand": OTHER, "district": ""},
    **{name: {"office": ""} for name in ("postpone", "void", "strike_off", "uphold")},
    "pass": {"office": LAST, "subcommand": TURN},
    "send_back": {"office": "", "subcommand": TURN},
    "relapse": {"office": "", "subcommand": OTHER},
}  # fmt: skip


def placed(make: Make, unit: str, state: str, stage: str) -> Task:
    """A task with proof in a state, at somebody's turn."""
    task = make(unit)
    if unit == "community" and stage == "subcommand":
        stage = "office"
    Task.objects.filter(pk=task.pk).update(state=state, stage=stage, proofs=1)
    return Task.objects.get(pk=task.pk)


@pytest.mark.parametrize("unit", ["department", "community"])
@pytest.mark.parametrize("name", [*MOVES])
def test_who_may_take_a_move(make: Make, personas: Any, name: str, unit: str) -> None:
    task = placed(make, unit, *PLACES[name])
    wanted = {"department": DEPARTMENTS, "community": COMMUNITYS}[unit][name]
    told = {persona: tried(name, actor, task.pk) for persona, actor in personas.items()}
    assert told == {persona: wanted.get(persona, RIGHT) for persona in personas}
    assert (tried(name, SYSTEM, task.pk), tried(name, CITIZEN, task.pk)) == ("", RIGHT)


def test_the_tables_name_nobody_without_the_right(personas: Any) -> None:
    """The lists above are by hand; each who is let in or sent elsewhere holds the right, each who is not named lacks it."""
    for table in (DEPARTMENTS, COMMUNITYS):
        assert set(table) == {each.name for each in TASK.moves}
        for name, said in table.items():
            holders = {who for who, actor in personas.items() if rights.can(actor, TASK.move(name).permission)}
            assert set(said) == holders, name


@pytest.mark.parametrize("state", [each.code for each in TASK.states])
def test_the_table_is_walked_in_every_state(make: Make, state: str) -> None:
    """The system may everything, so nothing but the state can stand against a move."""
    task = placed(make, "department", state, "subcommand" if state == "in_review" else "")
    for each in TASK.moves:
        wanted = "" if state in each.sources else "state.move_refused"
        assert tried(each.name, SYSTEM, task.pk) == wanted, each.name


@pytest.mark.parametrize("name", [*MOVES])
def test_a_move_is_told_once(make: Make, name: str) -> None:
    state, stage = PLACES[name]
    task = placed(make, "department", state, stage)
    Outbox.objects.all().delete()
    move(name, SYSTEM, task.pk)
    stored, event = Task.objects.get(pk=task.pk), events_of("task", task.pk).last()
    assert event is not None
    verb, topic = VERBS[name]
    assert stored.state == (TASK.move(name).target or state)
    assert (event.action, event.seq, stored.chain_seq) == (f"task.{verb}", task.chain_seq + 1, task.chain_seq + 1)
    assert (event.before["state"], event.after["state"]) == (state, stored.state)
    heard = [*Outbox.objects.exclude(subject_kind="petition").values_list("topic", "subject_id")]
    assert heard == ([(topic, task.pk)] if topic else [])
    assert (stored.stage != "") == (stored.state == "in_review")
    assert (stored.ended_on is not None) == TASK.state(stored.state).final
    words = MOVES[name][1].get("words", "")
    assert [*stored.entries.values_list("words", "verb", "seq")] == ([(words, verb, event.seq)] if words else [])
    assert (("words" in event.after) == bool(words) and words not in str(event.after)) or not words


@pytest.mark.parametrize(
    ("name", "without", "missing"),
    [
        ("progress", {"words": " \n"}, "words"), ("send_back", {"words": ""}, "words"), ("check", {"words": ""}, "words"),
        ("relapse", {"words": ""}, "words"), ("relapse", {"due_on": None}, "due_on"), ("postpone", {"words": ""}, "words"),
        ("postpone", {"due_on": None}, "due_on"), ("petition", {"words": " "}, "words"),
        ("petition", {"due_on": None}, "due_on"), ("void", {"words": "\t"}, "words"), ("submit", {"words": ""}, "words"),
        ("uphold", {"days": None}, "days"), ("uphold", {"days": 0}, "days"),
    ],
)  # fmt: skip
def test_what_a_move_needs_must_be_given(make: Make, name: str, without: dict[str, Any], missing: str) -> None:
    task = placed(make, "department", *PLACES[name])
    assert tried(name, SYSTEM, task.pk, **without) == "state.missing"
    with pytest.raises(Refused) as refused:
        move(name, SYSTEM, task.pk, **without)
    assert refused.value.params["missing"] == missing


def test_without_proof_nothing_is_handed_in_and_the_tasks_own_days_are_enough(make: Make) -> None:
    task = placed(make, "department", "under_way", "")
    Task.objects.filter(pk=task.pk).update(proofs=0)
    assert tried("submit", SYSTEM, task.pk) == "state.missing"
    assert tried("uphold", SYSTEM, task.pk, days=None) == "state.missing"
    Task.objects.filter(pk=task.pk).update(upkeep_days=14)
    move("uphold", SYSTEM, task.pk, days=None)
    task.refresh_from_db()
    assert (task.upkeep_days, task.due_on) == (14, TODAY + timedelta(days=14)), "what it was entered with"


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("progress", {"share": -1}, "task.bad_share"), ("progress", {"share": 101}, "task.bad_share"),
        ("progress", {"words": "长" * 2001}, "task.too_long"), ("void", {"words": "长" * 2001}, "task.too_long"),
        ("uphold", {"days": -1}, "task.bad_days"), ("uphold", {"days": 367}, "task.bad_days"),
        ("relapse", {"due_on": TODAY - timedelta(days=1)}, "task.bad_due"),
        ("relapse", {"due_on": TODAY + timedelta(days=1831)}, "task.bad_due"),
        ("postpone", {"due_on": TODAY + timedelta(days=10)}, "task.not_later"),
        ("postpone", {"due_on": TODAY + timedelta(days=1831)}, "task.bad_due"),
        ("petition", {"due_on": TODAY + timedelta(days=10)}, "task.not_later"),
        ("petition", {"due_on": TODAY + timedelta(days=1831)}, "task.bad_due"),
        ("petition", {"words": "长" * 2001}, "task.too_long"), ("petition", {"shots": [b""] * 10}, "task.too_many_photos"),
        ("check", {"shots": [b"no picture"]}, "photos.not_an_image"),
        ("submit", {"shots": [b""] * 10}, "task.too_many_photos"),
    ],
)  # fmt: skip
def test_what_is_given_is_judged_before_anything_is_written(
    make: Make, name: str, given: dict[str, Any], code: str
) -> None:
    task = placed(make, "department", *PLACES[name])
    assert tried(name, SYSTEM, task.pk, **given) == code


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("progress", {"share": 0}), ("progress", {"share": 100}), ("progress", {"share": None}),
        ("progress", {"words": "长" * 2000}), ("uphold", {"days": 1}), ("uphold", {"days": 366}), ("relapse", {"due_on": TODAY}),
        ("relapse", {"due_on": TODAY + timedelta(days=1830)}), ("postpone", {"due_on": TODAY + timedelta(days=11)}),
        ("petition", {"due_on": TODAY + timedelta(days=11)}), ("petition", {"due_on": TODAY + timedelta(days=1830)}),
    ],
)  # fmt: skip
def test_the_last_value_that_is_still_allowed(make: Make, name: str, given: dict[str, Any]) -> None:
    task = placed(make, "department", *PLACES[name])
    assert tried(name, SYSTEM, task.pk, **given) == ""


def test_stages_and_the_routines_table(make: Make) -> None:
    assert [*STAGES] == ["subcommand", "office"] and all(label.zh and label.en for label in STAGES.values())
    assert ROUTINE.next("active", "end") == "ended"
    with pytest.raises(Refused, match=r"state\.move_refused"):
        ROUTINE.next("ended", "end")
