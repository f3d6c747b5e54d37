"""The level of a risk as a mark: word and colour, never colour alone."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chuangcheng.kernel.risk_matrix import LEVELS
from chuangcheng.kernel.sanctions import KINDS, Effect
from chuangcheng.risks import selectors
from chuangcheng.web.problems import language

register = template.Library()
_TAGS = {"grave": "tag tag--red", "high": "tag tag--amber", "medium": "tag", "low": "tag"}


@register.filter
def level_mark(level: str) -> SafeString:
    """The level in the reader's language."""
    return format_html('<span class="{}">{}</span>', _TAGS[level], LEVELS[level].text(language()))


@register.filter
def effect_word(effect: Effect) -> str:
    """What an occurrence of the negative list leads to, in the reader's language."""
    return KINDS[effect.kind].text(language())


@register.simple_tag(takes_context=True)
def sees_negative(context: template.Context) -> bool:
    """Whether the negative list is worth a link for the reader; at most one query."""
    return selectors.sees_any_sanction(context["request"].actor)
