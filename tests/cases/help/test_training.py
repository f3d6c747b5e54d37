"""Training from the city's own work: what counts as confirmed, what a correction adds, and how a model is put in force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case
from chuangcheng.cases.triage import rows, store, training
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.triage import learning
from chuangcheng.kernel.triage.learning import Example
from tests.cases.play import Play
from tests.cases.test_hotline import workbook as write
from tests.kernel.triage.town import PLACES

pytestmark = pytest.mark.django_db
Confirm = Callable[..., Case]
NOISE = ("{}工地夜间施工噪音扰民", "{}烧烤店吵到半夜")
COVER = ("{}井盖松动咣当响", "{}井盖破了一角很危险")


class TestRows:
    def test_a_closed_case_confirms_its_category(self, confirm: Confirm) -> None:
        confirm("永安路井盖松动", "01003F")
        (row,) = rows.examples()
        assert (row.text, row.label, row.weight, row.prior) == ("永安路井盖松动", "01003F", 1.0, False)

    @pytest.mark.parametrize("end", ["filed", "void", "wrong"])
    def test_what_nobody_stands_behind_does_not_count(self, confirm: Confirm, end: str) -> None:
        confirm("永安路井盖松动", "01003F", end=end)
        assert rows.examples() == []

    def test_every_report_of_a_case_counts_and_they_stay_together(self, confirm: Confirm, play: Play) -> None:
        case = confirm("永安路井盖松动", "01003F", end="filed")
        actions.link_report(actor=play.by["office"], report_id=play.report(text="井盖咣当响").id, case_id=case.id)
        Case.objects.update(state="closed", outcome="fixed")
        found = rows.examples()
        assert {row.text for row in found} == {"永安路井盖松动", "井盖咣当响"}
        assert {row.group for row in found} == {str(case.id)}

    def test_one_category_cannot_drown_the_others(self, confirm: Confirm, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rows, "MOST_A_CATEGORY", 2)
        for number in range(3):
            confirm(f"井盖松动{number}", "01003F")
        confirm("太吵", "06028")
        assert sorted(row.label for row in rows.examples()) == ["01003F", "01003F", "06028"]

    def test_the_framework_names_what_a_case_can_be(self, categories: None) -> None:
        named = {row.label: row.text for row in rows.definitions()}
        assert named["09006"] == "占道经营"
        assert "01003" not in named
        assert all(row.prior for row in rows.definitions())

    def test_checklist_items_are_definitions(self, db: None) -> None:
        from chuangcheng.framework.actions import load_sample, publish_edition

        publish_edition(actor=SYSTEM, edition=load_sample(actor=SYSTEM))
        found = rows.definitions()
        assert len(found) > len({row.label for row in found}) > 200


class TestCorrections:
    def test_filing_against_the_suggestion_is_told_in_history(self, confirm: Confirm, play: Play) -> None:
        confirm("幸福路垃圾桶满了", "06010", end="filed")
        event = Event.objects.get(action="report.filed")
        assert event.after["suggested"] == {"code": "06042", "filed": "06010", "percent": None, "model": 0}
        (one,) = rows.advised(rows.filings())
        assert (one.suggested, one.filed, one.taken) == ("06042", "06010", False)

    def test_without_a_suggestion_history_says_nothing_of_it(self, confirm: Confirm) -> None:
        confirm("请管一管", "06010", end="filed")
        assert "suggested" not in Event.objects.get(action="report.filed").after
        assert list(rows.advised(rows.filings())) == []

    def test_a_correction_counts_at_once_and_twice(self, confirm: Confirm) -> None:
        confirm("幸福路垃圾桶满了", "06010", end="filed")
        (row,) = rows.examples()
        assert (row.label, row.weight) == ("06010", rows.CORRECTED)

    def test_a_suggestion_that_was_taken_waits_for_the_work(self, confirm: Confirm) -> None:
        confirm("幸福路垃圾桶满了", "06042", end="filed")
        assert rows.examples() == []

    def test_a_correction_that_was_void_does_not_count(self, confirm: Confirm) -> None:
        confirm("幸福路垃圾桶满了", "06010", end="void")
        assert rows.examples() == []


class TestTraining:
    def test_rules_are_judged_by_confirmed_work(self) -> None:
        given = [
            Example("幸福路垃圾桶满了", "06042"), Example("解放街垃圾桶满了", "06010"), Example("路灯不亮", "01037F"),
            Example("垃圾桶满溢", "06042", prior=True), Example("流动摊贩", "09006"),
        ]  # fmt: skip
        assert training.judge_rules(given) == {"06042": [2, 1], "09006": [1, 1]}

    def test_a_city_on_its_first_day_learns_from_names(self, categories: None, model_path: Path) -> None:
        model = training.train(actor=SYSTEM)
        assert model.about["from"] == {"confirmed": 0, "corrections": 0, "brought": 0, "unknown": 0, "definitions": 11}
        assert model.about["quality"] is None
        assert model_path.exists()
        assert model.threshold == 2.0, "names alone prove nothing"

    def test_nothing_to_learn_from_leaves_the_old_model(self, db: None, model_path: Path) -> None:
        with pytest.raises(Refused) as refused:
            training.train(actor=SYSTEM)
        assert refused.value.code == "triage.too_few"
        assert not model_path.exists()

    @pytest.mark.parametrize("name", ["street", "leader", "grid", "inspector"])
    def test_not_everybody_may(self, play: Play, categories: None, name: str) -> None:
        with pytest.raises(Refused):
            training.train(actor=play.by[name])

    def test_each_training_is_a_new_version_seen_at_once(self, categories: None) -> None:
        assert store.current() is None
        training.train(actor=SYSTEM)
        assert store.current().about["version"] == 1  # type: ignore[union-attr]
        training.train(actor=SYSTEM)
        assert store.current().about["version"] == 2  # type: ignore[union-attr]

    def test_a_damaged_file_can_be_trained_over(self, categories: None, model_path: Path) -> None:
        model_path.parent.mkdir(parents=True)
        model_path.write_bytes(b"broken")
        with pytest.raises(ValueError, match="not a model"):
            store.current()
        assert training.train(actor=SYSTEM).about["version"] == 1

    def test_a_failed_write_leaves_nothing_behind(
        self, categories: None, model_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(store.os, "fsync", _full)
        with pytest.raises(OSError, match="disk"):
            training.train(actor=SYSTEM)
        assert list(model_path.parent.iterdir()) == []

    def test_a_workbook_adds_rows_by_name_or_code(
        self, categories: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(learning, "GRID", (learning.Recipe(),))
        sheet: list[list[object]] = [
            [saying.format(place), label]
            for place in PLACES
            for label, sayings in (("噪声扰民", NOISE), ("01003F", COVER))
            for saying in (*sayings, *(f"请看{one}" for one in sayings))
        ]
        path = write(tmp_path / "a.xlsx", [*sheet, ["别的事", "没有的类别"]], ["留言内容", "案件类别"])
        model = training.train(actor=SYSTEM, files=(path,))
        assert model.about["from"]["brought"] == 64
        assert model.about["from"]["unknown"] == 1
        assert model.about["quality"]["rows"] == 64
        assert model.about["quality"]["macro_f1"] > 0.9
        assert model.judge("学府路井盖松动咣当响").ranked[0].label == "01003F"

    def test_numbers_of_persons_do_not_reach_the_model(self, categories: None, tmp_path: Path) -> None:
        texts = [[f"井盖坏了，电话1381234567{number}", "01003F"] for number in range(5)]
        path = write(tmp_path / "a.xlsx", texts, ["留言内容", "案件类别"])
        terms = "".join(training.train(actor=SYSTEM, files=(path,)).terms)
        assert not set(terms) & set("123456789")


def _full(_handle: int) -> None:
    raise OSError("disk full")
