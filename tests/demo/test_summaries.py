"""The demo's summaries: assembled week by week, worded by two, the older ones handed in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from chuangcheng.bulletins.effects import check_summaries
from chuangcheng.bulletins.models import Summary
from chuangcheng.demo.found import Cast
from chuangcheng.demo.summaries import WORDS, close_week
from chuangcheng.kernel import clock
from tests.conftest import NOON
from tests.sites.conftest import edition
from tests.tasks.conftest import ledger

__all__ = ["edition", "ledger"]


def test_four_weeks(edition: Any, ledger: Any, personas: Any) -> None:
    units = {"BM01": ledger["department"], "JD01": ledger["street"]}
    cast = Cast(edition, units=units, named={"office": personas["office"]})
    cast.posted = {("department", "BM01"): [personas["department"]], ("street", "JD01"): [personas["street"]]}
    first = date(2026, 8, 17)
    for week in range(4):
        monday = first + timedelta(weeks=week)
        with clock.at(NOON - timedelta(weeks=4 - week) + timedelta(days=6)):
            close_week(cast, monday)
    states = Summary.objects.order_by("week_start").values_list("week_start", "state").distinct()
    assert [state for _week, state in states] == ["handed_in"] * 3 + ["open"]
    assert Summary.objects.count() == 16 and Summary.objects.filter(edited=True).count() == 8
    assert set(Summary.objects.filter(edited=True).values_list("words", flat=True)) == set(WORDS)
    assert list(check_summaries()) == []
