"""Which columns follow from history, and keeping the words that are said beside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chuangcheng.history.folding import Folded
from chuangcheng.history.models import Chained
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.risks.models import Laggard, LaggardList, Risk, Rulebook, Sanction, Words

RISKS = Folded(Risk, (
    "number", "unit_id", "kind", "division_id", "severity", "likelihood", "score", "state", "owner_id",
    "due_on", "review_on", "task_id", "case_id", "rule", "rule_version", "subject", "window_on", "value", "base",
    "raised_at", "relieved_at", "closed_at",
))  # fmt: skip
LISTS = Folded(LaggardList, (
    "number", "code", "rule", "from_on", "to_on", "state", "until_on", "drafted_at", "drafted_by_id",
    "submitted_by_id", "issued_at", "issued_by_id",
))  # fmt: skip
LAGGARDS = Folded(Laggard, ("list_id", "unit_id", "place", "value", "base", "why", "state"))
SANCTIONS = Folded(Sanction, (
    "number", "item_id", "unit_id", "happened_on", "state", "evidence", "recorded_at", "recorded_by_id", "decided_at",
    "decided_by_id",
))  # fmt: skip
RULEBOOKS = Folded(Rulebook, ("version", "document", "made_at", "made_by_id"))
ALL = (RISKS, LISTS, LAGGARDS, SANCTIONS, RULEBOOKS)
LONGEST = 2000


def step(folded: Folded, row: Chained, verb: str, actor: Actor, changes: dict[str, Any], words: str = "") -> None:
    """Change a locked row and keep what was said. Refused: ``risk.too_long``."""
    said = tidy(words)
    if len(said) > LONGEST:
        raise Refused("risk.too_long", limit=LONGEST)
    told = {"words": digest_of("risks.words", said)} if said else {}
    folded.change(row, verb, actor, changes, **told)
    if said:
        Words.objects.create(
            subject_kind=folded.kind, subject_id=row.pk, seq=row.chain_seq, text=said, made_by_id=actor.person_id
        )


def said(kind: str, subject_id: UUID) -> dict[int, str]:
    """The words of a subject by the number of their history row."""
    rows = Words.objects.filter(subject_kind=kind, subject_id=subject_id)
    return dict(rows.values_list("seq", "text"))
