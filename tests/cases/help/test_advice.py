"""The suggestion for a report: model, rule, unit, silence, and that it never stands in anybody's way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chuangcheng.cases import routing
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.triage import quality, store
from chuangcheng.cases.triage.advice import advise, advise_text
from chuangcheng.framework.models import Category
from chuangcheng.history.versions import forget
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.triage import learning
from chuangcheng.kernel.triage.learning import Example
from chuangcheng.kernel.triage.model import Model
from tests.cases.play import Play
from tests.conftest import NOON
from tests.kernel.triage.town import PLACES

pytestmark = pytest.mark.django_db
Confirm = Callable[..., Case]
SAYINGS = {
    "06028": ("{}工地夜间施工噪音扰民", "{}烧烤店吵到半夜", "{}广场舞音响太吵"),
    "01003F": ("{}井盖松动咣当响", "{}井盖破了一角很危险", "{}下水道井盖不见了"),
    "06010": ("{}有一堆生活垃圾", "{}垃圾没人清理", "{}垃圾满地都是"),
    "06042": ("{}垃圾桶溢出来了", "{}垃圾箱装不下了", "{}垃圾桶满了没人倒"),
}


def _learn(more: dict[str, tuple[str, ...]] | None = None) -> Model:
    examples = [
        Example(saying.format(place), code)
        for code, sayings in {**SAYINGS, **(more or {})}.items()
        for place in PLACES
        for saying in sayings
    ]
    return learning.train(examples, about={"version": 4})


@pytest.fixture(scope="module")
def learned() -> Model:
    return _learn()


@pytest.fixture
def model(categories: None, learned: Model) -> Model:
    store.put(learned)
    return learned


class TestByModel:
    def test_category_probability_and_words(self, model: Model) -> None:
        told = advise_text("学府路的井盖松动，车一压咣当响")
        assert told is not None
        assert (told.category.code, told.model, told.reason) == ("01003F", 4, None)
        assert told.probability is not None
        assert told.probability >= model.threshold
        assert any("井盖" in word for word in told.words)

    def test_the_unit_follows_from_the_category(self, model: Model, play: Play) -> None:
        routing.ensure_default_routing(actor=SYSTEM)
        told = advise(play.report(text="学府路的井盖松动，车一压咣当响"))
        assert told is not None
        assert told.unit is not None
        assert told.unit.unit.code == "U-CGJ"

    def test_it_abstains(self, model: Model) -> None:
        assert advise_text("你好") is None
        assert advise_text("") is None

    def test_a_category_that_is_gone_is_not_suggested(self, model: Model) -> None:
        Category.objects.filter(code="01003F").delete()
        forget()
        assert advise_text("学府路的井盖松动，车一压咣当响") is None


class TestByRule:
    def test_a_rule_tells_apart_what_the_model_thinks_alike(self, model: Model) -> None:
        told = advise_text("学府路路边一堆生活垃圾没人清理")
        assert told is not None
        assert told.category.code == "06010"
        assert told.reason is not None
        assert told.probability is not None

    def test_a_rule_does_not_overrule_a_model_that_is_sure_of_something_else(self, model: Model) -> None:
        told = advise_text("工地夜间施工噪音扰民，烧烤店吵到半夜，旁边垃圾桶满了")
        assert told is None or told.category.code == "06028"

    @pytest.mark.parametrize(("fits", "right", "kept"), [(19, 0, True), (20, 17, False), (20, 18, True), (0, 0, True)])
    def test_confirmed_work_can_refute_a_rule(
        self, categories: None, learned: Model, fits: int, right: int, kept: bool
    ) -> None:
        store.put(replace(learned, about={**learned.about, "rules": {"06010": [fits, right]}}))
        told = advise_text("学府路路边一堆生活垃圾没人清理")
        assert (told is not None and told.reason is not None) is kept

    def test_nothing_is_certain(self, model: Model) -> None:
        told = advise_text("学府路路边一堆生活垃圾没人清理")
        assert told is not None
        assert told.percent == 99
        assert told.fact("06010") == {"code": "06010", "filed": "06010", "percent": 99, "model": 4}

    def test_rules_work_before_anything_is_learned(self, categories: None) -> None:
        told = advise_text("幸福路的垃圾桶满了没人清运")
        assert told is not None
        assert (told.category.code, told.probability, told.model) == ("06042", None, 0)

    def test_a_rule_for_a_category_that_the_city_does_not_have(self, limits: None) -> None:
        assert advise_text("幸福路的垃圾桶满了没人清运") is None


class TestNeverInTheWay:
    def test_a_damaged_model_is_logged_and_forgotten(
        self, confirm: Confirm, model_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        model_path.parent.mkdir(parents=True)
        model_path.write_bytes(b"broken")
        with caplog.at_level(logging.ERROR):
            assert confirm("永安路井盖松动", "01003F", end="filed").state == "filed"
        assert "train it again" in caplog.text

    def test_reports_come_in_without_it(self, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "current", _must_not)
        assert play.report(text="垃圾桶满了").state == "received"


def _must_not() -> Model:
    raise AssertionError("the create path asked the model")


class TestLive:
    def test_nothing_filed_yet(self, db: None) -> None:
        live = quality.live(NOON)
        assert (live.filed, live.coverage, live.accuracy, live.turned) == (0, None, None, [])

    def test_what_became_of_suggestions(self, confirm: Confirm) -> None:
        confirm("幸福路垃圾桶满了", "06042", end="filed")
        confirm("解放街垃圾桶满了", "06010", end="filed")
        confirm("长乐坊垃圾桶满了", "06010", end="filed")
        confirm("请管一管", "06010", end="filed")
        live = quality.live(NOON + timedelta(minutes=1))
        assert (live.filed, live.advised, live.taken) == (4, 3, 1)
        assert live.coverage == 0.75
        assert live.accuracy == pytest.approx(1 / 3)
        assert live.turned == [("06042", "06010", 2)]

    def test_every_figure_has_its_rows(self, confirm: Confirm) -> None:
        confirm("幸福路垃圾桶满了", "06042", end="filed")
        confirm("解放街垃圾桶满了", "06010", end="filed")
        confirm("请管一管", "06010", end="filed")
        later = NOON + timedelta(minutes=1)
        live = quality.live(later)
        counted = {
            figure: quality.behind(Report.objects.all(), figure, later).count()
            for figure in ("filed", "advised", "taken", "turned", "06042-06010", "06010-06042", "nonsense", "")
        }
        assert (counted["filed"], counted["advised"], counted["taken"]) == (live.filed, live.advised, live.taken)
        assert (counted["turned"], counted["06042-06010"]) == (1, 1)
        assert counted["06010-06042"] == counted["nonsense"] == counted[""] == 0

    def test_what_is_long_ago_does_not_count(self, confirm: Confirm) -> None:
        confirm("幸福路垃圾桶满了", "06042", end="filed")
        later = NOON + timedelta(days=quality.DAYS, minutes=1)
        assert quality.live(later).filed == 0
        assert quality.behind(Report.objects.all(), "filed", later).count() == 0
