"""The cycle on other pages: how long it is until the assessment, and what is frozen now."""

from __future__ import annotations

from typing import Any

from django import template

from chuangcheng.cycle import selectors
from chuangcheng.cycle.states import COVERS, CYCLE
from chuangcheng.web.pages import holds
from chuangcheng.web.problems import language

register = template.Library()


@register.inclusion_tag("web/parts/countdown.html", takes_context=True)
def countdown(context: template.Context) -> dict[str, Any]:
    """Year, phase and days left, for who may see the cycle; nothing before one was begun. No query as a rule."""
    may = holds(context["request"], "cycle.view")
    return {"at": selectors.position() if may else None}


@register.inclusion_tag("web/parts/frozen.html")
def frozen(what: str) -> dict[str, Any]:
    """A strip for each freeze that stops ``what`` (editions, duties, weights; "" for any) today."""
    return {"freezes": selectors.frozen(what)}


@register.filter
def cover_word(code: str) -> str:
    """What a freeze covers, in the reader's language."""
    return COVERS[code].text(language())


@register.filter
def status_word(code: str) -> str:
    """What a status of the city is called."""
    return CYCLE.state(code).label.text(language())
