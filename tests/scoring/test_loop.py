"""The whole loop by the real actions: a standard is looked at, a check fails, its case is fixed and proved, the score
comes back, and the weekly report tells it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.bulletins import actions as bulletins
from chuangcheng.bulletins.document import compose
from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case
from chuangcheng.framework.models import TimeRule
from chuangcheng.history import sweep, versions
from chuangcheng.indicators import actions as indicators
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.notices.models import Notice
from chuangcheng.patrols import actions as patrols
from chuangcheng.patrols.actions import CheckInput
from chuangcheng.scoring import league, projector, selectors
from tests.photos import pictures
from tests.scoring.world import NOW, World


class City:
    """The world, with the personas acting on it at chosen hours after Tuesday noon."""

    def __init__(self, world: World, personas: dict[str, Actor]) -> None:
        self.world, self.personas = world, personas

    def visit(self, site: str, hours: float, **defects: int) -> list[Case]:
        """An inspector's visit; the cases that it opened."""
        with clock.at(NOW + timedelta(hours=hours)):
            inspector = self.personas["inspector"]
            visit = patrols.start_visit(actor=inspector, site_id=self.world.sites[site].pk, mode="covert")
            results = [CheckInput(item_code=code, defects=count) for code, count in defects.items()]
            checks = patrols.record_checks(actor=inspector, visit_id=visit.pk, results=results)
            patrols.finish_visit(actor=inspector, visit_id=visit.pk)
            self.work()
        return [check.case for check in checks if check.case]

    def fix(self, case: Case, hours: float) -> None:
        """Dispatched, accepted, handled with an after photo, verified by another unit, closed."""
        people, street = self.personas, self.world.city.units["street"]
        with clock.at(NOW + timedelta(hours=hours)):
            cases.dispatch_case(actor=people["office"], case_id=case.pk, unit_id=street.pk)
            cases.accept_case(actor=people["street"], case_id=case.pk)
            cases.add_after_photo(actor=people["street"], case_id=case.pk, data=pictures.encoded(pictures.scene()))
            cases.handle_case(actor=people["street"], case_id=case.pk, outcome="fixed")
            cases.verify_case(actor=people["inspector"], case_id=case.pk)
            cases.close_case(actor=people["office"], case_id=case.pk)
            self.work()

    @staticmethod
    def work() -> None:
        """What the worker does: effects, then scores."""
        sweep.drain()
        projector.project()


@pytest.fixture
def city(world: World, personas: dict[str, Actor]) -> City:
    TimeRule.objects.create(category_code="", condition="default", amount=Decimal(2), unit="work_days")
    versions.forget()
    world.site("M1")
    world.site("M2", community=2, unit="street2")
    return City(world, personas)


def test_a_failed_check_costs_until_it_is_put_right(city: City) -> None:
    world = city.world
    (case,) = city.visit("M1", 0, I1=0, I2=3, I3=0)
    assert case.standard == world.standards["S1"]  # the heavier of the two that the item speaks for
    assert world.share("S1") == world.share("S2") == Fraction(1, 2)
    before = selectors.total(world.edition)
    assert (before.points, before.coverage) == (50, Fraction(4, 5))
    city.fix(case, 3)
    assert Case.objects.get(pk=case.pk).state == "closed"
    assert world.share("S1") == world.share("S2") == 1
    after = selectors.total(world.edition)
    assert (after.points, after.found) == (100, 50)
    score = world.score("S1")
    assert [check.case_id for check in selectors.rows_behind(score)["recovered"]] == [case.pk]
    assert list(projector.check()) == []


def test_a_case_left_lying_costs_twice(city: City) -> None:
    world = city.world
    city.visit("M1", 0, I1=3, I3=0)
    with clock.at(NOW + timedelta(hours=1)):
        assert world.share("S1") == 0
    city.visit("M2", 2, I1=0, I3=0)
    assert world.share("S1") == Fraction(1, 2)
    with clock.at(NOW + timedelta(days=4)):  # two working days are over
        projector.refresh()
    assert world.share("S1") == Fraction(1, 2) - Fraction(1, 50)
    assert world.score("S1").basis["overdue"] == 1
    assert world.share("S1", "street", world.city.streets[1].pk) == 1


def test_a_relapse_takes_the_score_down_again(city: City) -> None:
    world = city.world
    (case,) = city.visit("M1", 0, I1=0, I2=3, I3=0)
    city.fix(case, 3)
    assert world.share("S1") == 1
    (again,) = city.visit("M1", 48, I1=0, I2=3, I3=0)
    assert again.pk != case.pk
    assert world.share("S1") == Fraction(1, 2)
    with clock.at(NOW + timedelta(hours=49)):
        weekly = bulletins.assemble_week(actor=SYSTEM, week_start=date(2026, 9, 14))
    # first failed and fixed in the same week: a relapse is counted against earlier weeks
    assert weekly.figures["relapses"]["value"] == []
    (later,) = city.visit("M1", 24 * 7, I1=0, I2=3, I3=0)
    assert later
    with clock.at(NOW + timedelta(days=7, hours=1)):
        weekly = bulletins.assemble_week(actor=SYSTEM, week_start=date(2026, 9, 21))
    assert [row["site"] for row in weekly.figures["relapses"]["value"]] == ["M1"]


def test_a_reading_reaches_the_score_through_its_effect(city: City, personas: dict[str, Actor]) -> None:
    world = city.world
    with clock.at(NOW):
        indicators.define_indicator(
            actor=SYSTEM, code="GREEN", zh="绿化覆盖率", unit_of_measure="ratio", standard=world.standards["S3"],
            scoring={"kind": "threshold", "A": "0.41", "B": "0.38"}, source_unit=world.city.units["department"],
        )  # fmt: skip
        indicators.record_reading(
            actor=personas["department"], indicator_code="GREEN", period_start=date(2026, 8, 1), value=Decimal("0.40")
        )
        city.work()
    assert world.share("S3") == Fraction(66, 100)
    assert selectors.total(world.edition).coverage == Fraction(1, 5)
    with clock.at(NOW + timedelta(hours=1)):
        indicators.record_reading(
            actor=personas["department"], indicator_code="GREEN", period_start=date(2026, 8, 1), value=Decimal("0.42")
        )
        city.work()
    assert world.share("S3") == 1
    assert list(projector.check()) == []


def test_the_league_follows_the_real_rows(city: City) -> None:
    (case,) = city.visit("M1", 0, I1=0, I2=3, I3=0)
    city.visit("M2", 1, I1=0, I3=0)
    city.fix(case, 3)
    with clock.at(NOW + timedelta(days=5)):
        rows = {
            row.division.name: row for row in league.league(city.world.edition, date(2026, 9, 14), date(2026, 9, 21))
        }
    east, west = rows["河东街道"], rows["河西街道"]
    assert east.parts["site_score"].share == Fraction(6667, 10000)  # a visit keeps two decimals
    assert east.parts["on_time"].share == 1
    assert east.parts["rework"].share == 1
    assert west.parts["site_score"].share == 1
    assert (west.rank, east.rank) == (1, 2)


def test_the_report_tells_the_week_and_frees_nobody_of_the_rows(city: City, personas: dict[str, Actor]) -> None:
    (case,) = city.visit("M1", 0, I1=0, I2=3, I3=0)
    city.fix(case, 3)
    with clock.at(NOW + timedelta(days=1)):
        weekly = bulletins.assemble_week(actor=personas["office"], week_start=date(2026, 9, 14))
        bulletins.issue_week(actor=personas["office"], weekly_id=weekly.pk)
    texts = "\n".join(compose(weekly).texts())
    assert "立案 1 件，结案 1 件" in texts
    assert "本周开展督查 1 次，覆盖点位 1 个，考察 3 项，发现不符合项 1 项。" in texts
    assert "全市得分 100 分（覆盖分值 80%）" in texts
    assert weekly.figures["cases_closed"]["value"] == Case.objects.filter(state="closed").count()


def test_the_street_was_told_of_its_case_once(city: City) -> None:
    (case,) = city.visit("M1", 0, I1=0, I2=3, I3=0)
    city.fix(case, 3)
    told = Notice.objects.filter(subject_id=case.pk, person__username="street")
    assert told.filter(topic="case.dispatched").count() == 1
    sweep.drain()
    assert told.filter(topic="case.dispatched").count() == 1


def test_nothing_in_the_week_s_history_is_free_text(city: City, personas: dict[str, Actor]) -> None:
    from chuangcheng.history.models import Event

    city.visit("M1", 0, I1=0, I2=3, I3=0)
    with clock.at(NOW + timedelta(days=1)):
        bulletins.assemble_week(actor=personas["office"], week_start=date(2026, 9, 14))
    kept: Any = list(Event.objects.filter(subject_kind="weekly").values_list("after", flat=True))
    assert set(kept[0]) == {"state", "week_start", "issue", "figures"}
    assert len(kept[0]["figures"]) == 64
