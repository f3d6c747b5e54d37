"""How something is scored, in words: the rule of a checklist item, of a standard, of an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.indicators.periods import name_of
from chuangcheng.kernel.scoring import KINDS, parse_item
from chuangcheng.web.moments import Number
from chuangcheng.web.problems import language

GRADES = ("A", "B", "C", "C#")
SIGNS = {">=": "≥", ">": "＞", "<=": "≤", "<": "＜"}
SHARES = {"ratio", "coverage"}  # units in which a bound of 1 is written as 100 %
LEVELS = {
    "conform": gettext_lazy("符合"),
    "basic": gettext_lazy("基本符合"),
    "partial": gettext_lazy("部分符合"),
    "missing": gettext_lazy("缺失"),
}


def item_words(scoring: str) -> str:
    """A checklist item's scoring string, ``quota:1/200m`` as ``数量要求 1/200 m``; an unknown one as it stands."""
    try:
        rule = parse_item(scoring)
    except ValueError:
        return scoring
    said = KINDS[rule.kind].text(language())
    if rule.bound is None:
        return said
    bound = plain(float(rule.bound)) + (f" {rule.unit}" if rule.unit else "")
    return f"{said} {'≤ ' if rule.at_most else ''}{bound}{f'/{rule.metres} m' if rule.metres else ''}"


def rule_lines(scoring: Mapping[str, Any]) -> list[str]:
    """A standard's scoring in lines: the kind, then what each grade asks."""
    kind = str(scoring.get("kind", ""))
    lines = [KINDS[kind].text(language()) if kind in KINDS else kind]
    sign, unit = SIGNS.get(str(scoring.get("op", "")), ""), str(scoring.get("unit", ""))
    asked = [f"{grade} {sign}{_bound(scoring[grade], unit)}" for grade in GRADES if grade in scoring]
    if asked:
        lines.append("，".join(asked) if language().startswith("zh") else ", ".join(asked))
    if "target" in scoring:
        lines.append(_("目标 %s") % f"{sign}{_bound(scoring['target'], unit)}")
    if "defects" in scoring:
        lines.append(_("缺陷数 %s") % _joined(scoring["defects"]))
    if "required" in scoring:
        lines.append(_("要求 %s") % f"{plain(scoring['required'])} {unit}".strip())
    if "deduct_per_missing" in scoring:
        lines.append(_("每缺一项扣 %s 分") % plain(scoring["deduct_per_missing"]))
    if "criteria" in scoring:
        lines.append(_("共 %s 项") % plain(scoring["criteria"]))
    shares = kind != "criteria_count"
    lines += [_joined(scoring[name], as_share=shares) for name in ("levels", "option_values") if name in scoring]
    return lines


def _joined(levels: Mapping[str, Any], *, as_share: bool = False) -> str:
    return " · ".join(
        f"{LEVELS.get(name, name)} {'—' if value is None else f'{float(value):.0%}' if as_share else plain(value)}"
        for name, value in levels.items()
    )


def _bound(value: Any, unit: str) -> str:
    return f"{plain(float(value) * 100)}%" if unit in SHARES else f"{plain(value)} {unit}".strip()


def plain(value: Any) -> str:
    """A number without needless zeros, at most four decimals."""
    text = f"{Decimal(str(value)):.4f}"
    return text.rstrip("0").rstrip(".")


def period_words(frequency: str, start: date) -> str:
    """The period of a reading: ``2026年8月``; in English by its first month."""
    return name_of(frequency, start) if language().startswith("zh") else f"{start:%Y-%m}"


def points(value: Number | None, digits: int = 2) -> str:
    """Points with at most two decimals: what stands behind the point decides a rank. An em dash where nothing is."""
    if value is None:
        return "—"
    text = f"{float(value):,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def tongue(row: Any) -> str:
    """A reference row's text in the page's language: ``en`` where it is asked for and there, else ``zh``."""
    english = getattr(row, "en", "") if language().startswith("en") else ""
    return str(english or row.zh)


_WHO = {
    "all": gettext_lazy("一律"),
    "title_holder": gettext_lazy("已获称号"),
    "nominee": gettext_lazy("提名城市"),
    "applicant": gettext_lazy("申报城市"),
}
_EFFECTS = {
    "ineligible": gettext_lazy("取消申报资格"),
    "suspend title 1 year": gettext_lazy("停止称号一年"),
    "deduct 3 points in that year": gettext_lazy("当年扣3分"),
    "title revoked or suspended": gettext_lazy("撤销或停止称号"),
    "deduct or suspend": gettext_lazy("扣分或停止称号"),
}


def sanctions(effect: Mapping[str, Any]) -> list[str]:
    """What a line of the negative list leads to, for whom; a city's own words stay as they are."""
    said = [
        f"{_WHO[who]}: {_EFFECTS.get(what, what)}"
        for who, what in effect.items() if who in _WHO
    ]  # fmt: skip
    if "window_months" in effect:
        said.append(_("申报前 %(n)s 个月内发生") % {"n": effect["window_months"]})
    return said + [f"{name}: {what}" for name, what in effect.items() if name not in {*_WHO, "window_months"}]
