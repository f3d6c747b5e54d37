"""A unit's ledger of problems and risks: entered, assessed, handled, relieved, accepted, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import selectors as cases
from chuangcheng.framework.models import Standard
from chuangcheng.history import numbers, outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.risk_matrix import STEPS
from chuangcheng.kernel.text import tidy
from chuangcheng.people.models import Person, Unit
from chuangcheng.risks.facts import RISKS, step
from chuangcheng.risks.models import Risk, RiskKind
from chuangcheng.risks.policies import allow
from chuangcheng.risks.states import EDIT, RISK
from chuangcheng.risks.watch import PREFIX
from chuangcheng.tasks import selectors as tasks

#: Move → what else it sets beside the state; names are columns.
_SETS: dict[str, tuple[str, ...]] = {
    "handle": ("measures", "owner", "due_on", "review_on"),
    "assess": ("severity", "likelihood"),
    "review": ("review_on",),
    "accept": ("review_on",),
    "relapse": ("due_on",),
}


@dataclass(frozen=True, slots=True)
class RiskInput:
    """An entry of a unit's own."""

    unit: Unit
    matter: str
    severity: int
    likelihood: int
    kind: str = RiskKind.OTHER
    place: str = ""
    standard: Standard | None = None
    measures: str = ""
    owner: Person | None = None
    due_on: date | None = None
    review_on: date | None = None


def enter_risk(*, actor: Actor, given: RiskInput) -> Risk:
    """Enter a problem or risk in a unit's ledger. With measures and a date it is being handled at once.

    Refused: ``risk.no_text``, ``risk.outside_matrix``, ``risk.bad_kind``, ``risk.past``, ``risk.other_unit``.
    """
    allow(actor, EDIT, given.unit)
    if not tidy(given.matter):
        raise Refused("risk.no_text")
    if given.kind not in RiskKind.values:
        raise Refused("risk.bad_kind")
    _check(given.severity, given.likelihood, given.due_on, given.review_on)
    handled = bool(tidy(given.measures) and given.due_on)
    with transaction.atomic():
        risk = Risk(
            number=numbers.take(PREFIX, clock.now()), unit=given.unit, kind=given.kind, matter=tidy(given.matter)[:500],
            place=tidy(given.place)[:120], division=given.unit.division, standard=given.standard,
            severity=given.severity, likelihood=given.likelihood, score=given.severity * given.likelihood,
            state="handling" if handled else RISK.initial, measures=tidy(given.measures), owner=given.owner,
            due_on=given.due_on, review_on=given.review_on, raised_at=clock.now(),
        )  # fmt: skip
        RISKS.begin(risk, actor)
        outbox.emit("risk.entered", ("risk", risk.pk))
    return risk


def _check(severity: int, likelihood: int, *days: date | None) -> None:
    if severity not in STEPS or likelihood not in STEPS:
        raise Refused("risk.outside_matrix")
    if any(day is not None and day < clock.today().date() for day in days):
        raise Refused("risk.past")


def move_risk(*, actor: Actor, risk_id: UUID, move: str, words: str = "", **given: Any) -> Risk:
    """Take a move of the table; ``given`` may hold what the move sets: measures, owner, due_on, review_on, severity,
    likelihood. Refused: ``state.*``, ``risk.other_unit``, ``risk.outside_matrix``, ``risk.past``."""
    with transaction.atomic():
        risk = _locked(risk_id)
        allow(actor, RISK.move(move).permission, risk.unit)
        state = RISK.next(risk.state, move, words=tidy(words), **given)
        changes = {"state": state, **_changes(risk, move, given)}
        if move in ("relieve", "relapse", "reopen"):
            changes["relieved_at"] = clock.now() if move == "relieve" else None
        if move == "close":
            changes["closed_at"] = clock.now()
        step(RISKS, risk, move, actor, changes, words)
        outbox.emit(f"risk.{move}", ("risk", risk.pk))
    return risk


def _changes(risk: Risk, move: str, given: dict[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(_SETS.get(move, ()))
    if unknown:
        raise ValueError(f"{move} does not set {sorted(unknown)}")
    found = {name: value for name, value in given.items() if value not in (None, "")}
    severity, likelihood = int(found.get("severity", risk.severity)), int(found.get("likelihood", risk.likelihood))
    _check(severity, likelihood, found.get("due_on"), found.get("review_on"))
    if "owner" in found:
        found["owner_id"] = found.pop("owner").pk
    if move == "assess":
        found |= {"severity": severity, "likelihood": likelihood, "score": severity * likelihood}
    return found


def link_risk(*, actor: Actor, risk_id: UUID, number: str, words: str = "") -> Risk:
    """Say which task or case deals with it, by its number; one the actor sees. Refused: ``risk.unknown_work``."""
    wanted = number.strip()
    with transaction.atomic():
        risk = _locked(risk_id)
        allow(actor, EDIT, risk.unit)
        RISK.next(risk.state, "link", number=wanted)
        task = tasks.visible_to(actor).filter(number__iexact=wanted).first()
        case = None if task else cases.visible_cases(actor).filter(number__iexact=wanted).first()
        if task is None and case is None:
            raise Refused("risk.unknown_work", number=wanted[:30])
        change = {"task_id": task.pk} if task else {"case_id": case.pk if case else None}
        step(RISKS, risk, "link", actor, change, words)
    return risk


def _locked(risk_id: UUID) -> Risk:
    rows = Risk.objects.select_for_update(of=("self",)).select_related("unit__division")
    for risk in rows.filter(pk=risk_id):
        return risk
    raise Refused("common.not_found")
