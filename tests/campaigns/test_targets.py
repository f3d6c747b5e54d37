"""Targets and readings: what is refused by name, what is asked back, what a later row corrects, how it all stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.campaigns import actions, selectors, series, timeline
from chuangcheng.campaigns.models import Reading, Target
from chuangcheng.history.models import Event
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import papers
from chuangcheng.photos import selectors as photos
from tests.campaigns.conftest import FIRST, LAST, TODAY, Make
from tests.campaigns.test_lives import differences, refusal
from tests.cases.play import picture

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
Read = Callable[..., str]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@pytest.fixture
def target(campaign: Make) -> Target:
    return campaign().targets.get()  # type: ignore[no-any-return]


@pytest.fixture
def read(target: Target, personas: Any) -> Read:
    """``read(10, "250")``: record on the tenth day; the refusal's code or ""."""

    def record(number: int, value: str, actor: str = "department", **more: Any) -> str:
        run = lambda: actions.record_reading(  # noqa: E731
            actor=personas[actor], target_id=target.pk, day=day(number), value=Decimal(value), **more
        )
        code = refusal(run)
        target.refresh_from_db()
        return code

    return record


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": " "}, "name:required"),
        ({"measure": "furlong"}, "measure:unit"),
        ({"direction": "up"}, "direction:choice"),
        ({"goal": Decimal(5), "baseline": Decimal(6)}, "goal:below_baseline"),
        ({"goal": Decimal(6), "baseline": Decimal(5), "direction": "less"}, "goal:above_baseline"),
        ({"goal": Decimal("NaN")}, "goal:number"),
        ({"baseline": Decimal("0.00001")}, "baseline:number"),
        ({"low": Decimal(2), "high": Decimal(1)}, "low:order"),
        ({"goal": Decimal(10) ** 12}, "goal:number"),
        ({"plan": [(FIRST - timedelta(days=1), Decimal(1))]}, "plan:outside"),
        ({"plan": [(day(9), Decimal(1)), (day(5), Decimal(2))]}, "plan:order"),
        ({"plan": [(day(5), Decimal("Infinity"))]}, "plan:number"),
        ({"lat": 30.0}, "lat:pair"),
        ({"lat": 99.0, "lon": 120.0}, "lat:range"),
    ],
)
def test_wrong_targets_are_refused_by_field(campaign: Make, personas: Any, wrong: dict[str, Any], told: str) -> None:
    row = campaign(targets=(), running=False)
    given = actions.TargetInput(**{"name": "新增泊位", "measure": "spaces", "goal": Decimal(100), **wrong})
    save = lambda: actions.save_target(actor=personas["office"], campaign_id=row.pk, given=given)  # noqa: E731
    assert refusal(save) == f"common.invalid {told}"
    if told == "goal:below_baseline":
        with pytest.raises(Refused) as caught:
            save()
        assert "新增泊位" in caught.value.fields[0].message
    assert not Target.objects.exists()


def test_changing_a_target(target: Target, personas: Any, read: Read) -> None:
    office, own = personas["office"], target.campaign_id
    given = actions.TargetInput(id=target.pk, name="改造小区", measure="count", goal=Decimal("1000.0"))
    assert actions.save_target(actor=office, campaign_id=own, given=given).chain_seq == target.chain_seq
    bent = actions.TargetInput(
        id=target.pk, name="改造小区", measure="count", goal=Decimal(1200), plan=[(day(50), Decimal(300))]
    )
    row = actions.save_target(actor=office, campaign_id=own, given=bent)
    row = Target.objects.get(pk=row.pk)
    assert row.course.planned(day(25)) == 150 and row.course.planned(LAST) == 1200
    assert read(10, "100") == ""
    other = actions.TargetInput(id=target.pk, name="改造小区", measure="homes", goal=Decimal(1200))
    assert refusal(lambda: actions.save_target(actor=office, campaign_id=own, given=other)) == "campaign.measure_fixed"
    assert (
        refusal(lambda: actions.save_target(actor=personas["street"], campaign_id=own, given=bent))
        == "common.not_allowed"
    )
    share = actions.save_target(
        actor=office,
        campaign_id=own,
        given=actions.TargetInput(
            name="机械化清扫率", measure="pct", goal=Decimal("93.1"), baseline=Decimal(85), cumulative=False
        ),
    )
    assert (share.place, share.low, share.high) == (2, 0, 100)
    assert differences("campaigns.target") == []


def test_readings_and_corrections(target: Target, read: Read, personas: Any) -> None:
    assert (target.latest, target.read_on) == (None, None)
    assert read(10, "100", source="月报") == read(30, "300") == ""
    assert (target.latest, target.read_on) == (300, day(30))
    assert read(20, "50") == read(20, "350") == read(31, "299") == "campaign.reading_doubtful"
    assert read(20, "150") == "" and target.latest == 300  # a late one between two
    assert read(31, "290", confirmed=True) == "" and target.latest == 290
    assert read(30, "285") == "" and Reading.objects.get(day=day(30), corrects=True).value == 285
    assert Reading.objects.count() == 5 and len(series.in_force(target.readings.all())) == 4
    seq = target.chain_seq
    assert read(31, "290") == "" and target.chain_seq == seq  # what stands changes nothing
    assert [int(point.value) for point in series.points(target.readings.all())] == [100, 150, 285, 290]
    assert Event.objects.filter(reason="correction", subject_id=target.pk).count() == 1
    assert Reading.objects.get(day=day(31)).doubt == "backwards"
    found = selectors.line_for(target.campaign, TODAY)
    assert (found.code, found.share, found.planned) == ("behind", Fraction(29, 100), Fraction(45, 100))
    assert any("285 个" in (entry.reason.zh if entry.reason else "") for entry in timeline.of_campaign(target.campaign))
    assert differences("campaigns.target") == []


@pytest.mark.parametrize(
    ("number", "value", "actor", "code"),
    [
        (-1, "1", "department", "campaign.reading_day"),
        (46, "1", "department", "campaign.reading_day"),
        (10, "NaN", "department", "campaign.bad_value"),
        (10, "0.00001", "department", "campaign.bad_value"),
        (10, "1", "street2", "campaign.other_unit"),
        (10, "1", "inspector", "common.not_allowed"),
        (10, "1", "street", ""),
        (45, "1", "office", ""),
        (0, "1", "department", ""),
    ],
)
def test_which_readings_are_taken(read: Read, number: int, value: str, actor: str, code: str) -> None:
    assert read(number, value, actor) == code
    assert Reading.objects.count() == (code == "")


def test_the_plausible_range_and_what_falls(campaign: Make, personas: Any) -> None:
    less = {
        "name": "积存垃圾",
        "measure": "t",
        "goal": Decimal(0),
        "baseline": Decimal(370),
        "direction": "less",
        "low": Decimal(0),
        "high": Decimal(500),
    }
    row = campaign(targets=[less]).targets.get()

    def read(number: int, value: str) -> str:
        return refusal(
            lambda: actions.record_reading(
                actor=personas["department"], target_id=row.pk, day=day(number), value=Decimal(value)
            )
        )

    assert read(5, "600") == read(5, "-1") == "campaign.reading_doubtful"
    assert read(5, "300") == read(10, "250") == "" and read(12, "260") == "campaign.reading_doubtful"
    row = Target.objects.get(pk=row.pk)
    assert (
        selectors.line_for(row.campaign, TODAY).code == "behind"
        and selectors.line_for(row.campaign, day(20)).code == "ahead"
    )


def test_once_by_its_id_and_with_proof(target: Target, personas: Any, read: Read) -> None:
    asked = {
        "actor": personas["department"],
        "target_id": target.pk,
        "day": day(5),
        "value": Decimal(7),
        "reading_id": uuid4(),
    }
    row, fresh = actions.record_reading(**asked, proofs=[picture(), PDF])
    assert (
        fresh and photos.of(("targetreading", row.pk)).count() == 1 and papers.of(("targetreading", row.pk)) is not None
    )
    again, fresh = actions.record_reading(**asked)
    assert (again.pk, fresh) == (row.pk, False)
    assert refusal(lambda: actions.record_reading(**{**asked, "value": Decimal(8)})) == "common.different_body"
    assert read(6, "8", proofs=[b"x"] * 10) == "campaign.too_many_proofs"
    assert read(6, "8", proofs=[b"%PDF-"]) == "photos.not_a_pdf"
    actions.move_campaign(actor=personas["office"], campaign_id=target.campaign_id, move="cancel", words="x")
    assert read(7, "9") == "campaign.not_live" and actions.record_reading(**asked)[1] is False
    assert (
        refusal(lambda: actions.record_reading(**{**asked, "target_id": uuid4(), "reading_id": None}))
        == "common.not_found"
    )
    assert selectors.reading_for(personas["street"], row.pk) == row
    assert refusal(lambda: selectors.reading_for(personas["street2"], row.pk)) == "common.not_found"
    assert refusal(lambda: selectors.get_target_for(personas["street2"], target.pk)) == "common.not_found"


def test_the_overview_begins_with_what_is_furthest_behind(
    campaign: Make, personas: Any, django_assert_num_queries: Any
) -> None:
    rows = {}
    for name, value in (("稍慢", 400), ("很慢", 10), ("按期", 450), ("超前", 900), ("完成", 1000), ("没报", None)):
        rows[name] = campaign(title=name, targets=({}, {"name": "二", "goal": Decimal(1)}))
        for target in rows[name].targets.all():
            if value is not None:
                goal = value if target.goal > 1 else 1
                actions.record_reading(actor=personas["office"], target_id=target.pk, day=TODAY, value=Decimal(goal))
    campaign(title="筹备", running=False)
    with django_assert_num_queries(4):
        lines = selectors.overview(selectors.visible_to(personas["office"]), TODAY)
    told = [(line.campaign.title, line.code) for line in lines]
    assert told == [
        ("很慢", "behind"),
        ("稍慢", "behind"),
        ("没报", "no_reading"),
        ("按期", "on_plan"),
        ("超前", "ahead"),
        ("筹备", "not_begun"),
        ("完成", "reached"),
    ]
    assert lines[0].share == (Fraction(1, 100) + 1) / 2 and lines[0].lag == Fraction(44, 100)
    assert lines[0] == selectors.line_for(lines[0].campaign, TODAY)
