"""Hand-reckoned scores, and what the projector does with marks."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.kernel import clock
from chuangcheng.patrols.models import Check
from chuangcheng.scoring import projector
from chuangcheng.scoring.models import DailyTotal, Dirty, Score
from tests.scoring.world import NOW, World


def test_the_mean_over_sites_of_the_mean_over_checks(world: World) -> None:
    world.site("M1")
    world.site("M2", community=2, unit="street2")
    world.visit("M1", {"I1": "A", "I2": "B", "I3": "C#"})
    world.visit("M2", {"I1": "C", "I2": "A", "I3": "A"})
    world.project()
    # S1: M1 (1 + 66/100)/2 = 83/100, M2 (33/100 + 1)/2 = 133/200; mean (166 + 133)/400
    assert world.share("S1") == Fraction(299, 400)
    # S2: M1 (66/100 + 0)/2 = 33/100, M2 1; mean 133/200
    assert world.share("S2") == Fraction(133, 200)
    assert world.share("S3") is None
    score = world.score("S1")
    assert score.basis == {
        "sites": 2, "checks": 4, "failed": 2, "recovered": 0, "readings": 0, "overdue": 0,
        "found": "299/400", "now": "299/400", "deducted": "0",
    }  # fmt: skip
    assert score.as_of == NOW


def test_each_scope_has_its_own_facts(world: World) -> None:
    world.site("M1")
    world.site("M2", community=2, unit="street2")
    world.visit("M1", {"I1": "A"})
    world.visit("M2", {"I1": "C#"})
    world.project()
    city = world.city
    assert world.share("S1") == Fraction(1, 2)
    assert world.share("S1", "district", city.district.pk) == Fraction(1, 2)
    assert world.share("S1", "street", city.streets[0].pk) == 1
    assert world.share("S1", "street", city.streets[1].pk) == 0
    assert world.share("S1", "unit", city.units["street"].pk) == 1
    assert world.share("S1", "unit", city.units["street2"].pk) == 0
    assert world.score("S1", "unit", city.units["department"].pk) is None
    assert Score.objects.count() == 6


def test_only_the_latest_visit_of_a_quarter_speaks(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "C#", "I3": "A"}, days_ago=5)
    world.visit("M1", {"I1": "A"}, days_ago=2)
    world.project()
    assert world.share("S1") == 1
    assert world.share("S2") is None  # the latest visit did not look
    world.project(NOW + timedelta(days=89))
    assert world.share("S1") == 1
    world.project(NOW + timedelta(days=90))  # the visit is 92 days old
    assert world.share("S1") is None
    assert Score.objects.count() == 0


def test_an_open_visit_and_an_item_that_does_not_apply_are_no_facts(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "NA", "I3": "B"})
    unfinished = world.visit("M1", {"I1": "A"}, days_ago=0.5)
    unfinished.state, unfinished.finished_at = "open", None
    unfinished.save()
    world.project()
    assert world.share("S1") is None
    assert world.share("S2") == Fraction(66, 100)


@pytest.mark.parametrize(
    ("state", "outcome", "now", "recovered"),
    [
        ("closed", "fixed", Fraction(1), 1),
        ("closed", "cannot", Fraction(1, 2), 0),
        ("verified", "fixed", Fraction(1, 2), 0),
        ("void", "", Fraction(1, 2), 0),
    ],
)
def test_what_was_put_right_counts_in_full_and_stays_visible(
    world: World, state: str, outcome: str, now: Fraction, recovered: int
) -> None:
    world.site("M1")
    visit = world.visit("M1", {"I1": "A", "I2": "C#"})
    world.case(check=visit.checks.get(item__code="I2"), state=state, outcome=outcome)
    world.project()
    score = world.score("S1")
    assert score.share == now
    assert score.basis["found"] == "1/2"
    assert (score.basis["failed"], score.basis["recovered"]) == (1, recovered)


def test_a_reading_alone_and_beside_visits(world: World) -> None:
    world.indicator("GREEN", "S1", {"kind": "threshold", "A": "41", "B": "38"})
    world.reading("GREEN", "39.5")
    world.project()
    assert world.share("S1") == Fraction(66, 100)
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    world.project()
    assert world.share("S1") == Fraction(83, 100)  # onsite and material weigh 2/5 each
    world.edition.rules = {**world.edition.rules, "method_shares": {"material": "1/4", "onsite": "3/4"}}
    world.edition.save()
    world.project()
    assert world.share("S1") == Fraction(3, 4) + Fraction(1, 4) * Fraction(66, 100)


def test_the_latest_reading_counts_and_a_correction_replaces_it(world: World) -> None:
    world.indicator("GREEN", "S1", {"kind": "threshold", "A": "41", "B": "38"}, unit="department")
    world.reading("GREEN", "50", month=7)
    world.reading("GREEN", "30", month=8, days_ago=3)
    world.project()
    assert world.share("S1") == 0
    world.reading("GREEN", "40", month=8, days_ago=1)
    world.project()
    assert world.share("S1") == Fraction(66, 100)
    assert world.share("S1", "unit", world.city.units["department"].pk) == Fraction(66, 100)
    assert world.score("S1").basis["readings"] == 1


def test_readings_of_divisions(world: World) -> None:
    world.indicator("GREEN", "S1", {"kind": "threshold", "A": "41", "B": "38"})
    streets = world.city.streets
    world.reading("GREEN", "45", division=streets[0])
    world.reading("GREEN", "10", division=streets[1])
    world.project()
    assert world.share("S1") == Fraction(1, 2)  # no reading of the city: the mean of its parts
    assert world.share("S1", "street", streets[0].pk) == 1
    assert world.share("S1", "street", streets[1].pk) == 0
    world.reading("GREEN", "39", division=world.city.city)
    world.project()
    assert world.share("S1") == Fraction(66, 100)


def test_several_indicators_of_one_standard_share_alike(world: World) -> None:
    world.indicator("GREEN", "S1", {"kind": "threshold", "target": "41"})
    world.indicator("PARK", "S1", {"kind": "threshold", "target": "9"})
    world.reading("GREEN", "45")
    world.reading("PARK", "8")
    world.project()
    assert world.share("S1") == Fraction(1, 2)


def test_a_reading_that_no_rule_can_judge_is_no_fact(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.indicator("ODD", "S1", {"kind": "no_such_kind"})
    world.reading("ODD", "45")
    world.project()
    assert world.share("S1") is None
    assert "ODD cannot be judged" in caplog.text


def test_overdue_cases_cost_up_to_the_cap(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A", "I3": "A"})
    for _ in range(3):
        world.case(due_days=-1, standard=world.standards["S1"], holder=world.city.units["department"])
    world.project()
    assert world.share("S1") == 1 - Fraction(3, 50)
    assert world.share("S2") == 1
    assert world.score("S1").basis["overdue"] == 3
    assert world.share("S1", "street", world.city.streets[0].pk) == 1 - Fraction(3, 50)
    assert world.share("S1", "unit", world.city.units["street"].pk) == 1  # not its cases
    for _ in range(20):
        world.case(due_days=-1, standard=world.standards["S1"])
    world.project()
    assert world.share("S1") == Fraction(4, 5)


def test_a_deduction_never_makes_a_share_negative(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "C#"})
    world.case(due_days=-1, standard=world.standards["S1"])
    world.project()
    assert world.share("S1") == 0
    assert world.score("S1").basis["deducted"] == "0"


@pytest.mark.parametrize(
    "given",
    [
        {"due_days": 1}, {"due_days": None}, {"due_days": -1, "state": "closed"}, {"due_days": -1, "state": "void"},
        {"due_days": -1, "state": "suspended"},
        {"due_days": -1, "state": "handled", "handled_at": NOW - timedelta(days=2)},
    ],
)  # fmt: skip
def test_only_open_and_overdue_cases_cost(world: World, given: dict[str, Any]) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    world.case(standard=world.standards["S1"], **given)
    world.project()
    assert world.share("S1") == 1


def test_a_case_without_standard_counts_once_by_its_category(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A", "I3": "A"})
    world.case(due_days=-1, category=world.categories["06010"])  # I2 would file it; it speaks for S1 (60) and S2 (40)
    world.project()
    assert world.share("S1") == 1 - Fraction(1, 50)
    assert world.share("S2") == 1


def test_overdue_cases_alone_cover_nothing(world: World) -> None:
    world.case(due_days=-1, standard=world.standards["S1"])
    world.project()
    assert Score.objects.count() == 0


def test_checks_of_an_older_edition_count_by_code(world: World) -> None:
    from chuangcheng.framework.models import ChecklistItem, Edition, Node, SiteKind, Standard

    old = Edition.objects.create(code="OLD", name_zh="旧", version="0", state="frozen")
    node = Node.objects.create(edition=old, kind="content", code="C", zh="内容")
    standard = Standard.objects.create(edition=old, content=node, code="S3", zh="旧S3")
    kind = SiteKind.objects.create(edition=old, code="market", prefix="MKT", zh="市场")
    item = ChecklistItem.objects.create(site_kind=kind, code="OLD-1", zh="旧项", scoring="binary")
    item.standards.set([standard])
    world.items["OLD-1"] = item
    world.site("M1")
    world.visit("M1", {"OLD-1": "B"})
    world.project()
    assert world.share("S3") == Fraction(66, 100)


def test_marks_are_worked_off_once(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A", "I3": "B"})
    with clock.at(NOW):
        projector.mark(world.edition.pk, [world.standards["S1"].pk, world.standards["S1"].pk])
        assert projector.project() == 1
        assert projector.project() == 0
    assert world.share("S1") == 1
    assert world.share("S2") is None  # was not marked
    with clock.at(NOW):
        projector.mark_codes(["S1", "S2", "unknown"])
        assert Dirty.objects.count() == 2
        assert projector.project(limit=1) == 1
        assert projector.project(limit=1) == 1
    assert world.share("S2") == Fraction(66, 100)


def test_a_mark_that_comes_while_the_projector_works_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    pk = world.standards["S1"].pk
    load = projector.sources.load

    def meanwhile(*given: Any) -> Any:
        facts = load(*given)
        world.visit("M1", {"I1": "C#"}, days_ago=0)
        projector.mark(world.edition.pk, [pk])
        return facts

    with clock.at(NOW):
        projector.mark(world.edition.pk, [pk])
        with monkeypatch.context() as patch:
            patch.setattr(projector.sources, "load", meanwhile)
            projector.project()
        assert world.share("S1") == 1
        assert Dirty.objects.count() == 1
        projector.project()
    assert world.share("S1") == 0


def test_marks_of_an_edition_that_is_gone_are_dropped(world: World) -> None:
    from uuid import uuid4

    projector.mark(uuid4(), [uuid4()])
    assert projector.project() == 1
    assert not Dirty.objects.exists()


def test_an_unchanged_score_keeps_its_id_and_gets_the_new_instant(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    world.project()
    before = world.score("S1")
    world.project(NOW + timedelta(hours=2))
    after = world.score("S1")
    assert (after.pk, after.share) == (before.pk, before.share)
    assert after.as_of == NOW + timedelta(hours=2)
    world.visit("M1", {"I1": "B"}, days_ago=0)
    world.project(NOW + timedelta(hours=3))
    assert world.score("S1").pk == before.pk
    assert world.share("S1") == Fraction(66, 100)


def test_the_number_of_queries_does_not_grow_with_the_facts(world: World) -> None:
    for number in range(3):
        world.site(f"M{number}", community=number)
        world.visit(f"M{number}", {"I1": "A", "I2": "B"})
    with CaptureQueriesContext(connection) as few:
        world.project()
    for number in range(3, 20):
        world.site(f"M{number}", community=number % 3)
        world.visit(f"M{number}", {"I1": "A", "I2": "B", "I3": "C"})
        world.case(due_days=-1, standard=world.standards["S1"])
    with CaptureQueriesContext(connection) as many:
        world.project()
    assert len(many) <= len(few) + 1
    assert len(many) < 40


def test_what_has_grown_old_is_scored_again(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    world.case(due_days=0.5, standard=world.standards["S1"])
    world.project()
    assert world.share("S1") == 1
    with clock.at(NOW + timedelta(minutes=50)):
        assert projector.refresh() == 0
    with clock.at(NOW + timedelta(hours=13)):
        assert projector.refresh() == 1
    assert world.share("S1") == 1 - Fraction(1, 50)


def test_the_day_s_total_is_kept(world: World) -> None:
    from datetime import date

    with clock.at(NOW):
        assert projector.keep_total(world.edition, date(2026, 9, 14)) is None
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    world.project()
    with clock.at(NOW):
        projector.refresh()
    day = DailyTotal.objects.get()
    assert (day.day, day.points) == (date(2026, 9, 15), 100.0)
    assert day.coverage == pytest.approx(0.48)
    world.visit("M1", {"I1": "B"}, days_ago=0)
    world.project()
    projector.keep_total(world.edition, date(2026, 9, 15))
    assert DailyTotal.objects.get().points == pytest.approx(66.0)


def test_check_finds_no_difference_and_names_every_perturbation(world: World) -> None:
    world.site("M1")
    visit = world.visit("M1", {"I1": "A", "I2": "B", "I3": "C"})
    world.case(check=visit.checks.get(item__code="I2"), due_days=-1)
    world.project()

    def found() -> list[str]:
        return [str(difference) for difference in projector.check()]

    assert found() == []
    Score.objects.filter(pk=world.score("S1").pk).update(share_num=1, share_den=7)
    assert found() == ["score S1 city: is 1/7, the facts give 83/100"]
    Score.objects.filter(pk=world.score("S2").pk).delete()
    assert "score S2 city: is missing" in found()
    world.project()
    assert found() == []
    Score.objects.filter(scope_kind="street").update(basis={})
    assert len(found()) == 2
    world.project()
    Score.objects.filter(standard=world.standards["S1"]).delete()
    assert "score S1 city: is missing" in found()
    world.project()
    Check.objects.filter(item__code="I1").update(share_num=0)
    assert any("S1 city" in difference for difference in found())
    assert not any("S2" in difference for difference in found())
    projector.mark_codes(["S1"])  # what waits is no difference
    assert found() == []


def test_check_judges_each_score_at_its_own_instant(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A", "I3": "A"})
    world.case(due_days=0.5, standard=world.standards["S1"])
    world.project()
    with clock.at(NOW + timedelta(days=2)):
        projector.mark_codes(["S2"])
        projector.project()
        assert [str(difference) for difference in projector.check()] == []
        projector.mark_codes(["S1"])
        projector.project()
        assert [str(difference) for difference in projector.check()] == []
    assert world.share("S1") == 1 - Fraction(1, 50)


def test_a_surplus_score_is_a_difference(world: World) -> None:
    world.site("M1")
    world.visit("M1", {"I1": "A"})
    world.project()
    Score.objects.create(
        edition=world.edition, standard=world.standards["S3"], scope_kind="city", share_num=1, as_of=NOW, basis={}
    )
    assert [str(difference) for difference in projector.check()] == ["score S3 city: has no facts behind it"]
    projector.rebuild_all()
    assert list(projector.check()) == []


def test_marking_costs_one_statement(world: World) -> None:
    projector.mark_codes(["S1"])
    with CaptureQueriesContext(connection) as queries:
        projector.mark_codes(["S1", "S2", "unknown"])
        projector.mark_codes([])
        projector.mark_codes(["unknown"])
    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    assert len(queries) <= 3  # the statement, in its savepoint
    assert Dirty.objects.count() == 2


def test_a_second_mark_renews_the_stamp(world: World) -> None:
    projector.mark_codes(["S1"])
    first = Dirty.objects.get()
    projector.mark_codes(["S1"])
    second = Dirty.objects.get()
    assert first.stamp != second.stamp
    assert 0 <= second.stamp < 1 << 62
