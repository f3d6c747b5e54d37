"""Documents in templates: where the words that were searched for stand, and whether one has run out."""

from __future__ import annotations

from django import template

from chuangcheng.history.pairs import words_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.passages import passages
from chuangcheng.library.models import Document

register = template.Library()


@register.filter
def passages_of(row: Document) -> list[list[tuple[str, bool]]]:
    """Passages of a document that a search has found, from its text or, where none is there, from its remarks."""
    words = words_of(row.asked)  # type: ignore[attr-defined]
    content = row.current.content if row.current else ""
    return passages(content, words) or passages(row.remarks, words)


@register.filter
def run_out(row: Document) -> bool:
    """Whether a document in force is past its last day."""
    return row.has_run_out(clock.today().date())
