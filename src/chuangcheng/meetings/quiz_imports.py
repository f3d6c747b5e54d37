"""The questions of a quiz out of a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.quizzes import KINDS, LEAST, LETTERS, MOST, TRUTH, Question, read_right
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.meetings.actions import set_questions
from chuangcheng.meetings.policies import allow
from chuangcheng.meetings.quiz_selectors import quiz_of
from chuangcheng.sites import sheets
from chuangcheng.sites.sheets import Blamed, Reader, Sheet

_OPTIONS = {letter.lower(): ((f"选项{letter}", f"option {letter}"), "判断题不填") for letter in LETTERS}
SHEET = Sheet(
    "题目",
    {
        "kind": (("题型", "kind"), "必填"), "code": (("题目", "question"), "必填；不重复"), **_OPTIONS,
        "right": (("答案", "answer"), "必填；单选填一个字母，多选如 AC，判断填对或错"),
    },
    required=("kind", "code", "right"),
    lists={"kind": [label.zh for label in KINDS.values()]},
)  # fmt: skip


def import_questions(
    actor: Actor, meeting_id: UUID, path: Path | bytes, *, name: str = "", preview: bool = False
) -> ImportReport:
    """Read the sheet 题目; it replaces what stood there before the quiz was opened. Refused: ``quiz.count``."""
    meeting, _quiz = quiz_of(actor, meeting_id)
    allow(actor, meeting.unit)
    found: list[Question] = []

    def take(reader: Reader) -> bool:
        found.append(_question(reader))
        return True

    def write() -> None:
        set_questions(actor=actor, meeting_id=meeting_id, questions=found)

    rows = SHEET.rows(path, name)
    if not LEAST <= len(rows) <= MOST:
        raise Refused("quiz.count", least=LEAST, most=MOST, count=len(rows))
    return sheets.run(SHEET, rows, take, write, preview=preview)


def _question(reader: Reader) -> Question:
    kind = reader.one_of("kind", sheets.by_word(KINDS), "one")
    told = [reader.text(letter.lower()) for letter in LETTERS]
    options = TRUTH if kind == "truth" else tuple(filter(None, told))
    if kind != "truth" and (len(options) < 2 or any(told[len(options) :])):
        raise Blamed("a", Refused("quiz.options"))
    right = read_right(kind, reader.text("right"), len(options))
    if right is None:
        raise Blamed("right", Refused("quiz.right", given=reader.text("right")[:20]))
    return Question(kind, reader.text("code")[:300], tuple(each[:120] for each in options), right)


def write_template(path: Any) -> None:
    """The empty workbook."""
    sheets.write_template(SHEET, path)
