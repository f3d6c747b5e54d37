"""One step in a task's life: state table, history, words, outbox. Call inside a transaction, under the row's lock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared, versions
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.tasks.facts import lapse
from chuangcheng.tasks.models import Task, TaskEntry
from chuangcheng.tasks.states import LAPSING, TASK, VERBS

#: What follows from history, and so stands in its rows; ``supports`` and ``waits_for`` are lists of ids.
FACTS = (
    "number", "place", "source", "origin_kind", "origin_id", "standard_id", "lead_id", "reviewer_id", "leader_id",
    "owner_id", "start_on", "due_on", "first_due_on", "petition_on", "upkeep_days", "state", "stage", "share", "proofs",
    "extensions", "returns", "relapses", "submitted_by_id", "passed_by_id", "ended_on", "routine_id", "period_on",
)  # fmt: skip
LINKS = ("supports", "waits_for")
LONGEST = 2000


def begin(task: Task, actor: Actor, links: dict[str, list[Any]]) -> None:
    """Write a new task with its first history row."""
    facts = {name: getattr(task, name) for name in FACTS}
    event = history.build(task, "task.created", actor, after={**facts, **links})
    prepared.insert(task)
    prepared.insert(event)
    for name, ids in links.items():
        getattr(task, name).set(ids)
    outbox.emit("task.created", ("task", task.pk))


def take(
    task: Task, move: str, actor: Actor, *, changes: dict[str, Any] | None = None, words: str = "",
    given: dict[str, Any] | None = None, links: dict[str, list[Any]] | None = None, facts: dict[str, Any] | None = None,
) -> TaskEntry | None:  # fmt: skip
    """Take a move of the table; raises its refusals. The entry with the words, if any were said. A petition for more
    time lapses where nobody needs it any more, or another unit leads from now on."""
    words = tidy(words)
    state = TASK.next(task.state, move, words=words, **(given or {}))
    verb, topic = VERBS[move]
    changed = {"state": state, **(changes or {})}
    if task.petition_on is not None and (move in LAPSING or "lead_id" in changed):
        lapse(task, actor)
        changed["petition_on"] = None
    return note(task, verb, actor, changes=changed, words=words, links=links, facts=facts, topic=topic)


def note(
    task: Task, verb: str, actor: Actor, *, changes: dict[str, Any], words: str = "", topic: str = "",
    links: dict[str, list[Any]] | None = None, facts: dict[str, Any] | None = None,
) -> TaskEntry | None:  # fmt: skip
    """Change values, tell of it, and keep the words beside. Names outside of :data:`FACTS` are words: their change is
    told as ``reworded``."""
    told = {name: value for name, value in changes.items() if name in FACTS}
    before = {name: getattr(task, name) for name in told}
    for name, value in changes.items():
        setattr(task, name, value)
    after: dict[str, Any] = {**told, **(links or {}), **(facts or {})}
    reworded = sorted(set(changes) - set(told) - {"body_digest"})
    if reworded:
        after["reworded"] = reworded
    said = tidy(words)
    if len(said) > LONGEST:
        raise Refused("task.too_long", limit=LONGEST)
    if said:
        after["words"] = digest_of("task.words", said)
    history.append(task, f"task.{verb}", actor, before=before, after=after)
    task.save(update_fields=[*changes, *history.CHAIN_FIELDS])
    for name, ids in (links or {}).items():
        getattr(task, name).set(ids)
    if topic:
        outbox.emit(topic, ("task", task.pk))
    return _entry(task, verb, actor, said, changes.get("share")) if said else None


def _entry(task: Task, verb: str, actor: Actor, words: str, share: int | None) -> TaskEntry:
    return TaskEntry.objects.create(
        task=task, seq=task.chain_seq, verb=verb, words=words, share=share, made_by_id=actor.person_id,
        made_at=clock.now(),
    )  # fmt: skip


def locked(task_id: Any, also: Iterable[Any] = ()) -> Task:
    """The task under its lock, lead and its division loaded; ``common.not_found``.

    ``also`` are tasks that it is to be tied to: everybody ties under one lock, so that two who tie each way round at
    once make no ring, and locks rows in the order of their keys, so that nobody waits for one who waits for them. Keys
    never change: rows that point here (entries, ties) need not wait for the lock.
    """
    wanted = {task_id, *also}
    if len(wanted) > 1:
        versions.hold("task.ties")
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("lead__division", "reviewer")
    task = next((row for row in rows.filter(pk__in=wanted).order_by("pk") if row.pk == task_id), None)
    if task is None:
        raise Refused("common.not_found")
    return task


def ids_of(rows: Iterable[Any]) -> list[Any]:
    """The ids of rows, in a settled order."""
    return sorted((row.pk for row in rows), key=str)
