"""The demo's instructions: each ends where its plot says, by the real actions."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from chuangcheng.cases.models import Instruction, InstructionReply
from chuangcheng.demo.found import Cast
from chuangcheng.demo.instructions import PLOTS, Instructions
from chuangcheng.demo.stage import Stage
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.photos.models import Paper
from tests.cases.conftest import limits, play

if TYPE_CHECKING:
    from tests.cases.play import Play

__all__ = ["limits", "play"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(play: Play) -> Stage:
    """Played from a month and a half before noon; the street holds a case."""
    end = clock.now()
    found = Stage(random.Random(1), end - timedelta(days=45), end)
    with clock.at(found.start):
        play.handling()
        play.handling(by="department")
    Instructions(found, Cast(cast(Any, None), named=dict(play.by)), seed=1).schedule()
    found.play(lambda _day: None, lambda _share, _day: None)
    return found


def test_eight_in_different_states_and_no_step_refused(stage: Stage) -> None:
    assert stage.refused == Counter()
    assert Instruction.objects.count() == len(PLOTS) == 8
    states = Counter(Instruction.objects.values_list("state", flat=True))
    assert states == {"open": 4, "done": 2, "objected": 1, "withdrawn": 1}
    open_ones = Counter(InstructionReply.objects.filter(instruction__state="open").values_list("state", flat=True))
    assert open_ones == {"waiting": 3, "accepted": 1, "replied": 1, "sent_back": 1}
    late = InstructionReply.objects.filter(state="waiting", due_at__lt=clock.now())
    assert late.count() == 1, "one is overdue on the last morning"
    assert {one.on_time for one in InstructionReply.objects.filter(state="accepted")} == {True, False}
    assert Paper.objects.count() == 2 and Instruction.objects.filter(case__isnull=False).count() == 2
    assert list(registered()["cases.instruction"].check()) == []


def test_a_city_of_few_days_has_those_of_its_days(play: Play) -> None:
    end = clock.now()
    short = Stage(random.Random(1), end - timedelta(days=6), end)
    Instructions(short, Cast(cast(Any, None), named=dict(play.by)), seed=1).schedule()
    short.play(lambda _day: None, lambda _share, _day: None)
    assert Instruction.objects.count() == 2 and short.refused == Counter()
