"""Locking a row that the actor may see, and asking whether a move is theirs. Call inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from chuangcheng.cases import policies
from chuangcheng.cases.models import Case, Petition, Report
from chuangcheng.cases.states import CASE
from chuangcheng.history.prepared import Read, key
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post

_found = Read(lambda: Case.objects.filter(pk=key("pk")))
_locked = Read(lambda: Case.objects.select_for_update().filter(pk=key("pk")))
_locked_report = Read(lambda: Report.objects.select_for_update().filter(pk=key("pk")))


def lock_case(actor: Actor, case_id: UUID) -> Case:
    """The case under its row lock, or ``common.not_found`` for who may not see it."""
    return _seen_by(actor, _locked(pk=case_id))


def find_case(actor: Actor, case_id: UUID) -> Case:
    """As :func:`lock_case`, without the lock: for a look before long work."""
    return _seen_by(actor, _found(pk=case_id))


def _seen_by(actor: Actor, rows: Iterable[Case]) -> Case:
    # By primary key alone: the rows in reach are a wide query, and most actors are seen to be near without it.
    for case in rows:
        if policies.sees_case(actor, case):
            return case
    raise Refused("common.not_found")


def lock_report(actor: Actor, report_id: UUID) -> Report:
    """The report under its row lock, or ``common.not_found``."""
    for report in _locked_report(pk=report_id):
        if policies.sees_report(actor, report):
            return report
    raise Refused("common.not_found")


def permit(actor: Actor, case: Case, move: str, petition: Petition | None = None) -> Post:
    """The actor's post if it may take ``move`` on this case; the table is asked first, so that a stale page reads
    "already dispatched" instead of "not yours"."""
    post = rights.require(actor, CASE.move(move).permission)
    if case.state not in CASE.move(move).sources:
        CASE.next(case.state, move)
    policies.allow(post, case, move, petition)
    return post
