"""The demo city's searches for owners: six of them, each at another point, told alike by the same seed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest

from chuangcheng.cases import projections
from chuangcheng.cases.models import OwnerAsk, OwnerSearch
from chuangcheng.demo.owners import SEARCHES, Owners
from chuangcheng.demo.stage import Stage
from chuangcheng.framework.models import Category
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from tests.cases.conftest import limits, play
from tests.cases.play import Play

__all__ = ["limits", "play"]
pytestmark = pytest.mark.django_db
UNITS = {"BM39": "department", "QY02": "subcommand", "BM09": "district", "BM18": "district", "QY05": "subcommand",
         "BM12": "district"}  # fmt: skip


class Cast:
    """The personas, under the codes of the plan."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.named = {"office": play.by["office"]}
        self.units = {code: play.units[name] for code, name in UNITS.items()}

    def of(self, role: str, code: str) -> list[Actor]:
        return [self.play.by[role if role == "street" else UNITS[code]]]


def test_searches_stand_at_every_point(play: Play) -> None:
    for code in {code for _, code, *_ in SEARCHES}:
        Category.objects.create(code=code, zh=code, kind="component", class_code="01", class_zh="类", taxonomy="T")
    for _ in SEARCHES:
        play.dispatched()
    stage = Stage(random.Random(1), clock.now(), clock.now() + timedelta(days=24))
    Owners(stage, Cast(play), 1).schedule()  # type: ignore[arg-type]
    stage.play(lambda _midnight: None, lambda _share, _text: None)
    assert not stage.refused
    assert Counter(OwnerSearch.objects.values_list("state", flat=True)) == {
        "open": 3, "found": 1, "ruled": 1, "nobodys": 1,
    }  # fmt: skip
    assert Counter(OwnerAsk.objects.values_list("answer", flat=True)) == {"yes": 2, "no": 7, "": 3}
    assert [str(one) for one in projections.check_cases()] == []
