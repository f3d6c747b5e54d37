"""What is planned for a standard besides its duties: the evidence that will prove it, and by when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from chuangcheng.framework.documents import EDIT, EDITION_CACHE, refuse_frozen
from chuangcheng.framework.models import Edition, Evidence, Standard
from chuangcheng.history import actions as history
from chuangcheng.history import outbox, versions
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights


def plan_standards(
    *, actor: Actor, edition: Edition, standards: Collection[UUID], evidence: Iterable[str] | None = None,
    due_on: date | None = None,
) -> int:  # fmt: skip
    """Set kinds of evidence, a date, or both (None leaves as it is); returns how many standards changed.

    Refused: ``framework.unknown_evidence``, ``framework.frozen`` or ``dropped``, ``framework.unknown_standard`` for an
    id of another edition. Standards have no chain of their own: one row in the edition's history.
    """
    wanted = None if evidence is None else list(dict.fromkeys(evidence))
    for code in wanted or ():
        if code not in Evidence.values:
            raise Refused("framework.unknown_evidence", evidence=code)
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        refuse_frozen(locked)
        rows = {row.pk: row for row in locked.standards.filter(pk__in=standards)}
        for key in standards:
            if key not in rows:
                raise Refused("framework.unknown_standard", standard=str(key)[:8])
        changed = [row for row in rows.values() if _differs(row, wanted, due_on)]
        for row in changed:
            row.evidence = row.evidence if wanted is None else wanted
            row.due_on = due_on or row.due_on
        Standard.objects.bulk_update(changed, ["evidence", "due_on"], batch_size=500)
        if changed:
            after = {"standards": sorted(row.code for row in changed), "evidence": wanted, "due_on": due_on}
            history.append(locked, "edition.planned", actor, after=after)
            locked.save(update_fields=[*history.CHAIN_FIELDS])
            outbox.emit("edition.planned", ("edition", locked.pk), {"standards": len(changed)})
            versions.bump(EDITION_CACHE)
    return len(changed)


def _differs(row: Standard, evidence: list[str] | None, due_on: date | None) -> bool:
    return (evidence is not None and row.evidence != evidence) or (due_on is not None and row.due_on != due_on)
