"""Which version of a definition judges which period: the newest of those that were in force for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from chuangcheng.indicators.models import Definition, Indicator


class Rulebook:
    """The versions of some indicators, read in one query."""

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._versions: dict[UUID, list[Definition]] = defaultdict(list)
        for version in Definition.objects.filter(indicator__in=list(indicators)).order_by("-number"):
            self._versions[version.indicator_id].append(version)

    def at(self, indicator: Indicator, period_start: date) -> Definition | Indicator:
        """What judges a reading of that period; an indicator without versions judges by itself."""
        return at(indicator, self._versions[indicator.pk], period_start)

    def scoring(self, indicator: Indicator, period_start: date) -> dict[str, Any]:
        """The scoring in force for that period."""
        found: dict[str, Any] = self.at(indicator, period_start).scoring
        return found


def at(indicator: Indicator, versions: Iterable[Definition], period_start: date) -> Definition | Indicator:
    """As :meth:`Rulebook.at`, from versions at hand, the newest first. Periods before the first version began are
    judged by that one."""
    first: Definition | Indicator = indicator
    for version in versions:
        if version.valid_from is None or version.valid_from <= period_start:
            return version
        first = version
    return first
