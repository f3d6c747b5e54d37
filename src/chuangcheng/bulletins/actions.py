"""Assembling and issuing the weekly report. It assembles itself; a person adds a note if there is something to say."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from chuangcheng.bulletins import figures
from chuangcheng.bulletins.models import Weekly
from chuangcheng.bulletins.states import WEEKLY
from chuangcheng.framework import selectors as framework
from chuangcheng.history import actions as history
from chuangcheng.history import outbox
from chuangcheng.kernel import clock, digest
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights

ISSUE = "bulletins.issue"


def assemble_week(*, actor: Actor, week_start: date) -> Weekly:
    """Make or renew the draft for the week from Monday ``week_start``. The system itself does so too."""
    rights.require_or_system(actor, ISSUE)
    edition = framework.current_edition()
    if edition is None:
        raise Refused("bulletins.no_edition")
    if week_start.weekday() != 0:
        raise Refused("bulletins.not_monday", day=week_start.isoformat())
    if week_start > clock.today().date():
        raise Refused("bulletins.future")
    found = figures.assemble(edition, week_start)
    with transaction.atomic():
        weekly = Weekly.objects.select_for_update().filter(edition=edition, week_start=week_start).first()
        fresh = weekly is None
        weekly = weekly or Weekly(edition=edition, week_start=week_start, issue=_next_issue(edition.pk))
        _require_draft(weekly)
        weekly.state = WEEKLY.next(weekly.state, "assemble")
        weekly.figures, weekly.assembled_at = found, clock.now()
        _record(weekly, "weekly.assembled", actor)
        weekly.save(force_insert=fresh)
    return weekly


def _next_issue(edition_id: UUID) -> int:
    newest = Weekly.objects.filter(edition=edition_id).aggregate(newest=Max("issue"))["newest"]
    return (newest or 0) + 1


def _require_draft(weekly: Weekly) -> None:
    if weekly.state != WEEKLY.initial:
        raise Refused("bulletins.already_issued", issue=weekly.issue)


def _record(weekly: Weekly, action: str, actor: Actor) -> None:
    """History keeps the digest of the figures, so that an issued report cannot be changed unseen."""
    after = {
        "state": weekly.state,
        "week_start": weekly.week_start.isoformat(),
        "issue": weekly.issue,
        "figures": figures_digest(weekly=weekly),
    }
    history.append(weekly, action, actor, after=after)


def figures_digest(*, weekly: Weekly) -> str:
    """What history remembers of the figures."""
    return digest.sha256(digest.canonical(weekly.figures))


def note_week(*, actor: Actor, weekly_id: UUID, note: str) -> Weekly:
    """Put the office's own words into a draft; the empty text takes them out."""
    rights.require(actor, ISSUE)
    with transaction.atomic():
        weekly = _locked(weekly_id)
        _require_draft(weekly)
        weekly.state = WEEKLY.next(weekly.state, "note")
        weekly.note = note.strip()
        _record(weekly, "weekly.noted", actor)
        weekly.save()
    return weekly


def issue_week(*, actor: Actor, weekly_id: UUID) -> Weekly:
    """Issue the report as it stands; from now on it does not change. Issuing twice is refused."""
    rights.require(actor, ISSUE)
    with transaction.atomic():
        weekly = _locked(weekly_id)
        _require_draft(weekly)
        weekly.state = WEEKLY.next(weekly.state, "issue")
        _record(weekly, "weekly.issued", actor)
        weekly.save()
        outbox.emit("weekly.issued", ("weekly", weekly.pk), {"week_start": weekly.week_start.isoformat()})
    return weekly


def _locked(weekly_id: UUID) -> Weekly:
    weekly = Weekly.objects.select_for_update(of=("self",)).select_related("edition").filter(pk=weekly_id).first()
    if weekly is None:
        raise Refused("common.not_found")
    return weekly


def assemble_last_week() -> Weekly | None:
    """What the worker does on Mondays: last week's draft, unless it is there already (then None)."""
    edition = framework.current_edition()
    today = clock.today().date()
    monday = today - timedelta(days=today.weekday() + 7)
    if edition is None or Weekly.objects.filter(edition=edition, week_start=monday).exists():
        return None
    return assemble_week(actor=SYSTEM, week_start=monday)
