"""Filing, and the chain of dispatch down to who does it; the way back stands in :mod:`.returns`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import claims, policies
from chuangcheng.cases.building import build_case
from chuangcheng.cases.deadlines import clock_and_severity, clock_for, dispatch_due, within
from chuangcheng.cases.inputs import CaseInput, check_case
from chuangcheng.cases.links import (
    LIVE,
    drop_search,
    drop_steps,
    end_all,
    first_receiver,
    flag_off,
    lapse_petition,
    open_lead,
    refuse_the_window,
    unit_of,
)
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.states import REOPENINGS, VOIDS
from chuangcheng.cases.steps import Touch, altered, born, step, write
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Standard
from chuangcheng.history import outbox, prepared
from chuangcheng.history.numbers import take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.places.locator import locate
from chuangcheng.sites.models import Site


def file_case(
    *, actor: Actor, text: str, category_code: str, lat: float | None, lon: float | None, address: str, source: str,
    origin: tuple[str, UUID] | None = None, site: Site | None = None, standard: Standard | None = None,
    severity: int = 1, condition: str = "default", found_from_above: bool = False, responsible: Unit | None = None,
) -> Case:  # fmt: skip
    """Open a case from a finding. A case at a site is answered for by the site's unit unless another is named.

    ``category_code`` is empty for findings that no category knows, such as a clerk's manner.
    """
    category = framework.category(category_code) if category_code else None
    if category_code and category is None:
        raise Refused("case.unknown_category")
    given = CaseInput(
        text=text, source=source, category=category, lat=lat, lon=lon, address=address, origin=origin, site=site,
        standard=standard, severity=severity, condition=condition, found_from_above=found_from_above,
        responsible=responsible or (site.unit if site else None),
    )  # fmt: skip
    with transaction.atomic():
        post = rights.require(actor, "cases.file")
        case = open_case(actor=actor, given=given)
        if not policies.reaches(post, case):
            raise Refused("case.not_in_area")
    return case


def open_case(*, actor: Actor, given: CaseInput) -> Case:
    """Write the case, its history row and ``case.filed`` in the caller's transaction; the caller has checked rights."""
    check_case(given)
    now = clock.now()
    located = locate(given.lon, given.lat) if given.lat is not None and given.lon is not None else None
    limit, least = clock_and_severity(given.category.code if given.category else "", given.condition, now)
    given = replace(given, severity=max(given.severity, least))
    case, event = build_case(given, actor=actor, number=take("AJ", now), filed_at=now, located=located, clock=limit)
    prepared.insert(case)
    prepared.insert(event)
    outbox.emit("case.filed", ("case", case.pk), {"origin": given.origin[0] if given.origin else ""})
    return case


def dispatch_case(
    *, actor: Actor, case_id: UUID, unit_id: UUID, due_at: datetime | None = None, co_units: tuple[UUID, ...] = ()
) -> Case:
    """Give a filed case to a unit, with co-handlers if need be; its own due lies within the case's."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "dispatch")
        _hand_over(case, "dispatch", actor, unit_of(unit_id), due_at, None, co_units)
    return case


def claim_case(*, actor: Actor, case_id: UUID) -> Case:
    """A unit takes a case of its area or trade that nobody was given yet: the first one wins, the others are told who
    it was. Who claims has accepted."""
    with transaction.atomic():
        post = rights.require(actor, "cases.claim")
        case = Case.objects.select_for_update().filter(pk=case_id).first()
        if case is None or not (policies.sees_case(actor, case) or claims.reaches(post, case)):
            raise Refused("common.not_found")
        if case.state != "filed" and case.holder_id:
            raise Refused("case.claimed_already", unit=unit_of(case.holder_id).short_name)
        permit(actor, case, "claim")
        _hand_over(case, "claim", actor, unit_of(post.unit_id), None, None, ())
    return case


def pass_on(*, actor: Actor, case_id: UUID, unit_id: UUID, due_at: datetime | None = None) -> Case:
    """The holder gives the case to a unit below; it stays answerable upwards and its own clock runs on."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "pass_on")
        _hand_over(case, "pass_on", actor, unit_of(unit_id), due_at, open_lead(case), ())
    return case


def _hand_over(
    case: Case, move: str, actor: Actor, unit: Unit, due_at: datetime | None, parent: Assignment | None,
    co_units: tuple[UUID, ...],
) -> None:  # fmt: skip
    now = clock.now()
    limit = parent.due_at if parent else case.due_at
    if due_at is not None and (due_at <= now or (limit is not None and due_at > limit)):
        raise Refused("case.due_outside")
    refuse_the_window(case, {unit.pk, *co_units})
    if unit.pk in _units_above(case, parent):
        raise Refused("case.passed_in_a_ring", unit=unit.short_name)

    def link(of_unit: UUID, role: str, above: Assignment | None) -> Assignment:
        return Assignment(
            case=case, parent=above, unit_id=of_unit, role=role, assigned_by_id=actor.person_id, received_at=now,
            due_at=within(due_at, limit),
        )  # fmt: skip

    lead = link(unit.pk, "lead", parent)
    helpers = [link(unit_of(helper).pk, "co", lead) for helper in dict.fromkeys(co_units) if helper != unit.pk]
    # Only a holder asks for time, and a return ends its petition: before the first dispatch none can wait.
    moved: list[Touch] = []
    if parent:
        moved = [altered(parent, state="passed", ended_at=now), *lapse_petition(case, now), *drop_steps(case)]
    touched = [*moved, born(lead), *map(born, helpers)]
    changes = {
        "holder_id": unit.pk, "holder_since": now, "responsible_id": first_receiver(case, unit.pk),
        "dispatched_at": case.dispatched_at or now,
    }  # fmt: skip
    if move == "claim":
        changes["claimed_at"] = now
    taken = step(case, move, actor, given={"unit": unit.pk}, changes=changes, touched=touched, at=now)
    write(taken, {"unit": str(unit.pk), "co": [str(helper.unit_id) for helper in helpers]})


def _units_above(case: Case, parent: Assignment | None) -> set[UUID]:
    """The units that already stand in the live chain: passing the case to one of them would close a ring."""
    if parent is None:
        return set()
    return set(case.assignments.filter(role="lead", state__in=LIVE).values_list("unit_id", flat=True))


def reopen_case(*, actor: Actor, case_id: UUID, reason_code: str, note: str = "") -> Case:
    """A closed case comes back to be dispatched again, with a fresh clock; its first life stays in history."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "reopen")
        if reason_code not in REOPENINGS:
            raise Refused("case.unknown_reason")
        open_again(actor=actor, case=case, reason_code=reason_code, note=note)
    return case


def open_again(*, actor: Actor, case: Case, reason_code: str, note: str = "") -> None:
    """Take a closed case up again in the caller's transaction, under its lock; the caller has checked rights."""
    now = clock.now()
    limit = clock_for(case.category.code if case.category else "", case.condition, now)
    changes = {
        **dict.fromkeys(("holder_id", "holder_since", "handled_at", "handled_by_id", "handled_unit_id")),
        **dict.fromkeys(("verified_at", "verified_by_id", "closed_at", "on_time", "dispatched_at", "claimed_at")),
        **dict.fromkeys(("arbiter_id", "arbitrated_at", "owner_sought_at", "owner_named_at")),
        "dispatch_due_at": dispatch_due(now),
        "outcome": "", "due_at": limit.due_at, "due_rule": limit.rule, "due_provisional": limit.provisional,
        "reopen_count": case.reopen_count + 1,
    }  # fmt: skip
    given: dict[str, object] = {"reason_code": reason_code}
    # The steps of its first life are told in history; the new one is planned afresh.
    touched = [altered(one, state="dropped") for one in case.substeps.exclude(state="dropped")]
    write(
        step(
            case, "reopen", actor, given=given, changes=changes, touched=touched, reason=reason_code, note=note, at=now
        )
    )


def void_case(*, actor: Actor, case_id: UUID, reason_code: str, note: str = "") -> Case:
    """A case that should not be one ends without counting anywhere."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "void")
        if reason_code not in VOIDS:
            raise Refused("case.unknown_reason")
        now = clock.now()
        touched = [
            *end_all(case, "done", now), *lapse_petition(case, now), *drop_steps(case), *drop_search(case, now)
        ]  # fmt: skip
        given: dict[str, object] = {"reason_code": reason_code}
        write(
            step(
                case, "void", actor, given=given, changes=flag_off(case), touched=touched, reason=reason_code,
                note=note, at=now,
            )
        )  # fmt: skip
    return case
