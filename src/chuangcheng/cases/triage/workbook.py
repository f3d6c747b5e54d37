"""Messages out of a hotline's workbook, with or without their category; columns are found as the import finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chuangcheng.cases.hotline import WANTED
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.tables import Row, as_datetime, as_text, read_table
from chuangcheng.kernel.text import tidy
from chuangcheng.kernel.triage import duplicates
from chuangcheng.kernel.triage.duplicates import Message
from chuangcheng.kernel.triage.learning import Example

CATEGORY = ("一级分类", "案件类别", "诉求类别", "问题类别", "类别", "分类", "诉求类型")
#: From this likeness on two rows are the same message sent twice: never one to learn from and one to test on.
REPEATED = 0.6


@dataclass(frozen=True, slots=True)
class Told:
    """A row: ``row`` counts from 1 as the sheet does. ``at`` is None where the time is missing or unreadable."""

    row: int
    number: str
    text: str
    at: datetime | None
    writer: str
    category: str

    def message(self) -> Message:
        """For the comparison with others."""
        return Message(self.text, self.at, self.writer)


def read(path: Path | str, *, labelled: bool = False) -> list[Told]:
    """The rows that say something; with ``labelled`` only those with a category. Refuses ``tables.*``."""
    wanted: Mapping[str, tuple[str, ...]] = {**WANTED, **({"category": CATEGORY} if labelled else {})}
    optional = set(wanted) - ({"detail", "category"} if labelled else {"detail"})
    table = read_table(Path(path), name=Path(path).name, wanted=wanted, optional=optional)
    rows = [_told(row) for row in table.rows]
    return [one for one in rows if one.text and (one.category or not labelled)]


def _told(row: Row) -> Told:
    values = row.values
    return Told(
        row=row.number,
        number=as_text(values.get("number")),
        text=tidy(f"{as_text(values.get('subject'))}\n{as_text(values['detail'])}"),
        at=_time(values.get("time")),
        writer=as_text(values.get("user")),
        category=tidy(as_text(values.get("category"))),
    )


def _time(value: object) -> datetime | None:
    try:
        return as_datetime(value, clock.CITY_ZONE)
    except Refused:
        return None  # a message is no less a repeat because its time is unreadable


def examples(path: Path | str) -> list[Example]:
    """The labelled rows to learn from; rows that repeat each other share a group."""
    rows = read(path, labelled=True)
    groups = repeats([row.message() for row in rows])
    return [Example(row.text, row.category, groups.get(place, 0) or "") for place, row in enumerate(rows)]


def repeats(messages: list[Message]) -> dict[int, int]:
    """The number of the group (from 1) of each message that repeats another one."""
    found = duplicates.find(messages, alike=REPEATED)
    return {row: number for number, group in enumerate(found, 1) for row in group.rows}
