"""The registers of the demo city, played for a quarter without the rest of it: whole, lawful, and the same each time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.cases.models import Case, Report
from chuangcheng.demo import run as demo
from chuangcheng.demo.found import found
from chuangcheng.demo.plan import make
from chuangcheng.demo.registers import SHOPS, Registers, paper
from chuangcheng.demo.stage import Stage
from chuangcheng.demo.talks import Talks
from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock, ids
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.notices.actions import sink
from chuangcheng.people.rights import posts_kept
from chuangcheng.photos import imaging
from chuangcheng.sites.models import (
    AgendaItem,
    Compound,
    Deliberation,
    Grading,
    Rectification,
    Seat,
    Shop,
    ShopCheck,
    Team,
    Voice,
)
from tests.demo.test_city import AS_OF

#: Dice that the registers must leave alone, so that the rest of the city stays what it was.
DICE = 11


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """A quarter with nothing in it but the registers."""
    end = demo.ending(AS_OF)
    plan, rng = make(7), random.Random(DICE)
    start = end - timedelta(days=demo.DAYS)
    with ids.seeded(random.Random(1)), sink(), posts_kept():
        with clock.at(start):
            cast = found(plan, start - timedelta(days=30))
        scene = Stage(rng, start, end)
        registers = Registers(scene, plan, cast)
        registers.schedule()
        Talks(registers).schedule()
        scene.play(lambda _day: None, lambda _share, _text: None)
    with clock.at(end):
        yield scene


@pytest.mark.full
def test_a_quarter_of_the_registers(stage: Stage, tmp_path: Path) -> None:
    """One long story, because the city takes seconds to found."""
    assert dict(stage.refused) == {}, "the demo's people know the rules"
    assert stage.rng.random() == random.Random(DICE).random(), "the registers have dice of their own"
    _there_is_enough_to_look_at()
    _everything_is_lawful(stage)
    assert verify(tmp_path) == []
    _its_projections_are_whole()


def _there_is_enough_to_look_at() -> None:
    assert Compound.objects.count() == 30 and Compound.objects.exclude(site=None).count() == 24
    assert Grading.objects.count() == 30 and set(Compound.objects.values_list("grade", flat=True)) >= {"met", "weak"}
    assert Shop.objects.count() == SHOPS == 300
    assert Counter(Deliberation.objects.values_list("state", flat=True)) == {"done": 1, "notice": 1}
    assert Team.objects.get().state == "active"
    assert Voice.objects.filter(tone="praise").count() >= 5 and Voice.objects.filter(tone="complaint").count() == 2
    assert ShopCheck.objects.count() == 120
    assert {"done", "noticed"} <= set(Rectification.objects.values_list("state", flat=True))


def _everything_is_lawful(stage: Stage) -> None:
    assert not Rectification.objects.filter(document_number__gt="").exclude(state="concluded").exists()
    assert not Seat.objects.filter(entered_at=None).exists()
    talk = Deliberation.objects.get(state="done")
    assert talk.decided_at is not None and talk.notice_until is not None
    assert talk.decided_at.astimezone(CITY_ZONE).date() > talk.notice_until
    assert not AgendaItem.objects.filter(deliberation=talk, adopted=True, done_at=None).exists()
    hours = {row.astimezone(CITY_ZONE).hour for row in ShopCheck.objects.values_list("happened_at", flat=True)}
    assert hours <= set(range(7, 21)), "checks are made by day"
    assert not Event.objects.filter(happened_at__gt=stage.end).exists(), "no row lies in the future"
    complaint = Case.objects.get(source="window")
    window = Voice.objects.get(report_id__in=complaint.reports.values("pk")).site
    assert complaint.holder is not None and complaint.holder != window.unit
    assert not Report.objects.exclude(division_path="").exists(), "complaints about windows have no place on the map"


def _its_projections_are_whole() -> None:
    for name, projection in registered().items():
        assert list(projection.check()) == [], name


def test_a_drawn_signature_is_a_picture_like_any_other() -> None:
    first, again, other = (paper(random.Random(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert imaging.process(first).width == 240


def test_a_city_of_two_days_schedules_nothing_before_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would lie before the first day is left out, not played in the past."""
    end = demo.ending(AS_OF)
    stage = Stage(random.Random(1), end - timedelta(days=2), end)
    plan: Any = None
    cast: Any = type("Cast", (), {"named": {"office": None}})()
    registers = Registers(stage, plan, cast)
    played: list[float] = []
    for days in (40.0, 2.1, 1.9, 0.1):
        registers.at(days, lambda days=days: played.append(days))  # type: ignore[misc]
    monkeypatch.setattr("chuangcheng.demo.stage.sweep.drain", lambda: None)
    assert [scene[0] for scene in sorted(stage._queue)] == [end - timedelta(days=1.9), end - timedelta(days=0.1)]
