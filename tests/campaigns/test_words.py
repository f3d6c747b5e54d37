"""What the room says: every wrong field, every deed of its history, every doubt, in both languages."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from chuangcheng.campaigns import actions, timeline, wrongs
from chuangcheng.campaigns.actions.targets import DOUBTS
from chuangcheng.kernel import attainment, measures, money, progress
from chuangcheng.kernel.problems import Refused, catalogue
from tests.campaigns.conftest import FIRST, TODAY
from tests.campaigns.drives import GOOD, WEAK, make_drive, place_of

CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("key", wrongs.SAID)
def test_every_wrong_field_is_said_in_both_languages(key: str) -> None:
    label = wrongs.SAID[key]
    assert CHINESE.search(label.zh) and not CHINESE.search(label.en)
    holes = [set(re.findall(r"\{(\w+)\}", text)) for text in (label.zh, label.en)]
    assert holes[0] == holes[1]


@pytest.mark.parametrize(
    ("field", "code", "params", "zh"),
    [
        ("title", "required", {}, "请填写名称，最多 100 字"),
        ("document", "required", {}, "请填写文号、合同号或凭证号"),
        ("other", "required", {}, "必填"),
        ("theme", "length", {"limit": 2000}, "最多 2000 字"),
        ("measure", "unit", {"given": "斤"}, "没有计量单位“斤”"),
        ("goal", "below_baseline", {"name": "泊位", "baseline": 5}, "目标“泊位”低于基数 5"),
        ("plan", "outside", {"first": 1, "last": 2}, "计划节点应在 1 至 2 之间"),
    ],
)
def test_a_wrong_field_is_said_with_its_values(field: str, code: str, params: dict[str, Any], zh: str) -> None:
    found = wrongs.wrong(field, code, **params)
    assert (found.field, found.code, found.message) == (field, code, zh)


@pytest.mark.parametrize("action", timeline.DEEDS)
def test_every_deed_is_said_in_both_languages(action: str) -> None:
    label = timeline.DEEDS[action]
    assert CHINESE.search(label.zh) and label.en and not CHINESE.search(label.en)


@pytest.mark.parametrize(
    "labels",
    [progress.STANDINGS, money.KINDS, attainment.GRADES, attainment.ANSWERS],
    ids=["standings", "kinds", "grades", "answers"],
)
def test_the_kernels_words(labels: Any) -> None:
    assert all(CHINESE.search(label.zh) and label.en and not CHINESE.search(label.en) for label in labels.values())


@pytest.mark.parametrize("code", [code for code in catalogue() if code.split(".")[0] in ("campaign", "money", "drive")])
def test_the_problems_of_the_room(code: str) -> None:
    problem = catalogue()[code]
    holes = [set(re.findall(r"\{(\w+)\}", text)) for text in (problem.sentence.zh, problem.sentence.en)]
    assert holes[0] == holes[1] and problem.status in {403, 409, 422}
    assert not CHINESE.search(problem.sentence.en)


@pytest.mark.parametrize("code", measures.MEASURES)
def test_every_measure_is_found_by_its_words(code: str) -> None:
    label = measures.MEASURES[code]
    assert measures.code_of(label.zh) == code
    assert measures.code_of(f" {code} ") == code
    assert measures.said(Decimal("1234.5000"), code).startswith("1,234.5")


@pytest.mark.parametrize(
    ("value", "day", "zh", "en"),
    [
        ("-5", TODAY, "低于合理范围", "below the plausible range"),
        ("5000", TODAY, "高于合理范围", "above the plausible range"),
        ("150", TODAY, "少于上一次读数", "less than the reading before"),
        ("250", FIRST, "超过之后日期的读数", "more than a later reading"),
    ],
)
def test_a_doubt_is_said_in_both_languages(
    campaign: Any, personas: Any, value: str, day: Any, zh: str, en: str
) -> None:
    row = campaign(targets=[{"low": Decimal(0), "high": Decimal(2000)}]).targets.get()
    asked = {"actor": personas["department"], "target_id": row.pk}
    actions.record_reading(**asked, day=FIRST.replace(day=20), value=Decimal(200))
    with pytest.raises(Refused) as caught:
        actions.record_reading(**asked, day=day, value=Decimal(value))
    assert zh in caught.value.message() and en in caught.value.message("en")
    assert len(DOUBTS) == 4


def test_the_story_of_a_place(personas: Any, noon: Any) -> None:
    drive = make_drive(personas["office"])
    place = place_of(drive)
    actions.fill_in(actor=personas["community"], place_id=place.pk, answers=WEAK)
    actions.fill_in(actor=personas["community"], place_id=place.pk, answers=GOOD)
    actions.recheck(actor=personas["street"], place_id=place.pk)
    told = [(entry.label.zh, entry.reason.zh if entry.reason else "") for entry in timeline.of_place(place)]
    assert told == [
        ("列入达标对象", ""),
        ("自评", "薄弱"),
        ("列入整改台账", "A1"),
        ("列入整改台账", "A2"),
        ("自评达标", "达标"),
        ("复核通过", "达标"),
        ("复评合格", "A1"),
        ("复评合格", "A2"),
    ]
