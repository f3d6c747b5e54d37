"""The one catalogue of problems: a stable code, a status, and a sentence in both languages.

Actions raise :class:`Refused`; doors turn it into ``application/problem+json`` or a message on the page.
The entries live in ``problem_texts/`` so that the docs, the API and the tests read the same list.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chuangcheng.kernel.label import Label


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry: ``code`` like ``case.not_holder``, HTTP ``status`` and a sentence with ``{named}`` holes."""

    code: str
    status: int
    sentence: Label


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one value: ``row`` counts from 1 as the sheet does, None outside of imports."""

    field: str
    code: str
    text: Label | str
    row: int | None = None

    @property
    def message(self) -> str:
        """The sentence in Chinese."""
        return self.said()

    def said(self, language: str = "zh-hans") -> str:
        """The sentence in the reader's language; one without a translation stays Chinese."""
        return said(self.text, language)

    def as_json(self, language: str = "zh-hans") -> dict[str, object]:
        """Plain JSON with the sentence in the reader's language."""
        return {"field": self.field, "code": self.code, "message": self.said(language), "row": self.row}


def said(text: Label | str, language: str) -> str:
    """A sentence in ``language``, as far as it has one for it."""
    return text.text(language) if isinstance(text, Label) else text


class Refused(Exception):
    """An action will not be done. Carries the catalogue's code, its parameters and the fields to blame.

    A parameter that is a :class:`~chuangcheng.kernel.label.Label` is said in the reader's language.
    """

    def __init__(self, code: str, *, fields: tuple[FieldProblem, ...] = (), **params: object) -> None:
        super().__init__(code)
        self.problem = catalogue()[code]
        self.params = params
        self.fields = fields

    @property
    def code(self) -> str:
        """The stable code."""
        return self.problem.code

    def message(self, language: str = "zh-hans") -> str:
        """The sentence for a person, in their language."""
        said = {name: it.text(language) if isinstance(it, Label) else it for name, it in self.params.items()}
        return self.problem.sentence.text(language).format(**said)

    @property
    def label(self) -> Label:
        """The sentence in both languages."""
        return Label(self.message(), self.message("en"))

    def __str__(self) -> str:
        return f"{self.code}: {self.message()}"


@cache
def catalogue() -> dict[str, Problem]:
    """Every problem by code, from ``kernel/problem_texts/*.toml`` (one file a room)."""
    folder = Path(__file__).with_name("problem_texts")
    entries: dict[str, Problem] = {}
    for path in sorted(folder.glob("*.toml")):
        for room, texts in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for name, entry in texts.items():
                code = f"{room}.{name}"
                entries[code] = Problem(code, entry["status"], Label(entry["zh"], entry["en"]))
    return entries
