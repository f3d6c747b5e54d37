"""What a secretary enters of a leader's instruction, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.cases import inputs
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem

MAX_TEXT = 2000
MOST_UNITS = 60
#: What was said longer ago than this, or is to be answered later than this, is a slip of the pen.
OLDEST, LATEST = timedelta(days=366), timedelta(days=731)
FORMS = ("written", "spoken")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionInput:
    """``id`` comes from the form, so that sending it twice enters it once. ``due_on`` is the last day of the reply,
    ``link`` the number of a case or report ("" for none)."""

    id: UUID
    leader_id: UUID
    text: str
    unit_ids: tuple[UUID, ...]
    given_on: date
    due_on: date
    form: str = "written"
    link: str = ""

    def body(self, scan: str) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        values = {name: getattr(self, name) for name in ("id", "leader_id", "text", "form", "link")}
        days = {"given_on": self.given_on.isoformat(), "due_on": self.due_on.isoformat()}
        return {**values, **days, "unit_ids": sorted(map(str, self.unit_ids)), "scan": scan}

    @property
    def due_at(self) -> datetime:
        """The end of the day on which the reply is due."""
        return end_of(self.due_on)


def end_of(day: date) -> datetime:
    """The last second of the city's day."""
    return datetime.combine(day, time(23, 59, 59), CITY_ZONE)


def check(given: InstructionInput, now: datetime) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    inputs.refuse([*_words(given), *_units(given), *_days(given, now.astimezone(CITY_ZONE).date())])


def check_later(due_on: date, due_at: datetime, now: datetime) -> None:
    """``common.invalid`` unless the new last day lies after the one that stands, not in the past and not too far."""
    today = now.astimezone(CITY_ZONE).date()
    if not max(today, due_at.astimezone(CITY_ZONE).date() + timedelta(days=1)) <= due_on <= today + LATEST:
        inputs.refuse(
            [
                FieldProblem(
                    "due_on",
                    "range",
                    Label(
                        "新的答复日期应晚于原定日期和今天，两年以内",
                        "The new reply day lies after the one that stands and after today, within two years",
                    ),
                )
            ]
        )


def _words(given: InstructionInput) -> Iterator[FieldProblem]:
    if not given.text.strip():
        yield FieldProblem("text", "required", Label("请写明批示内容", "Say what was instructed"))
    elif len(given.text) > MAX_TEXT or "\0" in given.text:
        yield FieldProblem(
            "text",
            "length",
            Label(f"最多 {MAX_TEXT} 字，不能有非法字符", f"At most {MAX_TEXT} characters, none of them forbidden"),
        )
    if given.form not in FORMS:
        yield FieldProblem("form", "choice", Label("请选择书面批示或口头交办", "Choose written or spoken"))


def _units(given: InstructionInput) -> Iterator[FieldProblem]:
    if not given.unit_ids:
        yield FieldProblem("units", "required", Label("至少选一个承办单位", "Choose at least one unit"))
    elif len(given.unit_ids) > MOST_UNITS or len(set(given.unit_ids)) < len(given.unit_ids):
        yield FieldProblem(
            "units", "count", Label(f"承办单位不能重复，最多 {MOST_UNITS} 个", f"No unit twice, at most {MOST_UNITS}")
        )


def _days(given: InstructionInput, today: date) -> Iterator[FieldProblem]:
    if not today - OLDEST <= given.given_on <= today:
        yield FieldProblem(
            "given_on",
            "range",
            Label(
                "批示日期不能晚于今天，也不能早于一年前",
                "The instruction was given not after today and not longer than a year ago",
            ),
        )
    if not max(today, given.given_on) <= given.due_on <= today + LATEST:
        yield FieldProblem(
            "due_on",
            "range",
            Label("答复日期应在今天以后、两年以内", "The reply is due from today on, within two years"),
        )
