"""Training sessions: planned, held, who came, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history import outbox
from chuangcheng.history.numbers import take as take_number
from chuangcheng.history.once import once
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.library import guests, sign_in
from chuangcheng.library.facts import TRAININGS
from chuangcheng.library.inputs import MOST, TrainingInput, check_training
from chuangcheng.library.models import Attendance, Document, Guest, Training
from chuangcheng.library.policies import allow
from chuangcheng.library.states import RUN, TRAINING
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person, Unit
from chuangcheng.people.selectors import valid_posts

PREFIX = "PX"


def plan_training(*, actor: Actor, given: TrainingInput) -> tuple[Training, bool]:
    """Plan a session and tell the invited. The same id with the same body again answers with the stored row and False.
    Refused: ``common.invalid``, ``common.different_body``, ``training.other_unit``."""
    allow(actor, given.unit, RUN)
    check_training(given, clock.now())
    given = given.tidied()
    training = Training(
        id=given.id, number=take_number(PREFIX, clock.now()), created_at=clock.now(),
        body_digest=digest_of("training.body", given.body()), **_values(given),
    )  # fmt: skip

    def write() -> None:
        TRAININGS.begin(training, actor)
        _join(training, given)
        outbox.emit("training.planned", ("training", training.pk))

    return once(training, write)


def _values(given: TrainingInput) -> dict[str, Any]:
    words = {name: getattr(given, name) for name in ("topic", "place", "lecturer")}
    # History tells instants as the database gives them back.
    return {**words, "unit_id": given.unit.pk, "starts_at": _utc(given.starts_at), "ends_at": _utc(given.ends_at),
            "code_minutes": given.code_minutes}  # fmt: skip


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _join(training: Training, given: TrainingInput) -> None:
    training.units.set(given.units)
    training.persons.set(given.persons)
    training.materials.set(given.materials)


def amend_training(*, actor: Actor, training_id: UUID, given: TrainingInput) -> Training:
    """Say it anew, whole (``given.id`` does not matter); the invited are told of another time or place."""
    check_training(given, clock.now())
    given = given.tidied()
    with transaction.atomic():
        training = _locked(actor, training_id)
        allow(actor, given.unit, RUN)
        TRAINING.next(training.state, "amend")
        changes = {name: value for name, value in _values(given).items() if getattr(training, name) != value}
        TRAININGS.change(training, "amended", actor, changes)
        _join(training, given)
        if {"starts_at", "place"} & set(changes):
            outbox.emit("training.changed", ("training", training.pk))
    return training


def equip_training(*, actor: Actor, training_id: UUID, materials: Sequence[Document]) -> Training:
    """Exactly these documents belong to it, also while it is held."""
    with transaction.atomic():
        training = _locked(actor, training_id)
        TRAINING.next(training.state, "equip")
        training.materials.set(materials[:MOST])
        TRAININGS.change(training, "equipped", actor, {}, materials=len(materials[:MOST]))
    return training


def hold_training(*, actor: Actor, training_id: UUID) -> Training:
    """It takes place. Refused: ``training.not_yet``."""
    with transaction.atomic():
        training = _locked(actor, training_id)
        state = TRAINING.next(training.state, "hold")
        if training.starts_at > clock.now():
            raise Refused("training.not_yet")
        TRAININGS.change(training, "held", actor, {"state": state})
    return training


def mark_present(*, actor: Actor, training_id: UUID, persons: Sequence[Person]) -> int:
    """Who was there by the list on paper: exactly these beside those who signed in by the code, whose marks stay; how
    many the list adds. Refused: ``training.not_yet``, ``training.unknown_person`` (somebody without a post)."""
    with transaction.atomic():
        training = _locked(actor, training_id)
        TRAINING.next(training.state, "mark")
        if training.starts_at > clock.now():
            raise Refused("training.not_yet")
        units = _units_of(training, persons)
        Attendance.objects.filter(training=training, by_code=False).exclude(person__in=units).delete()
        known = set(training.attendances.values_list("person_id", flat=True))
        Attendance.objects.bulk_create(
            Attendance(training=training, person_id=pk, unit_id=unit, by_code=False, at=clock.now())
            for pk, unit in units.items() if pk not in known
        )  # fmt: skip
        count = training.attendances.filter(by_code=False).count()
        TRAININGS.change(training, "marked", actor, {}, listed=count)
    return count


def _units_of(training: Training, persons: Sequence[Person]) -> dict[UUID, UUID]:
    """For which unit each came: an invited one where a person has a post there, else that of the first post."""
    invited = set(training.units.values_list("pk", flat=True))
    found: dict[UUID, UUID] = {}
    for post in valid_posts().filter(person__in=persons).order_by("id"):
        if post.person_id not in found or (post.unit_id in invited and found[post.person_id] not in invited):
            found[post.person_id] = post.unit_id
    for person in persons:
        if person.pk not in found:
            raise Refused("training.unknown_person", given=person.username)
    return found


def list_guests(*, actor: Actor, training_id: UUID, words: str) -> int:
    """Who was there without an account: exactly those of this list (:mod:`~chuangcheng.library.guests`); how many.
    Refused: ``training.not_yet``, and what the reading of the list refuses."""
    with transaction.atomic():
        training = _locked(actor, training_id)
        TRAINING.next(training.state, "guests")
        if training.starts_at > clock.now():
            raise Refused("training.not_yet")
        wanted = {(unit.pk, name) for unit, name in guests.read(words, _known_units())}
        stored = {(row.unit_id, row.name): row.pk for row in training.guests.all()}
        training.guests.filter(pk__in=[pk for key, pk in stored.items() if key not in wanted]).delete()
        Guest.objects.bulk_create(
            Guest(training=training, unit_id=unit, name=name, at=clock.now())
            for unit, name in sorted(wanted - set(stored), key=str)
        )
        TRAININGS.change(training, "guests_listed", actor, {}, listed=len(wanted))
    return len(wanted)


def _known_units() -> dict[str, Unit]:
    """The units of today by each of their names; a name that two share names neither."""
    found: dict[str, Unit | None] = {}
    for unit in people.units():
        for key in {guests.key_of(said) for said in (unit.code, unit.short_name, unit.name)}:
            found[key] = None if key in found else unit
    return {key: unit for key, unit in found.items() if unit is not None}


def sign_in_by_code(*, actor: Actor, code: str) -> tuple[Attendance, bool]:
    """The actor is there; once, however often it is pressed. Whoever was not invited may come too. Refused:
    ``training.bad_code``, ``training.stale_code``, ``training.no_sign_in``, ``training.not_open``, ``common.not_found``
    (no post)."""
    found, post = sign_in.training_of(code), rights.post_of(actor)
    if post is None:
        raise Refused("common.not_found")
    with transaction.atomic():
        training = Training.objects.select_for_update(of=("self",)).get(pk=found.pk)  # closing counts who came
        sign_in.check_open(training)
        sign_in.check_fresh(training, code)
        return Attendance.objects.get_or_create(
            training=training, person_id=post.person_id,
            defaults={"unit_id": post.unit_id, "by_code": True, "at": clock.now()},
        )  # fmt: skip


def close_training(*, actor: Actor, training_id: UUID, note: str = "") -> Training:
    """Settle who came; nothing changes any more."""
    with transaction.atomic():
        training = _locked(actor, training_id)
        state = TRAINING.next(training.state, "close")
        changes = {
            "state": state,
            "came": training.attendances.count() + training.guests.count(),
            "note": tidy(note)[:500],
        }
        TRAININGS.change(training, "closed", actor, changes)
    return training


def cancel_training(*, actor: Actor, training_id: UUID, note: str) -> Training:
    """Call it off and tell the invited."""
    said = tidy(note)[:500]
    with transaction.atomic():
        training = _locked(actor, training_id)
        state = TRAINING.next(training.state, "cancel", note=said)
        TRAININGS.change(training, "cancelled", actor, {"state": state, "note": said})
        outbox.emit("training.cancelled", ("training", training.pk))
    return training


def _locked(actor: Actor, training_id: UUID) -> Training:
    """The session under its lock, for somebody who runs it; ``common.not_found``."""
    rows = Training.objects.select_for_update(of=("self",)).select_related("unit__division")
    training = rows.filter(pk=training_id).first()
    if training is None:
        raise Refused("common.not_found")
    unit: Unit = training.unit
    allow(actor, unit, RUN)
    return training
