"""Filters for pages of scores, standards and documents."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext, gettext_noop

from chuangcheng.web.moments import Number

register = template.Library()

_METHODS = {
    "onsite": gettext_noop("实地考察"),
    "material": gettext_noop("材料审核"),
    "survey": gettext_noop("问卷调查"),
    "observation": gettext_noop("整体观察"),
}


@register.filter
def method_word(code: str) -> str:
    """An assessment method as a word; an unknown one as it stands."""
    return gettext(_METHODS[code]) if code in _METHODS else code


@register.filter
def hundredth(points: Number) -> float:
    """Points of 100 as a share of 1."""
    return float(points) / 100


@register.filter
def linked_rows(table: Any) -> list[tuple[tuple[str, ...], str]]:
    """The rows of a document's table, each with its address ("" where there is none)."""
    urls = table.urls or ("",) * len(table.rows)
    return list(zip(table.rows, urls, strict=True))
