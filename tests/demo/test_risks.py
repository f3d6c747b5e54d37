"""The demo's risks on a small city: entries, a list or none, two occurrences, rows as history tells them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from chuangcheng.demo import cycle, risks
from chuangcheng.demo.found import Cast
from chuangcheng.framework.models import NegativeItem
from chuangcheng.kernel import clock
from chuangcheng.notices.actions import sink
from chuangcheng.risks.facts import ALL
from chuangcheng.risks.models import LaggardList, Risk, Sanction
from tests.conftest import NOON
from tests.risks.conftest import Cases, cases, edition, tasks, units

__all__ = ["cases", "edition", "tasks", "units"]


@pytest.fixture
def cast(edition: Any, units: Any, personas: Any) -> Cast:
    for code in ("N02", "N10"):
        effect = {"nominee": "deduct 3 points in that year", "window_months": 12}
        NegativeItem.objects.update_or_create(edition=edition, code=code, defaults={"zh": code, "effect": effect})
    made = Cast(edition, units={unit.code: unit for unit in units.values()}, named=dict(personas))
    made.posted = {
        ("department", "U-CGJ"): [personas["department"]],
        ("street", "U-990101001"): [personas["street"]],
        ("street", "U-990101002"): [personas["street2"]],
    }
    return made


def test_the_demo_shows_every_part(cast: Cast, tasks: Cases, cases: Cases) -> None:
    tasks(3, due=-20)
    cases(12, unit="street", due=-16, filed=30)
    with clock.at(NOON), sink():
        cycle.play(cast)
        risks.play(cast)
    states = Counter(Risk.objects.values_list("state", flat=True))
    assert {"handling", "accepted", "closed"} <= set(states)
    assert Risk.objects.exclude(rule="").count() >= 2 and Risk.objects.filter(rule="").count() == len(risks.OWN)
    assert sorted(Sanction.objects.values_list("state", flat=True)) == ["confirmed", "rejected"]
    assert set(LaggardList.objects.values_list("state", flat=True)) <= {"issued", "approving", "dropped"}
    assert LaggardList.objects.count() == 2
    assert [str(each) for folded in ALL for each in folded.check()] == []


def test_an_edition_without_those_lines_records_nothing(cast: Cast) -> None:
    NegativeItem.objects.filter(edition=cast.edition).delete()
    with clock.at(NOON), sink():
        risks.play(cast)
    assert not Sanction.objects.exists() and Risk.objects.count() == len(risks.OWN)
