"""A word on screen in both languages, for tables that the kernel owns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """Chinese first, English second."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """The word in ``language`` (``zh-hans`` or ``en``); anything else reads Chinese."""
        return self.en if language.startswith("en") else self.zh
