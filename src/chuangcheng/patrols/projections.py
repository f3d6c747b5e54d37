"""Checks as history tells them, and what a visit counts from its checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.patrols.facts import check_facts, score_of
from chuangcheng.patrols.inputs import NOT_APPLICABLE
from chuangcheng.patrols.models import Check, Visit

_CHUNK = 2000
_STEPS = ("visit.started", "visit.finished", "visit.abandoned")


def check() -> Iterator[Difference]:
    """Checks that are not what was recorded, and visits that count or score them wrongly."""
    for stored, told in _compared():
        facts = _facts(stored) if stored else {}
        if facts != told:
            names = sorted(name for name in told.keys() | facts.keys() if told.get(name) != facts.get(name))
            yield Difference(f"check {told.get('id') or facts['id']}", f"{', '.join(names)} differ from history")
    for visit, wanted in _wanted():
        for name, value in wanted.items():
            if getattr(visit, name) != value:
                yield Difference(f"visit {visit.number}", f"{name} is {getattr(visit, name)}, should be {value}")


def rebuild() -> int:
    """Write checks as history tells them, then count the visits again. A check that is gone is named, not invented."""
    written = 0
    for stored, told in _compared():
        if stored and told and _facts(stored) != told:
            share = Fraction(told["share"])
            written += Check.objects.filter(pk=stored.pk).update(
                visit_id=told["visit"], item_id=told["item"], defects=told["defects"], grade=told["grade"],
                share_num=share.numerator, share_den=share.denominator, case_id=told["case"],
                value=None if told["value"] is None else Decimal(told["value"]),
            )  # fmt: skip
    for visit, wanted in _wanted():
        if any(getattr(visit, name) != value for name, value in wanted.items()):
            written += Visit.objects.filter(pk=visit.pk).update(**wanted)
    return written


def _compared() -> Iterator[tuple[Check | None, dict[str, Any]]]:
    """Every check beside what history tells of it; either may be missing."""
    rows = Event.objects.filter(subject_kind="visit", action="visit.checked").values_list("subject_id", "after")
    told = {
        UUID(facts["id"]): {**facts, "visit": str(visit)}
        for visit, after in rows.iterator(chunk_size=_CHUNK)
        for facts in after["checks"]
    }
    for stored in Check.objects.iterator(chunk_size=_CHUNK):
        yield stored, told.pop(stored.pk, {})
    for facts in told.values():
        yield None, facts


def _facts(check: Check) -> dict[str, Any]:
    return {**check_facts(check), "visit": str(check.visit_id)}


def _wanted() -> Iterator[tuple[Visit, dict[str, Any]]]:
    """Every visit with what its checks and its history make of it."""
    rows: dict[UUID, list[tuple[str, int, int, UUID | None]]] = {}
    listed = Check.objects.values_list("visit_id", "grade", "share_num", "share_den", "case_id")
    for visit_id, *row in listed.iterator(chunk_size=_CHUNK):
        rows.setdefault(visit_id, []).append(tuple(row))  # type: ignore[arg-type]
    told = _told()
    for visit in Visit.objects.iterator(chunk_size=_CHUNK):
        checks = rows.get(visit.pk, [])
        wanted = told.get(visit.pk, {"state": "open", "finished_at": None})
        done = wanted["state"] == "finished"
        yield (
            visit,
            {
                "checked": sum(row[0] != NOT_APPLICABLE for row in checks),
                "failed": sum(row[3] is not None for row in checks),
                "score": score_of(row[:3] for row in checks) if done else None,
                **wanted,
            },
        )


def _told() -> dict[UUID, dict[str, Any]]:
    """Of every visit what its history says: where, how, by whom, and how it ended."""
    rows = Event.objects.filter(subject_kind="visit", action__in=_STEPS).order_by("seq")
    found: dict[UUID, dict[str, Any]] = {}
    for visit, action, person, after in rows.values_list("subject_id", "action", "actor_person", "after").iterator(
        chunk_size=_CHUNK
    ):
        facts = found.setdefault(visit, {"finished_at": None})
        facts["state"] = after["state"]
        if action == "visit.started":
            facts |= {"number": after["number"], "site_id": UUID(after["site"]), "mode": after["mode"],
                      "unit_id": UUID(after["unit"]), "inspector_id": person}  # fmt: skip
        elif action == "visit.finished":
            facts["finished_at"] = datetime.fromisoformat(after["finished_at"])
    return found


register("visits", check, rebuild)
