"""Recording checks: verdicts, cases, repeats, and that a check never changes."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.cases.models import Case
from chuangcheng.framework.models import ChecklistItem, Edition
from chuangcheng.framework.rules import DEFAULTS, Rules
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols import projections, selectors
from chuangcheng.patrols.actions import add_photo, finish_visit, record_check, record_checks, start_visit
from chuangcheng.patrols.inputs import CheckInput, judge
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.photos.actions import Declaration
from chuangcheng.sites.models import Site


@pytest.fixture
def inspector(personas: dict[str, Actor]) -> Actor:
    return personas["inspector"]


RULES = Rules.of(DEFAULTS)


@pytest.mark.parametrize(
    ("scoring", "given", "grade", "share", "severity"),
    [
        ("defect_count", {"defects": 0}, "A", 1, 0),
        ("defect_count", {"defects": 1}, "B", Fraction(33, 50), 1),
        ("defect_count", {"defects": 2}, "C", Fraction(33, 100), 2),
        ("defect_count", {"defects": 7}, "C#", 0, 2),
        ("binary", {"defects": 1}, "C#", 0, 2),
        ("abc:A0,C#1", {"defects": 1}, "C#", 0, 2),
        ("quota:3", {"value": Decimal(3)}, "A", 1, 0),
        ("quota:3", {"value": Decimal(2)}, "B", Fraction(33, 50), 1),
        ("threshold:0.4", {"value": Decimal("0.39")}, "C#", 0, 2),
        ("threshold:15min", {"value": Decimal(14)}, "A", 1, 0),
        ("defect_count", {"not_applicable": True, "defects": 3}, "NA", 0, 0),
    ],
)
def test_verdicts(scoring: str, given: dict[str, Any], grade: str, share: Fraction, severity: int) -> None:
    judged = judge(ChecklistItem(code="X", scoring=scoring), CheckInput(item_code="X", **given), RULES)
    assert (judged.grade, judged.share, judged.severity) == (grade, share, severity)


def test_the_editions_own_shares_count() -> None:
    rules = Rules.of({"grade_shares": {"A": "1", "B": "3/4", "C": "1/2", "C#": "0"}, "grade_severity": {"B": 2}})
    judged = judge(ChecklistItem(code="X", scoring="defect_count"), CheckInput(item_code="X", defects=1), rules)
    assert (judged.share, judged.severity) == (Fraction(3, 4), 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"defects": -1}, {"defects": 1000}, {"value": Decimal(-1)}, {"value": Decimal("NaN")}, {"value": Decimal("1e9")},
        {"note": "长" * 301},
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_kept(visit: Visit, inspector: Actor, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"patrols\.bad_result"):
        record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", **wrong)
    assert not Check.objects.exists()


def test_a_good_check_opens_no_case(visit: Visit, inspector: Actor) -> None:
    check = record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1")
    assert (check.grade, check.share_num, check.case) == ("A", 1, None)
    assert not Case.objects.exists()


def test_a_failed_check_opens_its_case(visit: Visit, inspector: Actor, edition: Edition, small_city: Any) -> None:
    check = record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=2, note="巷口")
    case = Case.objects.get()
    assert check.case == case
    assert (case.state, case.severity, case.source) == ("filed", 2, "patrol")
    assert (case.origin_kind, case.origin_id) == ("check", check.pk)
    assert (case.site, case.responsible) == (visit.site, small_city.units["street"])
    assert case.standard is not None
    assert case.standard.code == "F-1-1-1"  # the heavier of the two that the item speaks for
    assert case.category is not None
    assert case.category.code == "06010"
    assert case.text == "永安巷不符合“考察LANE-1”（2处）：巷口"
    assert case.found_from_above
    assert case.division == small_city.communities[0]
    assert case.due_at is not None


def test_a_component_is_filed_as_its_fault(visit: Visit, inspector: Actor) -> None:
    check = record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-2", defects=1)
    assert check.case is not None
    assert (check.case.category.code, check.case.standard) == ("03001F", None)  # type: ignore[union-attr]


def test_an_item_no_category_knows_still_opens_a_case(visit: Visit, inspector: Actor) -> None:
    ChecklistItem.objects.filter(code="LANE-2").update(case_codes=[])
    check = record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-2", defects=3)
    assert check.case is not None
    assert (check.case.category, check.case.severity) == (None, 2)


def test_a_unit_that_looks_at_itself_is_not_above(site: Site, personas: dict[str, Actor]) -> None:
    visit = start_visit(actor=personas["street"], site_id=site.pk, mode="self")
    check = record_check(actor=personas["street"], visit_id=visit.pk, item_code="LANE-1", defects=1)
    assert check.case is not None
    assert not check.case.found_from_above


def test_history_holds_the_fact_and_no_text(visit: Visit, inspector: Actor) -> None:
    check = record_check(
        actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1, value=Decimal("2.5"), note="张三家门口"
    )
    event = Event.objects.get(subject_id=visit.pk, action="visit.checked")
    assert event.after["checks"] == [
        {
            "id": str(check.pk), "item": str(check.item_id), "defects": 1, "value": "2.500", "grade": "B",
            "share": "33/50", "case": str(check.case_id),
        }
    ]  # fmt: skip
    assert "张三" not in str(event.after)
    assert Outbox.objects.get(topic="visit.checked").payload == {"checks": [str(check.pk)]}


def test_many_results_are_one_history_row(visit: Visit, inspector: Actor) -> None:
    results = [CheckInput(item_code="LANE-1", defects=1), CheckInput(item_code="LANE-2")]
    checks = record_checks(actor=inspector, visit_id=visit.pk, results=results)
    visit.refresh_from_db()
    assert ([check.item.code for check in checks], visit.checked, visit.failed) == (["LANE-1", "LANE-2"], 2, 1)
    assert Event.objects.filter(subject_id=visit.pk, action="visit.checked").count() == 1


def test_one_bad_result_keeps_none(visit: Visit, inspector: Actor) -> None:
    results = [CheckInput(item_code="LANE-1", defects=1), CheckInput(item_code="MOON-1")]
    with pytest.raises(Refused, match=r"patrols\.unknown_item.*MOON-1"):
        record_checks(actor=inspector, visit_id=visit.pk, results=results)
    assert (Check.objects.count(), Case.objects.count()) == (0, 0)


def test_sending_twice_records_once(visit: Visit, inspector: Actor) -> None:
    chosen = new_id()
    sent = {"item_code": "LANE-1", "defects": 1, "value": Decimal(2), "note": " 巷口 ", "check_id": chosen}
    first = record_check(actor=inspector, visit_id=visit.pk, **sent)
    again = record_check(actor=inspector, visit_id=visit.pk, **sent)
    assert first.pk == again.pk == chosen
    assert (Check.objects.count(), Case.objects.count()) == (1, 1)
    finish_visit(actor=inspector, visit_id=visit.pk)
    assert record_check(actor=inspector, visit_id=visit.pk, **sent).pk == chosen  # a late repeat, after the finish


def test_a_check_never_changes(visit: Visit, inspector: Actor) -> None:
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1)
    for other in ({"defects": 2}, {"defects": 1, "note": "x"}, {"not_applicable": True}):
        with pytest.raises(Refused, match=r"patrols\.already_checked"):
            record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", **other)


def test_nothing_is_recorded_after_the_finish(visit: Visit, inspector: Actor) -> None:
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1")
    finish_visit(actor=inspector, visit_id=visit.pk)
    with pytest.raises(Refused, match=r"state\.move_refused"):
        record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-2")


@pytest.mark.parametrize("role", ["office", "street", "district"])
def test_nobody_records_for_somebody_else(visit: Visit, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        record_check(actor=personas[role], visit_id=visit.pk, item_code="LANE-1")


def test_without_the_right_nothing_is_recorded(visit: Visit, personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        record_check(actor=personas["grid"], visit_id=visit.pk, item_code="LANE-1")


def test_photos_are_declared_with_the_check_and_taken_from_its_maker(
    visit: Visit, inspector: Actor, personas: dict[str, Actor]
) -> None:
    from io import BytesIO

    from PIL import Image

    with BytesIO() as file:
        Image.new("RGB", (64, 48), "grey").save(file, "JPEG")
        data = file.getvalue()
    name = hashlib.sha256(data).hexdigest()
    check = record_check(
        actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1, photos=(Declaration(name, "evidence"),)
    )
    with pytest.raises(Refused, match=r"common\.not_found"):
        add_photo(actor=personas["office"], check_id=check.pk, sha256=name, data=data)
    photo = add_photo(actor=inspector, check_id=check.pk, sha256=name, data=data)
    assert (photo.owner_kind, photo.owner_id) == ("check", check.pk)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        add_photo(actor=personas["grid"], check_id=check.pk, sha256=name, data=data)


def test_who_sees_a_check(visit: Visit, inspector: Actor, personas: dict[str, Actor]) -> None:
    check = record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1)
    good = record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-2")
    assert selectors.get_check_for(personas["street"], check.pk) == check
    assert list(selectors.findings(personas["street"])) == [check]
    assert list(selectors.checks_of(visit)) == [check, good]
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_check_for(personas["street2"], check.pk)


@pytest.fixture
def done(visit: Visit, inspector: Actor) -> Visit:
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1, value=Decimal("1.5"))
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-2")
    return finish_visit(actor=inspector, visit_id=visit.pk)


@pytest.mark.parametrize(
    "change", [{"grade": "A"}, {"share_num": 1, "share_den": 1}, {"defects": 0}, {"case": None}, {"value": None}]
)
def test_a_changed_check_is_found_and_mended(done: Visit, change: dict[str, Any]) -> None:
    assert list(projections.check()) == []
    failed = Check.objects.get(item__code="LANE-1")
    Check.objects.filter(pk=failed.pk).update(**change)
    assert f"check {failed.pk}" in {difference.where for difference in projections.check()}
    assert projections.rebuild() >= 1
    assert list(projections.check()) == []
    assert Check.objects.get(pk=failed.pk).grade == "B"


@pytest.mark.parametrize("change", [{"score": "99.00"}, {"checked": 5}, {"failed": 0}, {"state": "open"}])
def test_a_changed_visit_is_found_and_mended(done: Visit, change: dict[str, Any]) -> None:
    Visit.objects.filter(pk=done.pk).update(**change)
    assert {difference.where for difference in projections.check()} == {f"visit {done.number}"}
    assert projections.rebuild() == 1
    assert list(projections.check()) == []
    assert projections.rebuild() == 0


def test_a_check_that_is_gone_or_slipped_in_is_named(done: Visit) -> None:
    gone = Check.objects.get(item__code="LANE-2")
    slipped = new_id()
    Check.objects.filter(pk=gone.pk).delete()
    gone.pk = slipped
    gone.save(force_insert=True)
    wheres = {difference.where for difference in projections.check()}
    assert f"check {slipped}" in wheres
    assert len(wheres) == 2
