"""What may be changed of a row is held to the same rules as what is entered, by hand or by a workbook."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.framework.actions import load_edition
from chuangcheng.framework.models import Standard
from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people.models import Person
from chuangcheng.tasks import actions
from chuangcheng.tasks.actions.entry import AMENDED, ARRANGED
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.persons import find_person
from chuangcheng.tasks.rows import next_place, reviewer_of
from chuangcheng.tasks.states import RUNNING
from tests.framework.editions import small
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_tasks import refused
from tests.tasks.trying import move, tried


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"problem": "  "}, "problem"), ({"problem": "\u200b"}, "problem"), ({"problem": "长" * 2001}, "problem"),
        ({"measure": "长" * 2001}, "measure"), ({"goal": "长" * 2001}, "goal"), ({"source": "rumour"}, "source"),
        ({"source": "standard"}, "standard"), ({"source_note": "长" * 121}, "source_note"),
        ({"start_on": TODAY + timedelta(days=11)}, "start_on"),
    ],
)  # fmt: skip
def test_entry_and_change_refuse_the_same(make: Make, wrong: dict[str, Any], field: str) -> None:
    task = make(days=10)
    for run, given in (
        (make, {**wrong, "days": 10}),
        (actions.amend_task, {"actor": SYSTEM, "task_id": task.pk, **wrong}),
    ):
        found = refused("common.invalid", run, **given)
        assert [problem.field for problem in found.fields] == [field], run
    assert events_of("task", task.pk).count() == 1
    if field == "measure":
        found = refused("common.invalid", actions.arrange_task, actor=SYSTEM, task_id=task.pk, **wrong)
        assert found.fields[0].field == "measure"


def test_a_source_hangs_on_its_standard(make: Make, db: None) -> None:
    standard = load_edition(actor=SYSTEM, document=small()).standards.get(code="F-1-1-1")
    task, run = make(), {"actor": SYSTEM}
    task = actions.amend_task(**run, task_id=task.pk, source="standard", standard=standard)
    assert (task.source, task.standard_id) == ("standard", standard.pk)
    found = refused("common.invalid", actions.amend_task, **run, task_id=task.pk, standard=None)
    assert found.fields[0].field == "standard"
    task = actions.amend_task(**run, task_id=task.pk, source="standard", goal="易")
    assert task.goal == "易", "it has its standard already"
    task = actions.amend_task(**run, task_id=task.pk, source="other", standard=None)
    assert task.standard_id is None
    entered = make(source="standard", standard=standard)
    assert Standard.objects.get(tasks=entered) == standard
    assert actions.amend_task(**run, task_id=entered.pk, place=3).place == 3, "what is not named is not judged"


def test_what_may_be_named_at_all(make: Make) -> None:
    task = make()
    for name in ("due_on", "first_due_on", "state", "share", "stage", "upkeep_days", "number", "reviewer"):
        assert name not in AMENDED
        with pytest.raises(ValueError, match=name):
            actions.amend_task(actor=SYSTEM, task_id=task.pk, **{name: None})
    for name in set(AMENDED) - set(ARRANGED):
        with pytest.raises(ValueError, match=name):
            actions.arrange_task(actor=SYSTEM, task_id=task.pk, **{name: None})


def test_words_are_tidied_so_that_blanks_are_no_change(make: Make) -> None:
    task = make(problem="  井盖\u200b缺失 \r\n\r\n 两处 ", measure="a\tb")
    assert (task.problem, task.measure) == ("井盖缺失\n两处", "a b")
    for same in ("井盖缺失\n两处", " 井盖缺失\r\n\n 两处"):
        actions.amend_task(actor=SYSTEM, task_id=task.pk, problem=same, measure=" a  b ")
    assert events_of("task", task.pk).count() == 1
    actions.amend_task(actor=SYSTEM, task_id=task.pk, problem="井盖缺失\n三处")
    assert events_of("task", task.pk).last().after["reworded"] == ["problem"]  # type: ignore[union-attr]


def test_words_never_stand_in_history(make: Make) -> None:
    secret = "王某某电话"
    task = make(problem=secret, measure=secret, goal=secret, source_note=secret)
    actions.amend_task(actor=SYSTEM, task_id=task.pk, goal=f"{secret}二", source_note=f"{secret}三")
    move("progress", SYSTEM, task.pk, words=secret)
    actions.add_comment(actor=SYSTEM, task_id=task.pk, words=secret)
    told = str([*Event.objects.filter(subject_id=task.pk).values_list("before", "after", "reason", "actor_label")])
    assert secret not in told and "source_note" in told
    digests = [event.after["words"] for event in events_of("task", task.pk) if "words" in event.after]
    assert len(digests) == 2 and secret not in "".join(digests)


def test_another_lead_brings_its_own_sub_command(make: Make, ledger: Any, personas: Any) -> None:
    task, office = make("department"), personas["office"]
    assert task.reviewer == ledger["subcommand"]
    for unit, reviewer in (("street2", None), ("street", "subcommand"), ("subcommand", None), ("office", None)):
        task = actions.amend_task(actor=office, task_id=task.pk, lead=ledger[unit])
        assert task.reviewer_id == (ledger[reviewer].pk if reviewer else None), unit
        assert reviewer_of(ledger[unit]) == (ledger[reviewer] if reviewer else None)
    community = ledger["community"]
    community.parent = ledger["subcommand"]
    assert reviewer_of(community) == ledger["subcommand"], "by its territory, where its line names none"
    community.line_parent = ledger["street"]
    assert reviewer_of(community) == ledger["subcommand"]


def test_serial_numbers_belong_to_a_ledger(make: Make, ledger: Any) -> None:
    assert [make("street").place for _ in range(3)] == [1, 2, 3]
    assert (make("street2").place, make("street", place=20).place, make("street").place) == (1, 20, 21)
    assert (next_place(ledger["street"]), next_place(ledger["street2"]), next_place(ledger["office"])) == (22, 2, 1)


@pytest.mark.parametrize("state", ["in_review", "struck_off", "void"])
def test_what_does_not_run_is_not_changed(make: Make, state: str) -> None:
    task = make()
    Task.objects.filter(pk=task.pk).update(state=state)
    assert state not in RUNNING
    assert {tried(name, SYSTEM, task.pk) for name in ("amend", "arrange", "postpone")} == {"state.move_refused"}
    refused("common.not_found", actions.amend_task, actor=SYSTEM, task_id=SYSTEM.person_id, goal="x")


def test_links_are_told_by_ids_in_a_settled_order(make: Make, ledger: Any) -> None:
    first, second, task = make(), make(), make()
    units = [ledger["street"], ledger["street2"], ledger["community"]]
    for order in (units, units[::-1]):
        actions.amend_task(actor=SYSTEM, task_id=task.pk, supports=order, waits_for=(second.pk, first.pk))
    told = [event.after for event in events_of("task", task.pk)][1:]
    assert len(told) == 1, "another order is no change"
    assert told[0]["supports"] == sorted(str(unit.pk) for unit in units)
    assert told[0]["waits_for"] == sorted([str(first.pk), str(second.pk)])


def test_persons_are_found_by_user_name_then_by_a_name_of_their_own(ledger: Any, personas: Any) -> None:
    by_name = {person.username: person for person in Person.objects.all()}
    assert find_person("") is None and find_person("  ") is None
    assert find_person("street") == find_person(" 张street ") == by_name["street"]
    found = refused("task.unknown_person", find_person, text="李四" * 20)
    assert found.params["given"] == ("李四" * 20)[:20]
    Person.objects.filter(username__in=("street", "street2", "grid")).update(name="王芳")
    refused("task.unknown_person", find_person, text="王芳")
    assert find_person("王芳", ledger["street2"]) == by_name["street2"], "the one of that unit"
    refused("task.unknown_person", find_person, text="王芳", unit=ledger["street"])  # two of them are there
    refused("task.unknown_person", find_person, text="王芳", unit=ledger["office"])
    Person.objects.filter(username="grid").update(name="street2")
    assert find_person("street2") == by_name["street2"], "a user name before a name"
