"""Units of measure of campaign targets."""

from __future__ import annotations

from decimal import Decimal

from chuangcheng.kernel.label import Label

MEASURES: dict[str, Label] = {
    "count": Label("个", ""),
    "times": Label("次", "times"),
    "persons": Label("人", "persons"),
    "places": Label("处", "places"),
    "plants": Label("株", "plants"),
    "bins": Label("只", "bins"),
    "spaces": Label("个泊位", "spaces"),
    "homes": Label("户", "households"),
    "m": Label("米", "m"),
    "km": Label("公里", "km"),
    "m2": Label("平方米", "m²"),
    "m3": Label("立方米", "m³"),
    "t": Label("吨", "t"),
    "pct": Label("%", "%"),
    "wan": Label("万元", "CNY 10,000"),
}
#: What is counted comes whole.
COUNTED = frozenset({"count", "times", "persons", "places", "plants", "bins", "spaces", "homes"})


def places(code: str, *given: Decimal) -> int:
    """How many decimals a value reckoned from the given ones is shown with: two, but for what is counted no more than
    they have themselves (a plan that runs through 311.13 today asks for 311)."""
    if code not in COUNTED:
        return 2
    exponents = [value.normalize().as_tuple().exponent for value in given]
    return max((-exponent for exponent in exponents if isinstance(exponent, int) and exponent < 0), default=0)


def code_of(word: str) -> str:
    """The code of a measure said by its code, its Chinese word or its English one; ValueError for any other."""
    asked = word.strip()
    for code, label in MEASURES.items():
        if asked and asked in (code, label.zh, label.en):
            return code
    raise ValueError(f"no measure {asked}")


def said(value: Decimal, code: str, language: str = "zh-hans") -> str:
    """``47,000 个泊位``, ``93.1%``: a value without idle zeros, in its measure."""
    whole, _, rest = f"{value:,f}".partition(".")
    rest = rest.rstrip("0")
    number = f"{whole}.{rest}" if rest else whole
    unit = MEASURES[code].text(language)
    return number + unit if unit in ("", "%") else f"{number} {unit}"
