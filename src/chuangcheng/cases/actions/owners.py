"""找主人: the street keeps a case that nobody owns and acts, while the units that may own it are asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import dispatching, owners
from chuangcheng.cases.deadlines import within
from chuangcheng.cases.links import (
    LIVE,
    drop_steps,
    end_all,
    first_receiver,
    lapse_petition,
    open_lead,
    refuse_the_window,
    responsible_after,
    unit_of,
)
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Assignment, Case, OwnerAsk, OwnerSearch
from chuangcheng.cases.states import CASE, NOBODYS, OWNER_ANSWERS, OWNER_SEARCH
from chuangcheng.cases.steps import Touch, altered, born, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit

MOST_ASKED = 10


def seek_owner(*, actor: Actor, case_id: UUID, note: str = "") -> Case:
    """Nobody knows whose it is: the street of the place takes the case, or keeps it, and the search begins. The street
    acts meanwhile: what is dangerous is secured first, whoever's it is."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "seek_owner")
        _begin(case, actor, "unknown", note)
    return case


def seek_unrouted(*, case_id: UUID) -> Case | None:
    """The same by the system, for a filed case that no rule of routing knows a unit for; None where somebody has taken
    it up meanwhile, or where its place has no office."""
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(pk=case_id, state="filed", owner_sought_at=None).first()
        if case is None or owners.keeper_of(case) is None:
            return None
        _begin(case, SYSTEM, "no_rule", "")
    return case


def _begin(case: Case, actor: Actor, why: str, note: str) -> None:
    keeper, now = owners.keeper_of(case), clock.now()
    if keeper is None:
        raise Refused("case.no_keeper")
    if case.holder_id not in (None, keeper.pk):
        raise Refused("case.not_kept")
    search = OwnerSearch(
        case=case, why=why, street=keeper, started_at=now, started_by_id=actor.person_id,
        due_at=dispatching.current().owner.after(now),
    )  # fmt: skip
    changes = {
        "holder_id": keeper.pk, "holder_since": case.holder_since if case.holder_id else now,
        "responsible_id": responsible_after(case, keeper.pk) or keeper.pk,
        "dispatched_at": case.dispatched_at or now, "owner_sought_at": now, "owner_named_at": None,
    }  # fmt: skip
    touched = [*_to_the_top(case, keeper, actor, now), born(search)]
    taken = step(case, "seek_owner", actor, changes=changes, touched=touched, reason=why, note=note, at=now)
    write(taken, {"unit": str(keeper.pk)})


def _to_the_top(case: Case, keeper: Unit, actor: Actor, now: datetime) -> list[Touch]:
    """The keeper's link stands alone: it gives the case back to nobody. Its helpers go on helping."""
    lead = open_lead(case) if case.holder_id else None
    if lead is not None and lead.parent_id is None:
        return []
    fresh = Assignment(
        case=case, unit=keeper, role="lead", assigned_by_id=actor.person_id, received_at=now, due_at=within(case.due_at)
    )
    links = case.assignments.filter(state__in=LIVE).order_by("received_at", "id") if lead else ()
    ended = [altered(link, state="released", ended_at=now) for link in links if link.role == "lead"]
    helpers = [altered(link, parent_id=fresh.pk) for link in links if link.role == "co"]
    return [*ended, born(fresh), *helpers]


def ask_owner(*, actor: Actor, case_id: UUID, unit_ids: Sequence[UUID], note: str = "") -> Case:
    """Ask units whether it is theirs, each within its time. A unit that is asked sees the case."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "ask_owner")
        search, now = owners.need_search(case), clock.now()
        units = [unit_of(unit_id) for unit_id in dict.fromkeys(unit_ids)]
        CASE.next(case.state, "ask_owner", units=units)
        _check(case, search, units)
        due = dispatching.current().owner_answer.after(now)
        by, now_by = actor.person_id, {"asked_at": now, "asked_by_id": actor.person_id, "due_at": due}
        asks = [OwnerAsk(case=case, search=search, unit=unit, **now_by) for unit in units]
        near = set(case.assignments.values_list("unit_id", flat=True))
        # What a unit sees is what it was assigned: the question counts as no work of the unit's.
        links = [
            Assignment(case=case, unit=unit, role="ask", state="asked", assigned_by_id=by, received_at=now, due_at=due)
            for unit in units if unit.pk not in near
        ]  # fmt: skip
        ids = [str(unit.pk) for unit in units]
        taken = step(
            case, "ask_owner", actor, given={"units": units}, facts={"units": ids},
            touched=[*map(born, asks), *map(born, links)], note=note, at=now,
        )  # fmt: skip
        write(taken, {"units": ids})
    return case


def _check(case: Case, search: OwnerSearch, units: Sequence[Unit]) -> None:
    if len(units) > MOST_ASKED:
        raise Refused("case.too_many_asked", limit=MOST_ASKED)
    refuse_the_window(case, {unit.pk for unit in units})
    asked = {ask.unit_id for ask in search.asks.all()}
    for unit in units:
        if unit.pk == search.street_id:
            raise Refused("case.asks_itself")
        if unit.pk in asked:
            raise Refused("case.asked_already", unit=unit.short_name)


def answer_owner(*, actor: Actor, case_id: UUID, answer: str, note: str = "") -> Case:
    """A unit that was asked says ``yes``, or ``no`` with its reason; late is better than never."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        post = permit(actor, case, "answer_owner")
        ask, now = owners.waiting_for(case, post.unit_id), clock.now()
        if ask is None:
            raise Refused("case.not_asked")
        if answer not in OWNER_ANSWERS:
            raise Refused("case.unknown_answer")
        if answer == "no" and not note.strip():
            raise Refused("case.answer_needs_reason")
        touched = [altered(ask, answer=answer, answered_at=now, answered_by_id=actor.person_id)]
        taken = step(
            case, "answer_owner", actor, given={"answer": answer}, facts={"units": [str(post.unit_id)]},
            touched=touched, reason=answer, note=note, at=now,
        )  # fmt: skip
        write(taken, {"unit": str(post.unit_id), "answer": answer})
    return case


def name_owner(*, actor: Actor, case_id: UUID, unit_id: UUID, note: str = "") -> Case:
    """The case goes to a unit that said yes; it cannot give the case back."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "name_owner")
        search = owners.need_search(case)
        if not any(ask.unit_id == unit_id and ask.answer == "yes" for ask in search.asks.all()):
            raise Refused("case.not_owned_up")
        _hand(case, search, "name_owner", actor, unit_of(unit_id), note)
    return case


def rule_owner(*, actor: Actor, case_id: UUID, unit_id: UUID, note: str) -> Case:
    """The office decides whose it is, with the reason, whatever the unit said; it cannot give the case back."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "rule_owner")
        _hand(case, owners.need_search(case), "rule_owner", actor, unit_of(unit_id), note.strip())
    return case


def _hand(case: Case, search: OwnerSearch, move: str, actor: Actor, unit: Unit, note: str) -> None:
    refuse_the_window(case, {unit.pk})
    now = clock.now()
    lead = Assignment(
        case=case, unit=unit, role="lead", assigned_by_id=actor.person_id, received_at=now, due_at=within(case.due_at)
    )
    changes = {
        "holder_id": unit.pk, "holder_since": now, "responsible_id": first_receiver(case, unit.pk),
        "owner_named_at": now, "claimed_at": None,
    }  # fmt: skip
    touched = [
        _end(search, move.removesuffix("_owner"), actor, now, owner_id=unit.pk, given={"unit": unit.pk, "note": note}),
        *end_all(case, "released", now), *lapse_petition(case, now), *drop_steps(case), born(lead),
    ]  # fmt: skip
    given: dict[str, object] = {"unit": unit.pk, "note": note}
    write(
        step(case, move, actor, given=given, changes=changes, touched=touched, note=note, at=now),
        {"unit": str(unit.pk)},
    )


def no_owner(*, actor: Actor, case_id: UUID, reason_code: str, note: str) -> Case:
    """The office decides that it is nobody's: the street that keeps it does the work, the city pays and organises."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "no_owner")
        if reason_code not in NOBODYS:
            raise Refused("case.unknown_reason")
        search, now, note = owners.need_search(case), clock.now(), note.strip()
        given: dict[str, object] = {"reason_code": reason_code, "note": note}
        touched = [_end(search, "nobodys", actor, now, reason_code=reason_code, given=given)]
        taken = step(
            case, "no_owner", actor, given=given, changes={"owner_named_at": now}, touched=touched, reason=reason_code,
            note=note, at=now,
        )  # fmt: skip
        write(taken, {"unit": str(search.street_id)})
    return case


def _end(
    search: OwnerSearch, move: str, actor: Actor, now: datetime, *, given: dict[str, object], **values: Any
) -> Touch:
    state = OWNER_SEARCH.next(search.state, move, **given)
    return altered(search, state=state, ended_at=now, ended_by_id=actor.person_id, **values)
