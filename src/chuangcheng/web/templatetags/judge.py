"""Filters for pages of scores, standards and documents."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext, gettext_noop

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Evidence
from chuangcheng.framework.time_rules import named
from chuangcheng.indicators import selectors as indicators
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.indicators.stand import stand_of
from chuangcheng.kernel.plausible import DOUBTS
from chuangcheng.people.models import Unit
from chuangcheng.sites.shops import compliance
from chuangcheng.web import scored
from chuangcheng.web.moments import Number, figure
from chuangcheng.web.problems import language

register = template.Library()
register.filter("item_words", scored.item_words)
register.filter("rule_lines", scored.rule_lines)
register.filter("points", scored.points)
register.filter("sanctions", scored.sanctions)
register.filter("stand", stand_of)

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
def evidence_word(code: str) -> str:
    """A kind of evidence as a word; an unknown one as it stands."""
    return gettext(str(Evidence(code).label)) if code in Evidence.values else code


@register.filter
def category_word(code: str) -> str:
    """A case category's name; an unknown code as it stands. From the process's cache."""
    found = framework.category(code)
    return found.zh if found else code


@register.filter
def rule_category(prefix: str) -> str:
    """What the category prefix of a rule is called."""
    if not prefix:
        return gettext("全部类别")
    return named(prefix, {category.code: category for category in framework.categories()}) or prefix


@register.filter
def role_units(code: str) -> str:
    """The units that answer for a role of the framework, by name; the code where nobody does."""
    names = Unit.objects.filter(role_code=code).order_by("official_order").values_list("short_name", flat=True)[:6]
    return "、".join(names) or code


@register.filter
def period(indicator: Indicator, reading: Reading) -> str:
    """The period of a reading."""
    return scored.period_words(indicator.frequency, reading.period_start)


@register.filter
def written(reading: Reading) -> str:
    """The value of a reading as offices write it: ``93.1%``, ``9.2 m²``."""
    return indicators.written(reading.indicator, reading.value)


@register.filter
def doubt_word(code: str) -> str:
    """What speaks against a reading, as words."""
    return DOUBTS[code].text(language()) if code in DOUBTS else code


@register.filter
def hundredth(points: Number) -> float:
    """Points of 100 as a share of 1."""
    return float(points) / 100


@register.inclusion_tag("web/parts/bar.html")
def points_bar(value: Number | None) -> dict[str, Any]:
    """Points of 100 as a bar with the points beside it, to two places: they stand below each other."""
    width = min(max(float(value), 0.0), 100.0) if value is not None else 0
    return {"width": f"{width:.2f}", "tone": "", "text": figure(value, 2)}


@register.filter
def figure_name(figure: dict[str, Any]) -> str:
    """What a weekly report's figure is called."""
    label: dict[str, str] = figure["label"]
    return label["en" if language().startswith("en") else "zh"]


@register.filter
def linked_rows(table: Any) -> list[list[tuple[str, bool, str]]]:
    """The cells of a document's table: text, whether it stands to the right, and the address on the row's first
    word ("" elsewhere)."""
    urls = table.urls or ("",) * len(table.rows)
    word = table.right.index(False)
    return [
        [(text, table.right[column], url if column == word else "") for column, text in enumerate(row)]
        for row, url in zip(table.rows, urls, strict=True)
    ]


@register.filter
def unbroken(text: str) -> bool:
    """Whether a cell holds a code or a day, which is never cut at its hyphens."""
    return len(text) <= 16 and text.isascii() and " " not in text


@register.filter
def heads(table: Any) -> list[tuple[str, bool]]:
    """The heads of a document's table, and whether each stands to the right."""
    return list(zip(table.headers, table.right, strict=True))


@register.filter
def compliance_word(shop: Any) -> str:
    """A shop's compliance grade in words; ``shop`` comes from ``compliance.graded``."""
    return compliance.formula().label(shop.grade).text(language())


@register.filter
def duty_word(name: str) -> str:
    """One of the three duties of a shop's front."""
    return compliance.DUTIES[name].text(language())
