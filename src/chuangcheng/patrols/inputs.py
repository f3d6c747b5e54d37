"""What an inspector hands in for one checklist item, and how it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from chuangcheng.framework.models import ChecklistItem
from chuangcheng.framework.rules import Rules
from chuangcheng.kernel import scoring
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos.actions import Declaration

NOT_APPLICABLE = "NA"
MAX_DEFECTS = 999
MAX_NOTE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInput:
    """``defects`` counts what is wrong; ``value`` is the number found or measured where the item asks for one.
    ``id`` comes from the client, so that sending twice records once."""

    item_code: str
    defects: int = 0
    value: Decimal | None = None
    not_applicable: bool = False
    note: str = ""
    photos: tuple[Declaration, ...] = ()
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Grade and exact share; ``severity`` of the case it opens, 0 when it opens none."""

    grade: str
    share: Fraction
    severity: int


def judge(item: ChecklistItem, given: CheckInput, rules: Rules) -> Judged:
    """The verdict by the item's scoring and the edition's grade shares. Refused: ``patrols.bad_result``."""
    if given.not_applicable:
        return Judged(NOT_APPLICABLE, Fraction(), 0)
    problem = not 0 <= given.defects <= MAX_DEFECTS or len(given.note) > MAX_NOTE
    if problem or (given.value is not None and not (given.value.is_finite() and 0 <= given.value < 10**9)):
        raise Refused("patrols.bad_result", item=item.code)
    try:
        verdict = scoring.judge_item(item.scoring, defects=given.defects, value=given.value)
    except ValueError:
        raise Refused("patrols.bad_result", item=item.code) from None
    share = rules.grade_shares.get(verdict.grade, verdict.share)
    return Judged(verdict.grade, share, 0 if verdict.grade == "A" else rules.grade_severity.get(verdict.grade, 1))
