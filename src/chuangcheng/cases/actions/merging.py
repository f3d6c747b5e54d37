"""Merge 并案, its undoing, and split 拆分: which reports are about which trouble. Nothing is lost on the way.

A merge moves the pointers of reports and of earlier merged cases and leaves a history row on every chain touched. The
merged case keeps its number, photos, watches and story and points to the one that stands for it. Cases are locked
targets first, in the order of their keys, then merged ones, then reports: two dispatchers at once wait for each other,
never in a ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import instructions, policies
from chuangcheng.cases.actions.dispatch import open_case
from chuangcheng.cases.belongings import Belongings, brought_by, held_by
from chuangcheng.cases.deadlines import after_pause
from chuangcheng.cases.inputs import CaseInput
from chuangcheng.cases.links import drop_search, end_all, lapse_petition, responsible_after
from chuangcheng.cases.locks import find_case, lock_case, permit
from chuangcheng.cases.models import Assignment, Case, Report
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import Touch, amend, born, step, write
from chuangcheng.framework import selectors as framework
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Post, Unit
from chuangcheng.photos import actions as photos

#: What a target takes over from what is merged into it, when it is more.
RAISED = ("severity", "found_from_above", "relapse_of_id")


def merge_case(*, actor: Actor, case_id: UUID, target_id: UUID, note: str = "") -> Case:
    """``case_id`` is the same trouble as ``target_id``, which goes on for both. A target that was merged itself stands
    for the one it was merged into. The target keeps its own clock; whether the merged case was in time at that moment
    is noted in its ``on_time``. Units that knew of the merged case 知悉 know of the target too, and of both when the
    merge is undone."""
    with transaction.atomic():
        case, target = _lock_pair(actor, case_id, target_id)
        post = permit(actor, case, "merge")
        _allow_target(post, case, target)
        now = clock.now()
        moved, knowing = held_by(case), instructions.units_that_know(case)
        _point(actor, moved, target, now, verbs=("moved", "redirected"))
        in_time = (case.handled_at or now) <= case.due_at if case.due_at else None
        taken = step(
            case, "merge", actor, given={"target": target.pk},
            changes={"merged_into_id": target.pk, "on_time": in_time}, facts=moved.told(),
            touched=[*end_all(case, "done", now), *lapse_petition(case, now), *drop_search(case, now)],
            note=note, at=now,
        )  # fmt: skip
        write(taken, {"into": str(target.pk)})
        raised = {name: value for name, value in _raised(target, [case]).items() if value != getattr(target, name)}
        facts, told = {"case": case.pk}, _told(actor, target, knowing, now)
        write(amend(target, "absorbed", actor, changes=raised, facts=facts, touched=told, at=now,
                    topic="case.absorbed"))  # fmt: skip
    return case


def unmerge_case(*, actor: Actor, case_id: UUID, note: str = "") -> Case:
    """They were two troubles after all: the case waits for dispatch again, with everything that was its own. Its clock
    goes on where the merge stopped it."""
    with transaction.atomic():
        seen = find_case(actor, case_id)
        permit(actor, seen, "unmerge")
        # The table lets nothing but a merged case come here, and that one has a target.
        target = Case.objects.select_for_update(of=("self",)).filter(merged=seen).get()
        case = lock_case(actor, case_id)
        post = permit(actor, case, "unmerge")
        if case.merged_into_id != target.pk:
            raise Refused("state.stale")
        if not policies.reaches(post, target):
            raise Refused("case.not_in_area")
        now = clock.now()
        back = brought_by(case, target)
        _point(actor, back, case, now, verbs=("restored", "restored"))
        write(step(case, "unmerge", actor, changes=_as_filed(case, now), facts=back.told(), note=note, at=now))
        lowered = {name: value for name, value in _left(target).items() if value != getattr(target, name)}
        facts = {"case": case.pk}
        write(amend(target, "released", actor, changes=lowered, facts=facts, at=now, topic="case.released"))
    return case


def split_case(
    *, actor: Actor, case_id: UUID, report_ids: Sequence[UUID], photo_ids: Sequence[UUID] = (),
    category_code: str = "", severity: int = 1, note: str = "",
) -> Case:  # fmt: skip
    """Reports of a case that are about something else become a case of their own, filed now with a clock of its own;
    its origin is the old case. Photos of the old case may come along as copies. The new case is returned."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "split")
        now = clock.now()
        chosen = _chosen(case, report_ids)
        CASE.next(case.state, "split", reports=chosen)
        category = framework.category(category_code) if category_code else case.category
        if category_code and category is None:
            raise Refused("case.unknown_category")
        first = chosen[0]
        given = CaseInput(
            text=first.text, source=first.source, category=category, lat=first.lat, lon=first.lon,
            address=first.address, origin=("case", case.pk), severity=severity,
            found_from_above=case.found_from_above,
        )  # fmt: skip
        new = open_case(actor=actor, given=given)
        for report in chosen:
            facts = {"from": case.pk}
            write(amend(report, "split_off", actor, changes={"case_id": new.pk}, facts=facts, at=now,
                        topic="report.moved"))  # fmt: skip
        copied = photos.copy(photo_ids=photo_ids, source=("case", case.pk), target=("case", new.pk))
        for photo in copied:
            told = {"photo": photo.original_sha256, "role": str(photo.role)}
            write(amend(new, "photo_added", actor, facts=told, at=now))
        told_of: dict[str, Any] = {"case": new.pk, "reports": [str(report.pk) for report in chosen],
                 "photos": [photo.original_sha256 for photo in copied]}  # fmt: skip
        write(step(case, "split", actor, given={"reports": chosen}, facts=told_of, note=note, at=now))
    return new


def _lock_pair(actor: Actor, case_id: UUID, target_id: UUID) -> tuple[Case, Case]:
    """Both cases under their locks; a merged target has become the one that stands for it."""
    permit(actor, find_case(actor, case_id), "merge")  # one merged already comes after its target, not by its key
    named = find_case(actor, target_id)
    final = named.merged_into_id or named.pk
    if case_id in (named.pk, final):
        raise Refused("case.merge_ring")
    rows = {row.pk: row for row in Case.objects.select_for_update().filter(pk__in=(case_id, final)).order_by("pk")}
    for pk in (case_id, final):
        if pk not in rows or not policies.sees_case(actor, rows[pk]):
            raise Refused("common.not_found")
    return rows[case_id], rows[final]


def _allow_target(post: Post, case: Case, target: Case) -> None:
    if target.merged_into_id == case.pk:
        raise Refused("case.merge_ring")
    if target.state not in CASE.open_states():
        raise Refused("case.target_ended", number=target.number)
    if not policies.reaches(post, target):
        raise Refused("case.not_in_area")


def _point(actor: Actor, moved: Belongings, to: Case, now: datetime, verbs: tuple[str, str]) -> None:
    """Let everything point to ``to``, with a history row on every chain."""
    for report in moved.reports:
        write(amend(report, verbs[0], actor, changes={"case_id": to.pk}, at=now, topic="report.moved"))
    for one in moved.cases:
        write(amend(one, verbs[1], actor, changes={"merged_into_id": to.pk}, at=now))


def _told(actor: Actor, target: Case, units: Sequence[Unit], now: datetime) -> list[Touch]:
    """Links to know of the target, for those units that do not see it already."""
    return [
        born(Assignment(case=target, unit=unit, role="know", assigned_by_id=actor.person_id, received_at=now,
                        state="done", ended_at=now))
        for unit in units if not instructions.unit_sees(unit, target)
    ]  # fmt: skip


def _raised(target: Case, merged: Sequence[Case], own: dict[str, Any] | None = None) -> dict[str, Any]:
    """The target's values with those of what is merged into it: the graver severity, the stricter verifier, and the
    relapse of a case that had been closed before the target was filed."""
    own = own or {name: getattr(target, name) for name in RAISED}
    relapses = [one.relapse_of for one in merged if one.relapse_of]
    fits = [first for first in relapses if first.pk != target.pk and first.closed_at and
            first.closed_at < target.filed_at]  # fmt: skip
    relapse_of = own["relapse_of_id"] or (None if target.relapse_denied or not fits else fits[0].pk)
    return {
        "severity": max(own["severity"], *(one.severity for one in merged)) if merged else own["severity"],
        "found_from_above": own["found_from_above"] or any(one.found_from_above for one in merged),
        "relapse_of_id": relapse_of,
    }


def _left(target: Case) -> dict[str, Any]:
    """The target's values once a case was taken out of it: its own, and those of what is still merged into it."""
    own: dict[str, Any] = {
        "severity": target.severity,
        "found_from_above": target.found_from_above,
        "relapse_of_id": None,
    }
    for event in events_of("case", target.pk):
        if event.action not in ("case.absorbed", "case.released"):
            own |= {name: event.after[name] for name in RAISED if name in event.after}
    own["relapse_of_id"] = UUID(own["relapse_of_id"]) if own["relapse_of_id"] else None
    return _raised(target, list(Case.objects.filter(merged_into=target).select_related("relapse_of")), own)


def _as_filed(case: Case, now: datetime) -> dict[str, Any]:
    """The values of a case that comes back from a merge: nobody holds it, and the time it was merged is nobody's."""
    cleared = ("merged_into_id", "holder_id", "holder_since", "handled_at", "handled_by_id", "handled_unit_id",
               "verified_at", "verified_by_id", "on_time", "arbitrated_at", "owner_named_at")  # fmt: skip
    changes: dict[str, Any] = {**dict.fromkeys(cleared), "outcome": "", "responsible_id": responsible_after(case, None)}
    merged = events_of("case", case.pk).filter(action="case.merged").last()
    if case.due_at and merged:
        deadline = after_pause(case, case.due_at, merged.happened_at, now)
        changes |= {"due_at": deadline.at, "due_provisional": case.due_provisional or deadline.provisional}
    return changes


def _chosen(case: Case, report_ids: Sequence[UUID]) -> list[Report]:
    """The reports to split off, locked, the oldest first. What is left must still be a case."""
    rows = list(Report.objects.select_for_update().filter(case=case).order_by("pk"))
    chosen = [report for report in rows if report.pk in set(report_ids)]
    if len(chosen) < len(set(report_ids)):
        raise Refused("case.not_its_report")
    if chosen and len(chosen) == len(rows) and case.origin_kind in ("report", "case"):
        raise Refused("case.split_all")
    return sorted(chosen, key=lambda report: (report.received_at, report.pk))
