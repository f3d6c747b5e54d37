"""The search for an owner on the page of its case: the units that were asked, and what each has said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chuangcheng.cases import owners
from chuangcheng.cases.models import Case, OwnerAsk, OwnerSearch
from chuangcheng.cases.states import NOBODYS, OWNER_WHYS
from chuangcheng.cases.timeline import Entry
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label


@dataclass(frozen=True)
class Asked:
    """One question: ``silent`` once its time has passed without a word, ``late`` where the word came after it."""

    ask: OwnerAsk
    words: str
    silent: bool
    late: bool


@dataclass(frozen=True)
class Search:
    """One search as the page tells it."""

    row: OwnerSearch
    why: Label
    asked: list[Asked]
    words: str
    reason: Label | None


def of_case(case: Case, entries: Sequence[Entry]) -> list[Search]:
    """Every search of the case, the newest first; the words are those of the story, as this reader may read them."""
    now, said = clock.now(), {(entry.action, entry.at, entry.unit): entry.note for entry in entries}
    return [_search(row, said, now) for row in owners.searches_of(case)]


def _search(row: OwnerSearch, said: dict[tuple[str, datetime, str], str], now: datetime) -> Search:
    ended = [note for (action, at, _), note in said.items() if at == row.ended_at and action in _ENDS]
    return Search(
        row, OWNER_WHYS[row.why], [_asked(ask, said, now) for ask in sorted(row.asks.all(), key=_official)],
        next(iter(ended), ""), NOBODYS.get(row.reason_code),
    )  # fmt: skip


_ENDS = ("case.owner_named", "case.owner_ruled", "case.owner_denied")


def _official(ask: OwnerAsk) -> tuple[datetime, int, str]:
    return (ask.asked_at, ask.unit.official_order, ask.unit.code)


def _asked(ask: OwnerAsk, said: dict[tuple[str, datetime, str], str], now: datetime) -> Asked:
    at = ask.answered_at
    words = said.get(("case.owner_answered", at, ask.unit.short_name), "") if at else ""
    return Asked(ask, words, silent=not ask.answer and ask.due_at < now, late=at is not None and at > ask.due_at)
