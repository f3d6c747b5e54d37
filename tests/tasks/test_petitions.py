"""More time 延期申请: who asks and who answers, which date moves and which never does, and what ends a petition."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from chuangcheng.framework.models import Edition, EditionState
from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.history.selectors import events_of
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.people.models import Person, Post
from chuangcheng.photos.selectors import of_many
from chuangcheng.tasks import actions, petitions, selectors
from chuangcheng.tasks.ledger import grid
from chuangcheng.tasks.ledger.applying import apply
from chuangcheng.tasks.ledger.cells import CELLS, more_time
from chuangcheng.tasks.ledger.merging import compare
from chuangcheng.tasks.ledger.writing import write
from chuangcheng.tasks.models import Petition, Task
from chuangcheng.tasks.states import OWED, PETITION, PETITION_VERBS, STAGES, TASK
from tests.cases.play import picture
from tests.framework.editions import small
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_tasks import refused
from tests.tasks.trying import move, tried
from tests.tasks.workbook import cells, column, written

DAY = timedelta(days=1)
OTHER, TURN, LAST, RIGHT = "task.other_unit", "task.not_your_turn", "task.last_stage", "common.not_allowed"
REPORTERS = ("office", "subcommand", "district", "department", "street", "street2", "community")


def sound() -> bool:
    """Rows, chains and what was told agree."""
    return not [found for name in ("tasks.task", "tasks.petition") for found in registered()[name].check()]


def asked(make: Make, unit: str = "department", by: Actor = SYSTEM, **more: Any) -> Task:
    """A task under way for which more time was asked: its date is in ten days, the wish in fifty."""
    task = make(unit, state="under_way", **more)
    move("petition", by, task.pk)
    return Task.objects.get(pk=task.pk)


def the(task: Task) -> Petition:
    """The newest petition on a task."""
    return petitions.of_task(task)[0]


#: Who asks: the lead unit or whoever reports in its area, and the supporting street; the rest is sent away.
ASKS: dict[str, dict[str, str]] = {
    "department": {**dict.fromkeys(REPORTERS, OTHER), "department": "", "street2": ""},
    "community": {**dict.fromkeys(REPORTERS, OTHER), "community": "", "street": "", "district": "", "street2": ""},
}
#: Who answers at which turn what the lead unit asked for.
ANSWERS: dict[tuple[str, str, str], dict[str, str]] = {
    ("department", "subcommand", "endorse"): {"office": TURN, "subcommand": ""},
    ("department", "subcommand", "grant"): {"office": TURN},
    ("department", "subcommand", "decline"): {"office": "", "subcommand": ""},
    ("department", "subcommand", "retract"): dict.fromkeys(REPORTERS, OTHER) | {"department": ""},
    ("department", "office", "endorse"): {"office": LAST, "subcommand": TURN},
    ("department", "office", "grant"): {"office": ""},
    ("department", "office", "decline"): {"office": "", "subcommand": TURN},
    ("community", "office", "endorse"): {"office": LAST, "subcommand": TURN},
    ("community", "office", "grant"): {"office": ""},
    ("community", "office", "decline"): {"office": "", "subcommand": TURN},
    ("community", "office", "retract"): dict.fromkeys(REPORTERS, OTHER) | {"community": ""},
}


@pytest.mark.parametrize("unit", [*ASKS])
def test_who_asks(make: Make, ledger: Any, personas: Any, unit: str) -> None:
    task = make(unit, state="under_way", supports=(ledger["street2"],))
    told = {name: tried("petition", actor, task.pk) for name, actor in personas.items()}
    assert told == {name: ASKS[unit].get(name, RIGHT) for name in personas}
    assert (tried("petition", SYSTEM, task.pk), tried("petition", CITIZEN, task.pk)) == ("", RIGHT)
    offered = {name for name, actor in personas.items() if "petition" in moves(actor, task)}
    assert offered == {name for name, said in ASKS[unit].items() if not said}


def moves(actor: Actor, task: Task) -> set[str]:
    return {each.name for each in (*selectors.moves_for(actor, task), *petitions.moves_for(actor, task))}


@pytest.mark.parametrize(("unit", "stage", "name"), [*ANSWERS])
def test_who_answers(make: Make, personas: Any, unit: str, stage: str, name: str) -> None:
    task = asked(make, unit, personas[unit])
    assert the(task).stage == ("subcommand" if unit == "department" else "office")
    if the(task).stage != stage:
        move("endorse", personas["subcommand"], task.pk)
    wanted = ANSWERS[unit, stage, name]
    told = {each: tried(name, actor, task.pk) for each, actor in personas.items()}
    assert told == {each: wanted.get(each, RIGHT) for each in personas}
    task = Task.objects.get(pk=task.pk)
    assert {each for each, actor in personas.items() if name in moves(actor, task)} == {
        each for each, said in wanted.items() if not said
    }
    assert tried(name, CITIZEN, task.pk) == RIGHT


@pytest.mark.parametrize("state", [each.code for each in TASK.states])
def test_it_is_asked_where_something_is_owed(make: Make, state: str) -> None:
    task = make(state=state)
    Task.objects.filter(pk=task.pk).update(stage="office" if state == "in_review" else "")
    assert tried("petition", SYSTEM, task.pk) == ("" if state in OWED else "state.move_refused")
    for name in PETITION_VERBS:
        assert tried(name, SYSTEM, task.pk) == "task.no_petition"


def test_the_date_moves_by_the_grant_alone_and_the_first_one_never(make: Make, personas: Any, tmp_path: Any) -> None:
    task, unit = make(state="under_way"), personas["department"]
    first = task.due_on
    given = {"words": "管线迁改未完成，附会议纪要", "due_on": first + 30 * DAY, "shots": [picture()]}
    actions.ask_extension(actor=unit, task_id=task.pk, **given)
    task.refresh_from_db()
    assert (task.due_on, task.first_due_on, task.petition_on, task.extensions) == (first, first, first + 30 * DAY, 0)
    row = the(task)
    assert (row.state, row.unit_id, row.from_on, row.wanted_on, row.days) == (
        "waiting",
        task.lead_id,
        first,
        first + 30 * DAY,
        30,
    )
    assert (
        row.entry is not None and row.entry.words == given["words"] and len(of_many("taskentry", [row.entry.pk])) == 1
    )
    assert task.proofs == 0, "what proves the reason does not prove the work"
    move("endorse", personas["subcommand"], task.pk, words="属实")
    assert the(task).answer.words == "属实"  # type: ignore[union-attr]
    actions.grant_petition(actor=personas["office"], task_id=task.pk, due_on=first + 12 * DAY, words="先给十二天")
    task.refresh_from_db()
    assert (task.due_on, task.first_due_on, task.petition_on, task.extensions) == (first + 12 * DAY, first, None, 1)
    row = the(task)
    assert (row.state, row.stage, row.granted_on, row.wanted_on) == ("granted", "", first + 12 * DAY, first + 30 * DAY)
    assert row.days == 12 and row.decided_by == Person.objects.get(username="office")
    with clock.at(clock.now() + 25 * DAY):
        today = clock.today().date()
        assert task.slip(today) == 15 and (today - task.due_on).days == 3, "counted against what was promised at first"
        late = petitions.visible_to(unit).count(), selectors.debts(selectors.visible_to(unit), today)[0]
    assert (late[0], late[1].slip_days, late[1].late_days, late[1].extended, late[1].often) == (1, 15, 3, 1, 0)
    told = [event.action for event in events_of("task", task.pk)]
    assert told == ["task.created", "task.petitioned", "task.endorsed", "task.extended"]
    assert [event.action for event in events_of("petition", row.pk)] == [
        "petition.asked", "petition.endorsed", "petition.granted",
    ]  # fmt: skip
    assert not any(word in str(event.after) for event in Event.objects.all() for word in ("管线", "属实", "十二"))
    assert sound() and list(verify(tmp_path)) == []


def test_one_at_a_time_and_nothing_passes_it(make: Make, ledger: Any, personas: Any) -> None:
    """A second petition, an extension by hand, a date in the grid and one in the workbook: each is refused and told."""
    task, office = make(state="under_way"), personas["office"]
    file = BytesIO()
    write(file, list(Task.objects.select_related("lead", "owner", "leader", "standard")), actor=office)
    move("petition", personas["department"], task.pk)
    for name in ("petition", "postpone"):
        for actor in (SYSTEM, office, personas["department"]):
            assert tried(name, actor, task.pk) == "task.petition_waits"
    assert {"petition", "postpone"}.isdisjoint(moves(office, Task.objects.get(pk=task.pk)))
    rows = cells(file.getvalue())
    rows[1][column(rows, "时限")], rows[1][column(rows, "目标")] = "2026-12-31", "日产日清"
    (line,) = compare(actor=office, source=written(rows), name="台账.xlsx")
    assert (line.kind, [(cell.key, cell.conflict) for cell in line.cells]) == (
        "conflict", [("goal", False), ("due_on", True)],
    )  # fmt: skip
    (done,) = apply(actor=office, lines=[line], ticked={line.id})
    assert done.refused is not None and done.refused.code == "task.petition_waits"
    edit = grid.RowEdit(task.pk, {"due_on": (task.due_on.isoformat(), "2026-12-31")})
    (saved,) = grid.save_rows(actor=office, edits=[edit])
    assert saved.refused is not None and saved.refused.code == "task.petition_waits"
    task.refresh_from_db()
    assert (task.due_on, task.goal, task.extensions) == (TODAY + 10 * DAY, "", 0), "the row as a whole is left alone"
    with pytest.raises(IntegrityError), transaction.atomic():
        Petition.objects.create(task=task, unit=task.lead, from_on=TODAY, wanted_on=TODAY, asked_at=clock.now())


def test_other_work_goes_on_while_it_waits(make: Make, personas: Any) -> None:
    task = asked(make, by=personas["department"])
    for name in ("progress", "arrange", "amend"):
        move(name, SYSTEM, task.pk)
    assert Task.objects.get(pk=task.pk).petition_on and the(task).state == "waiting" and sound()


@pytest.mark.parametrize("name", ["submit", "uphold", "void", "lead"])
def test_what_needs_no_more_time_ends_it(make: Make, ledger: Any, personas: Any, name: str) -> None:
    task = asked(make, by=personas["department"])
    Task.objects.filter(pk=task.pk).update(proofs=1)
    if name == "lead":
        actions.amend_task(actor=SYSTEM, task_id=task.pk, lead=ledger["street"])
    else:
        move(name, SYSTEM, task.pk)
    task.refresh_from_db()
    row = the(task)
    assert (task.petition_on, row.state, row.stage, row.granted_on) == (None, "lapsed", "", None) and row.decided_at
    assert tried("grant", SYSTEM, task.pk) == "task.no_petition" and task.extensions == 0
    if name != "submit":
        Task.objects.filter(pk=task.pk).update(proofs=0)
    assert sound()
    if name == "submit":
        move("send_back", personas["office"], task.pk)
        assert tried("petition", personas["department"], task.pk) == "", "it may be asked again"


def test_what_was_declined_or_taken_back_is_asked_again(make: Make, personas: Any) -> None:
    unit, above, office = personas["department"], personas["subcommand"], personas["office"]
    task = asked(make, by=unit)
    refused("state.missing", actions.decline_petition, actor=above, task_id=task.pk, words=" \n")
    move("decline", above, task.pk, words="请先倒排工期")
    move("petition", unit, task.pk)
    move("retract", unit, task.pk)
    move("petition", unit, task.pk)
    move("decline", office, task.pk)  # out of turn, as it sends back
    task.refresh_from_db()
    assert [row.state for row in petitions.of_task(task)] == ["declined", "withdrawn", "declined"]
    assert [row.answer.words if row.answer else "" for row in petitions.of_task(task)] == [
        "理由不足",
        "",
        "请先倒排工期",
    ]
    assert (task.petition_on, task.due_on, task.extensions) == (None, TODAY + 10 * DAY, 0) and sound()
    assert moves(unit, task) >= {"petition"}


def test_nobody_answers_their_own(make: Make, personas: Any, ledger: Any) -> None:
    """One person with posts on every side asks; they may still decline it."""
    person = Person.objects.get(username="department")
    double = {
        role: Actor(person.pk, Post.objects.create(person=person, role=role, unit=ledger[role], division=None).pk, role)
        for role in ("subcommand", "office")
    }
    task = asked(make, by=personas["department"])
    assert tried("endorse", double["subcommand"], task.pk) == "task.own_work"
    move("endorse", personas["subcommand"], task.pk)
    assert tried("grant", double["office"], task.pk) == "task.own_work"
    assert tried("decline", double["office"], task.pk) == ""
    above = Actor(personas["subcommand"].person_id, Post.objects.create(
        person_id=personas["subcommand"].person_id, role="office", unit=ledger["office"]).pk, "office")  # fmt: skip
    assert tried("grant", above, task.pk) == "task.own_work", "who endorsed it does not grant it"
    assert tried("grant", personas["office"], task.pk) == ""


@pytest.mark.parametrize(
    ("days", "given", "code"),
    [
        (0, {}, ""), (0, {"due_on": TODAY + 11 * DAY}, ""), (0, {"due_on": TODAY + 10 * DAY}, "task.not_later"),
        (0, {"due_on": TODAY + 1831 * DAY}, "task.bad_due"), (51, {}, "task.bad_due"), (50, {}, ""),
        (51, {"due_on": TODAY + 60 * DAY}, ""), (51, {"due_on": TODAY + 40 * DAY}, "task.bad_due"),
        (0, {"words": "长" * 2001}, "task.too_long"),
    ],
)  # fmt: skip
def test_what_may_be_granted_when(make: Make, days: int, given: dict[str, Any], code: str) -> None:
    """The wish is for the fiftieth day from today: once it has passed, another day must be named."""
    task = make(state="under_way", days=10)
    actions.ask_extension(actor=SYSTEM, task_id=task.pk, words="x", due_on=TODAY + 50 * DAY)
    with clock.at(clock.now() + days * DAY):
        assert tried("grant", SYSTEM, task.pk, **given) == code


def test_after_the_date_it_may_be_asked_too_and_is_marked(make: Make, personas: Any) -> None:
    task = make(state="under_way", days=3)
    with clock.at(clock.now() + 3 * DAY):
        assert tried("petition", personas["department"], task.pk) == ""
    with clock.at(clock.now() + 4 * DAY):
        assert tried("petition", personas["department"], task.pk, due_on=TODAY + 3 * DAY) == "task.bad_due"
        move("petition", personas["department"], task.pk)
        assert the(task).after_limit and Task.objects.get(pk=task.pk).is_overdue()
    on_time = asked(make, by=personas["department"])
    assert not the(on_time).after_limit


def test_a_frozen_edition_takes_none(make: Make, personas: Any) -> None:
    from chuangcheng.framework.actions import load_edition

    edition = load_edition(actor=SYSTEM, document=small())
    standard = edition.standards.first()
    free, before = make(state="under_way"), asked(make, by=personas["department"], standard=standard, source="standard")
    late = make(state="under_way", standard=standard, source="standard")
    assert tried("petition", SYSTEM, late.pk) == tried("grant", SYSTEM, before.pk) == ""
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.FROZEN)
    assert tried("petition", SYSTEM, late.pk) == tried("grant", SYSTEM, before.pk) == "framework.frozen"
    assert tried("petition", SYSTEM, free.pk) == tried("decline", SYSTEM, before.pk) == ""
    assert tried("retract", personas["department"], before.pk) == ""


def test_an_occurrence_gets_more_time_and_the_next_one_comes_when_it_would(make: Make, personas: Any) -> None:
    task = make(days=3)
    routine = actions.set_routine(actor=SYSTEM, task_id=task.pk, every="weekly")
    move("petition", personas["department"], task.pk)
    move("endorse", personas["subcommand"], task.pk)
    move("grant", personas["office"], task.pk, due_on=TODAY + 8 * DAY)
    with clock.at(clock.now() + 4 * DAY):
        assert actions.make_due(today=clock.today().date()) == 1
    second = Task.objects.get(routine=routine, period_on=TODAY + 10 * DAY)
    assert (second.due_on, second.first_due_on, second.extensions) == (TODAY + 10 * DAY, TODAY + 10 * DAY, 0)
    assert not second.petitions.exists() and tried("petition", personas["department"], second.pk) == "" and sound()


@pytest.fixture
def several(make: Make, ledger: Any, personas: Any) -> dict[str, Task]:
    """Of the department one waiting above, one at the office, one granted twice; of the street one declined."""
    unit, above, office = personas["department"], personas["subcommand"], personas["office"]
    rows = {"above": asked(make, by=unit), "office": asked(make, by=unit), "twice": make(state="under_way")}
    move("endorse", above, rows["office"].pk)
    for days in (20, 35):
        move("petition", unit, rows["twice"].pk, due_on=TODAY + days * DAY)
        move("endorse", above, rows["twice"].pk)
        move("grant", office, rows["twice"].pk, due_on=TODAY + (days - 3) * DAY)
    rows["street"] = asked(make, "street", personas["street"])
    move("decline", above, rows["street"].pk)
    return {name: Task.objects.get(pk=task.pk) for name, task in rows.items()}


def test_each_sees_its_own_and_whose_turn_it_is(several: dict[str, Task], personas: Any) -> None:
    seen = {name: petitions.visible_to(actor).count() for name, actor in personas.items()}
    assert seen == {
        "office": 5, "leader": 5, "subcommand": 5, "inspector": 5, "auditor": 5, "department": 4, "district": 1, "street": 1,
        "street2": 0, "community": 0, "grid": 0,
    }  # fmt: skip
    turns = {name: {row.task_id for row in petitions.turn_of(actor)} for name, actor in personas.items()}
    assert (turns.pop("subcommand"), turns.pop("office")) == ({several["above"].pk}, {several["office"].pk})
    assert not any(turns.values()) and not petitions.turn_of(CITIZEN) and not petitions.visible_to(CITIZEN)


def test_what_each_unit_asked_for_and_got(several: dict[str, Task], ledger: Any, personas: Any) -> None:
    department, street = petitions.by_unit(petitions.visible_to(personas["office"]))
    assert (department.unit, department.asked, department.after_limit, department.days) == (
        ledger["department"],
        4,
        0,
        22,
    )
    assert department.counts == {"waiting": 2, "granted": 2, "declined": 0, "withdrawn": 0, "lapsed": 0}
    assert (street.unit, street.asked, street.counts["declined"], street.days) == (ledger["street"], 1, 1, 0)
    assert petitions.by_unit(petitions.visible_to(personas["grid"])) == []
    debt = selectors.debts(selectors.visible_to(personas["office"]), TODAY)[0]
    assert (debt.unit, debt.late, debt.slipped, debt.slip_days, debt.extended, debt.often) == (
        ledger["department"], 0, 1, 22, 1, 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("which", "found"), [("yes", {"twice"}), ("often", {"twice"}), ("waiting", {"above", "office"})]
)
def test_which_tasks_were_given_more_time(several: dict[str, Task], which: str, found: set[str]) -> None:
    assert set(Task.objects.filter(selectors.extended(which))) == {several[name] for name in found}


@pytest.mark.parametrize(
    ("times", "wanted", "said"),
    [
        (0, None, ""),
        (1, None, "已延期 1 次"),
        (0, TODAY, "申请延至 2026-09-15"),
        (3, TODAY, "已延期 3 次；申请延至 2026-09-15"),
    ],
)
def test_the_ledger_says_it_and_takes_no_word_back(times: int, wanted: Any, said: str) -> None:
    assert more_time(times, wanted) == said
    (cell,) = [each for each in CELLS if each.key == "extension"]
    assert not cell.edited and cell.shown(Task(extensions=times, petition_on=wanted), "") == said


@pytest.mark.parametrize("column", ["state", "wanted_on", "granted_on", "stage", "unit_id"])
def test_a_petition_that_was_tampered_with_is_named_and_mended(
    several: dict[str, Task], ledger: Any, column: str
) -> None:
    row = the(several["twice"])
    wrong = {
        "state": "declined",
        "wanted_on": TODAY,
        "granted_on": None,
        "stage": "office",
        "unit_id": ledger["street"].pk,
    }
    Petition.objects.filter(pk=row.pk).update(**{column: wrong[column]})
    projection = registered()["tasks.petition"]
    (found,) = projection.check()
    assert column in str(found)
    assert projection.rebuild() == 1 and sound()


def test_the_table_is_sound() -> None:
    assert PETITION.unreachable() == set() and {move.name for move in PETITION.moves} == {*PETITION_VERBS, "lapse"}
    assert PETITION.open_states() == ("waiting",) and set(STAGES) == {"subcommand", "office"}
