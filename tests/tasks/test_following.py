"""Tasks follow their standards into the next edition: which do, when, and that once is enough."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.framework.actions import load_edition, publish_edition
from chuangcheng.framework.carrying import carry_forward, decide_successions, labels
from chuangcheng.framework.models import Edition
from chuangcheng.history import sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.projections import registered
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.tasks import timeline
from chuangcheng.tasks.following import FOLLOWING, carry_at_publication
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import TASK
from tests.framework.test_carrying import first, second
from tests.tasks.conftest import Make

ENDED = {"struck_off", "void"}


@pytest.fixture
def pair(ledger: Any) -> tuple[Edition, Edition]:
    """A published edition and the draft of the next one."""
    old = load_edition(actor=SYSTEM, document=first())
    publish_edition(actor=SYSTEM, edition=old)
    return old, load_edition(actor=SYSTEM, document=second())


def stands(task: Task) -> str:
    task.refresh_from_db()
    return f"{task.standard.edition.code} {task.standard.code}" if task.standard else ""


def test_every_state_either_follows_or_has_ended() -> None:
    assert set(FOLLOWING) | ENDED == {state.code for state in TASK.states}
    assert labels()["tasks"].en == "Tasks"


def test_running_tasks_go_when_the_edition_is_in_force(
    pair: tuple[Edition, Edition], make: Make, personas: dict[str, Actor]
) -> None:
    old, new = pair
    standard = old.standards.get(code="F-1-1-1")
    unsure = make(standard=old.standards.get(code="F-2-1-1"), source="standard")
    tasks = {
        state.code: make(standard=standard, source="standard", state="" if state.code == "not_started" else state.code)
        for state in TASK.states
    }
    without = make()
    assert carry_forward(actor=personas["office"], old=old, new=new).rows["tasks"] == 0, "a draft takes none"
    assert {stands(task) for task in tasks.values()} == {f"{old.code} F-1-1-1"}
    publish_edition(actor=SYSTEM, edition=new)
    sweep.drain()
    found = {state: stands(task) for state, task in tasks.items()}
    assert found == {state: f"{old.code} F-1-1-1" if state in ENDED else f"{new.code} N0" for state in tasks}
    assert (stands(without), stands(unsure)) == ("", f"{old.code} F-2-1-1"), "what nobody decided stays"
    events = Event.objects.filter(action="task.carried")
    assert events.count() == len(FOLLOWING)
    after = new.standards.get(code="N0")
    assert {event.after["standard_id"] for event in events} == {str(after.pk)}
    row = Outbox.objects.filter(topic="edition.published", subject_id=new.pk).get()
    carry_at_publication(row)
    assert events.count() == len(FOLLOWING), "twice is once"
    entries = timeline.of_task(tasks["under_way"], [])
    assert "随测评标准换版" in [entry.label.zh for entry in entries]


def test_what_is_decided_later_is_carried_at_once(
    pair: tuple[Edition, Edition], make: Make, personas: dict[str, Actor]
) -> None:
    old, new = pair
    office = personas["office"]
    task = make(standard=old.standards.get(code="F-2-1-1"), source="standard")
    none = make(standard=old.standards.get(code="F-1-1-2"), source="standard", state="struck_off")
    publish_edition(actor=SYSTEM, edition=new)
    sweep.drain()
    done = decide_successions(actor=office, old=old, new=new, choices={"F-2-1-1": "N3"})
    assert (done.rows["tasks"], stands(task)) == (1, f"{new.code} N3")
    assert decide_successions(actor=office, old=old, new=new, choices={"F-2-1-1": "N3"}).rows["tasks"] == 0
    assert stands(none) == f"{old.code} F-1-1-2"
    event = Event.objects.filter(action="task.carried").get()
    assert (event.subject_id, event.actor_label) == (task.pk, office.label)


def test_history_still_tells_the_rows(pair: tuple[Edition, Edition], make: Make) -> None:
    old, new = pair
    task = make(standard=old.standards.get(code="F-1-1-2"), source="standard", goal="整洁")
    carry_forward(actor=SYSTEM, old=old, new=new)
    publish_edition(actor=SYSTEM, edition=new)
    sweep.drain()
    assert stands(task) == f"{new.code} N1" and task.goal == "整洁"
    ((check, rebuild),) = [(each.check, each.rebuild) for name, each in registered().items() if name == "tasks.task"]
    assert [one for one in check() if str(task.pk) in one.where] == []
    Task.objects.filter(pk=task.pk).update(standard=old.standards.get(code="F-1-1-2"))
    assert [one for one in check() if str(task.pk) in one.where] != []
    assert rebuild() >= 1 and stands(task) == f"{new.code} N1"
