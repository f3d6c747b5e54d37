"""A shop's compliance 履约, from its checks alone: for those who work on it, never public, no credit record.

The formula is data (``compliance.toml``) and stands in words beside every figure that it makes.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.fields import CharField, IntegerField
from django.db.models.functions import Coalesce

from chuangcheng.kernel.label import Label
from chuangcheng.sites.shops.models import ASPECTS, Shop, ShopCheck

DUTIES = {
    "hygiene": Label("卫生", "Hygiene"),
    "greening": Label("绿化", "Greenery"),
    "order": Label("秩序", "Order"),
}
UNKNOWN = "none"


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and the least share that earns it."""

    code: str
    share: Fraction
    label: Label


@dataclass(frozen=True, slots=True)
class Formula:
    """Over how many days, with which weights, and which share earns which grade (best first)."""

    days: int
    weights: dict[str, int]
    grades: tuple[Grade, ...]

    def grade(self, kept: int, judged: int) -> str:
        """The grade of weighted duties kept and judged; :data:`UNKNOWN` where nothing was judged."""
        if not judged:
            return UNKNOWN
        return next(grade.code for grade in self.grades if Fraction(kept, judged) >= grade.share)

    def label(self, code: str) -> Label:
        """The grade's word."""
        return next((grade.label for grade in self.grades if grade.code == code), Label("无检查", "No checks"))

    @property
    def sentence(self) -> Label:
        """The formula in words."""
        zh = "、".join(f"{DUTIES[name].zh} {weight}" for name, weight in self.weights.items())
        en = ", ".join(f"{DUTIES[name].en.lower()} {weight}" for name, weight in self.weights.items())
        bounds_zh = "；".join(f"≥ {float(grade.share):.0%} {grade.label.zh}" for grade in self.grades[:-1])
        bounds_en = "; ".join(f"≥ {float(grade.share):.0%} {grade.label.en.lower()}" for grade in self.grades[:-1])
        last = self.grades[-1].label
        return Label(
            f"近 {self.days} 天检查中，合格项 ÷ 已查项（权重：{zh}）：{bounds_zh}；其余{last.zh}。"
            "内部使用，不公开，不作信用记录。",
            f"Of the last {self.days} days' checks: duties kept ÷ judged (weights: {en}): {bounds_en}; else "
            f"{last.en.lower()}. Internal, never public, no credit record.",
        )


@cache
def formula() -> Formula:
    """The formula in force."""
    table = tomllib.loads(Path(__file__).with_name("compliance.toml").read_text(encoding="utf-8"))
    grades = tuple(
        Grade(row["code"], Fraction(str(row["share"])), Label(row["zh"], row["en"])) for row in table["grades"]
    )
    return Formula(table["days"], {name: table["weights"][name] for name in ASPECTS}, grades)


def since(now: datetime) -> datetime:
    """From when on checks count."""
    return now - timedelta(days=formula().days)


def counted(now: datetime) -> QuerySet[ShopCheck]:
    """The checks that count now."""
    return ShopCheck.objects.filter(happened_at__gte=since(now), happened_at__lte=now)


def weighed(which: str) -> Sum:
    """The weighted sum of duties ``kept`` or ``judged`` over checks."""
    total: Any = None
    for name, weight in formula().weights.items():
        judged = Q(**{name: True}) if which == "kept" else Q(**{f"{name}__isnull": False})
        part = Case(When(judged, then=Value(weight)), default=Value(0), output_field=IntegerField())
        total = part if total is None else total + part
    return Sum(total)


def graded(rows: QuerySet[Shop], now: datetime) -> QuerySet[Shop]:
    """The shops with ``kept``, ``judged``, ``checks``, ``last_check`` and ``grade`` beside them."""
    mine = counted(now).filter(shop=OuterRef("pk")).order_by().values("shop")
    last = ShopCheck.objects.filter(shop=OuterRef("pk")).order_by("-happened_at").values("happened_at")[:1]

    def one(aggregate: Sum | Count) -> Coalesce:
        return Coalesce(Subquery(mine.annotate(value=aggregate).values("value"), output_field=IntegerField()), 0)

    rows = rows.annotate(kept=one(weighed("kept")), judged=one(weighed("judged")), checks_made=one(Count("pk")),
                         last_check=Subquery(last))  # fmt: skip
    whens = [
        # kept ÷ judged ≥ share without a division: whole numbers on both sides.
        When(judged__gt=0, kept__gte=F("judged") * 1.0 * float(grade.share) - 1e-9, then=Value(grade.code))
        for grade in formula().grades
    ]
    return rows.annotate(grade=Case(*whens, default=Value(UNKNOWN), output_field=CharField()))
