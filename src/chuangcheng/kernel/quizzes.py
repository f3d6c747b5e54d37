"""A short quiz: questions with one, several or true-or-false answers, and how many of them somebody got right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chuangcheng.kernel.label import Label

LEAST, MOST = 3, 20
LETTERS = "ABCDEF"
KINDS: dict[str, Label] = {
    "one": Label("单选", "One answer"),
    "many": Label("多选", "Several answers"),
    "truth": Label("判断", "True or false"),
}
TRUTH = ("正确", "错误")
_TRUE = {"对": 0, "正确": 0, "√": 0, "true": 0, "错": 1, "错误": 1, "×": 1, "false": 1}


@dataclass(frozen=True, slots=True)
class Question:
    """``right`` are places in ``options``, from 0, in order."""

    kind: str
    text: str
    options: tuple[str, ...]
    right: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def of_json(cls, given: dict[str, Any]) -> Question:
        """The question that :meth:`as_json` wrote."""
        return cls(given["kind"], given["text"], tuple(given["options"]), tuple(given["right"]))


def read_right(kind: str, text: str, count: int) -> tuple[int, ...] | None:
    """The right places out of ``B``, ``A C``, ``对``; None if it cannot be: a letter without an option, one answer
    where several belong or several where one does."""
    said = text.strip()
    if kind == "truth":
        return (_TRUE[said.lower()],) if said.lower() in _TRUE else None
    letters = [letter for letter in said.upper() if letter not in " ,，、;；"]
    places = sorted({LETTERS.find(letter) for letter in letters})
    sound = bool(places) and places[0] >= 0 and places[-1] < count and len(places) == len(letters)
    return tuple(places) if sound and (len(places) == 1) == (kind == "one") else None


def points(questions: Sequence[Question], chosen: Sequence[Sequence[int]]) -> int:
    """How many questions were answered with exactly what is right; one that was left open is not."""
    return sum(sorted(set(picked)) == list(each.right) for each, picked in zip(questions, chosen, strict=False))
