"""What an import did: every row of the file is counted once, and every row left out is named with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused, said

#: Problems kept in full; beyond it only the counts grow, so that a wholly wrong file cannot fill the memory.
KEPT = 10_000


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one row: ``row`` counts from 1 as the sheet does, ``field`` is empty for the whole row.

    ``text`` must not repeat personal values of the row.
    """

    row: int
    field: str
    code: str
    text: Label | str

    @property
    def message(self) -> str:
        """The sentence in Chinese."""
        return self.said()

    def said(self, language: str = "zh-hans") -> str:
        """The sentence in the reader's language; one without a translation stays Chinese."""
        return said(self.text, language)

    @classmethod
    def of(cls, row: int, refused: Refused, field: str = "") -> RowProblem:
        """The problem of an action that refused this row."""
        return cls(row, field, refused.code, refused.label)


@dataclass(slots=True)
class ImportReport:
    """The summary of an import. ``rows`` counts the data rows of the file; ``extra`` holds an import's own figures."""

    rows: int = 0
    imported: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    problems_left_off: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    def note(self, problem: RowProblem) -> None:
        """Keep a remark about a row that was taken all the same."""
        if len(self.problems) < KEPT:
            self.problems.append(problem)
        else:
            self.problems_left_off += 1

    def reject(self, problem: RowProblem) -> None:
        """Count a row as rejected, with its reason."""
        self.rejected += 1
        self.note(problem)

    @property
    def unaccounted(self) -> int:
        """Rows that were neither imported, nor found unchanged, nor rejected: 0 in a finished import."""
        return self.rows - self.imported - self.unchanged - self.rejected

    def codes(self) -> dict[str, int]:
        """How many kept problems there are of each code, most frequent first."""
        counts: dict[str, int] = {}
        for problem in self.problems:
            counts[problem.code] = counts.get(problem.code, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def as_json(self, problems: int = 50, language: str = "zh-hans") -> dict[str, Any]:
        """Plain JSON with the first ``problems`` problems and the count of all of them by code."""
        return {
            "rows": self.rows,
            "imported": self.imported,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            **self.extra,
            "problem_codes": self.codes(),
            "problems": [
                {"row": p.row, "field": p.field, "code": p.code, "message": p.said(language)}
                for p in self.problems[:problems]
            ],
        }
