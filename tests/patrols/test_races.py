"""Two inspectors, or one phone that sends twice, at the same instant; on a database where two can be at once."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.cases.models import Case
from chuangcheng.history.models import Event
from chuangcheng.indicators.models import Reading
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.patrols import projections
from chuangcheng.patrols.actions import abandon_visit, finish_visit, record_check, start_visit
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.sites.models import Site
from tests.cases.test_races import at_once
from tests.conftest import NOON

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def begun(site: Site, personas: dict[str, Actor]) -> list[Visit]:
    """A visit of the inspector's and one of the office's to the same site."""
    with clock.at(NOON):
        return [start_visit(actor=personas[role], site_id=site.pk, mode="patrol") for role in ("inspector", "office")]


def test_the_same_check_twice_at_once_is_one_check_and_one_case(begun: list[Visit], personas: dict[str, Actor]) -> None:
    chosen = new_id()
    found = at_once(
        *[
            lambda: record_check(
                actor=personas["inspector"], visit_id=begun[0].pk, item_code="LANE-1", defects=1, check_id=chosen
            )
        ]
        * 4
    )
    assert {check.pk for check in found} == {chosen}  # type: ignore[attr-defined]
    assert (Check.objects.count(), Case.objects.count()) == (1, 1)
    assert Event.objects.filter(subject_id=begun[0].pk, action="visit.checked").count() == 1
    assert Visit.objects.get(pk=begun[0].pk).failed == 1


def test_of_two_results_for_one_item_the_later_is_refused(begun: list[Visit], personas: dict[str, Actor]) -> None:
    found = at_once(
        *[
            lambda defects=defects: record_check(
                actor=personas["inspector"], visit_id=begun[0].pk, item_code="LANE-1", defects=defects
            )
            for defects in (1, 2, 3)
        ]
    )
    assert found.count("patrols.already_checked") == 2
    assert (Check.objects.count(), Case.objects.count()) == (1, 1)


def test_two_inspectors_who_find_the_same_at_once_file_one_case(begun: list[Visit], personas: dict[str, Actor]) -> None:
    found = at_once(
        *[
            lambda actor=personas[role], visit=visit: record_check(
                actor=actor, visit_id=visit.pk, item_code="LANE-1", defects=1
            )
            for role, visit in zip(("inspector", "office"), begun, strict=True)
        ]
    )
    assert len({check.case_id for check in found}) == 1  # type: ignore[attr-defined]
    assert (Check.objects.count(), Case.objects.count()) == (2, 1)
    assert Event.objects.filter(action="check.repeated").count() == 1
    assert list(projections.check()) == []


def test_the_last_visit_of_the_budget_is_taken_once(site: Site, personas: dict[str, Actor]) -> None:
    with clock.at(NOON):
        for _ in range(5):
            start_visit(actor=personas["inspector"], site_id=site.pk, mode="patrol")
    found = at_once(
        *[
            lambda role=role: start_visit(actor=personas[role], site_id=site.pk, mode="patrol")
            for role in ("inspector", "office", "street")
        ]
    )
    assert found.count("patrols.budget") == 2
    assert Visit.objects.count() == 6


def test_a_visit_ends_one_way(begun: list[Visit], personas: dict[str, Actor]) -> None:
    actor, visit = personas["inspector"], begun[0]
    with clock.at(NOON):
        record_check(actor=actor, visit_id=visit.pk, item_code="LANE-2")
    found = at_once(
        lambda: finish_visit(actor=actor, visit_id=visit.pk),
        lambda: finish_visit(actor=actor, visit_id=visit.pk),
        lambda: abandon_visit(actor=actor, visit_id=visit.pk, reason_code="mistake"),
    )
    assert Visit.objects.get(pk=visit.pk).state == "finished"
    assert Event.objects.filter(subject_id=visit.pk, action="visit.finished").count() == 1
    assert set(found) & {"patrols.has_findings", "state.move_refused"}


def test_one_reading_sent_by_two_at_once_is_one_reading(small_city: Any, personas: dict[str, Actor]) -> None:
    from datetime import date
    from decimal import Decimal

    from chuangcheng.indicators.actions import define_indicator, record_reading

    with clock.at(NOON):
        define_indicator(
            actor=SYSTEM, code="SEWAGE", zh="污水集中处理率", unit_of_measure="ratio",
            scoring={"kind": "threshold", "target": 0.95}, source_unit=small_city.units["department"],
        )  # fmt: skip
    found = at_once(
        *[
            lambda role=role: record_reading(
                actor=personas[role], indicator_code="SEWAGE", period_start=date(2026, 8, 1), value=Decimal("0.95")
            )
            for role in ("office", "department", "office")
        ]
    )
    assert len({reading.pk for reading in found}) == Reading.objects.count() == 1  # type: ignore[attr-defined]
    assert Event.objects.filter(action="indicator.recorded").count() == 1
