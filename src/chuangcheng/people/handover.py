"""What hangs on a person, and giving it to a successor, so that nothing stays with one who left.

A room that binds something to persons registers it here from its ``effects.py``, so that imports go down only::

    @holds("tasks", Label("任务", "Tasks"))
    class Tasks:
        def of(persons): ...      # what of it is open, as Held rows
        def give(actor, held, successor): ...   # under the lock and right of the caller
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from chuangcheng.history import actions as history
from chuangcheng.history import versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights, selectors
from chuangcheng.people.models import Handover, Person, Post, Unit


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that hangs on a person: ``ref`` names it to its room, ``what`` and ``how`` to a reader (a number or a
    unit's name, and in which part), ``subject`` leads to its page."""

    person_id: UUID
    ref: str
    what: str
    how: Label
    subject: tuple[str, UUID] | None = None


class Holding(Protocol):
    """What a room registers."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """Everything open that hangs on any of the persons."""

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """Put the successor in the place of the one who holds it, with a row of history on each subject."""


Kind = TypeVar("Kind", bound=type[Any])
_holdings: dict[str, tuple[Label, type[Holding]]] = {}
#: A post gives rights, no work: it ends by itself with the person.
RIGHTS_ONLY = frozenset({"posts"})
#: Held by whoever locks several units or persons at once, or moves a unit under another: one after the other.
STRUCTURE = "people.structure"


def holds(name: str, label: Label) -> Callable[[Kind], Kind]:
    """Register what a room binds to persons, under a name of its own."""

    def register(holding: Kind) -> Kind:
        _holdings[name] = (label, holding)
        return holding

    return register


def labels() -> dict[str, Label]:
    """What may hang on a person, by name."""
    return {name: label for name, (label, _) in sorted(_holdings.items())}


def held_by(persons: Collection[UUID]) -> dict[str, list[Held]]:
    """All that hangs on these persons, by name of the holding; those without any are left out. A query or two each."""
    found = {name: list(holding.of(persons)) for name, (_, holding) in sorted(_holdings.items())} if persons else {}
    return {name: rows for name, rows in found.items() if rows}


def left_behind() -> dict[str, list[Held]]:
    """What still hangs on persons who left: who may not sign in any more, or whose last post has ended. Empty when all
    is well; the list of persons shows it."""
    running = Post.objects.exclude(valid_to__lt=clock.today().date()).filter(person=OuterRef("pk"))
    ended = Q(Exists(Post.objects.filter(person=OuterRef("pk")))) & ~Q(Exists(running))
    idle = list(Person.objects.filter(ended | Q(is_active=False)).values_list("pk", flat=True))
    return held_by(idle)


def refuse_holding(person: Person) -> None:
    """``people.still_holds`` while work hangs on the person; posts end by themselves."""
    held = {name: rows for name, rows in held_by([person.pk]).items() if name not in RIGHTS_ONLY}
    if held:
        count = sum(len(rows) for rows in held.values())
        kinds = [_holdings[name][0] for name in held]
        said = Label("、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds))
        raise Refused("people.still_holds", count=count, kinds=said)


def hand_over(
    *, actor: Actor, person_id: UUID, successor_id: UUID, only: Collection[str] | None = None
) -> Handover:  # fmt: skip
    """Give everything open on a person to a successor in one go; ``only`` names holdings that go to this one.

    Refused: ``people.same_person``, ``people.gone`` for a successor who may not sign in, ``people.nothing_held``.
    """
    with transaction.atomic():
        rights.require_or_system(actor, "people.edit")
        versions.hold(STRUCTURE)
        asked = Person.objects.select_for_update(no_key=True).filter(pk__in=[person_id, successor_id])
        rows = {row.pk: row for row in asked.order_by("pk")}
        if person_id == successor_id:
            raise Refused("people.same_person")
        if len(rows) != 2:
            raise Refused("common.not_found")
        successor = rows[successor_id]
        if not successor.is_active:
            raise Refused("people.gone")
        held = {name: mine for name, mine in held_by([person_id]).items() if only is None or name in only}
        if not held:
            raise Refused("people.nothing_held")
        _lock_units(held)
        for name, mine in sorted(held.items(), key=lambda item: item[0] not in RIGHTS_ONLY):
            _holdings[name][1].give(actor, mine, successor)
        made = _record(actor, rows[person_id], successor, {name: len(mine) for name, mine in held.items()})
    rights.forget_posts()
    return made


def _lock_units(held: dict[str, list[Held]]) -> None:
    """Those whose cards and posts change, in the order of their keys and before any work of theirs, as everybody does
    who locks a unit and what it stands by."""
    units = [one.subject[1] for name in ("charges", "posts") for one in held.get(name, ()) if one.subject]
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk").values_list("pk"))


def _record(actor: Actor, person: Person, successor: Person, counts: dict[str, int]) -> Handover:
    row = Handover(
        person=person, successor=successor, counts=counts, made_at=clock.now(), made_by_id=actor.person_id
    )  # fmt: skip
    after = {"person": person.pk, "successor": successor.pk, "counts": counts}
    event = history.build(row, "handover.made", actor, after=after)
    row.save(force_insert=True)
    history.insert([event])
    return row


def retire(*, actor: Actor, person_id: UUID) -> Person:
    """End a person's time here: sign-in is closed and every post ends. Refused: ``people.still_holds`` while any work
    hangs on the person, which is to be handed over first."""
    from chuangcheng.people import actions  # actions ask this module before they close a sign-in

    with transaction.atomic():
        rights.require_or_system(actor, "people.edit")
        versions.hold(STRUCTURE)
        person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
        if person is None:
            raise Refused("common.not_found")
        refuse_holding(person)
        for post in selectors.posts_of(person):
            actions.end_post(actor=actor, post=post)
        return actions.save_person(
            actor=actor, username=person.username, name=person.name, email=person.email, language=person.language,
            is_active=False,
        )  # fmt: skip
