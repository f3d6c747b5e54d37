"""The suggestion on a report's page, taken by one click or changed; and the page that says how good it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import routing
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.triage import store
from chuangcheng.desk.cases import triage
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.triage import evaluation, learning
from chuangcheng.kernel.triage.weighing import Recipe
from tests.cases.help.conftest import categories, model_path
from tests.cases.play import Play
from tests.kernel.triage.town import messages

__all__ = ["categories", "model_path"]
Sign = Callable[[str], Client]
PAGE = "/desk/triage/"
FULL_BIN = "幸福路的垃圾桶满了没人清运"
CODES = {"垃圾": "06010", "路灯": "01003F", "噪声": "06028"}


def page(client: Client, report: Report) -> str:
    return client.get(reverse("desk:report", args=[report.pk])).content.decode()


def learn(quality: bool = True, **about: Any) -> None:
    """Puts a model of made-up messages into force."""
    examples = [learning.Example(one.text, CODES[one.label]) for one in messages()]
    told: dict[str, Any] = {
        "version": 7, "trained_at": "2026-09-14T09:30:00+08:00", "quality": None,
        "from": {"confirmed": 90, "corrections": 6, "brought": 6, "unknown": 2, "definitions": 250}, **about,
    }  # fmt: skip
    if quality:
        told["quality"] = evaluation.evaluate(examples, grid=(Recipe(),)).as_json()
    store.put(learning.train(examples, about=told))


class TestOnTheReport:
    def test_category_unit_and_reason_are_shown(self, as_persona: Sign, play: Play, categories: None) -> None:
        routing.ensure_default_routing(actor=SYSTEM)
        html = page(as_persona("office"), play.report(text=FULL_BIN))
        assert "分类建议" in html and "垃圾站（箱）满溢" in html
        assert "有垃圾桶、箱或站，且已装满或外溢" in html
        assert "河东街道" in html and "按规则" in html
        assert "按建议立案" in html

    def test_a_model_says_how_sure_it_is(self, as_persona: Sign, play: Play, categories: None) -> None:
        learn()
        html = page(as_persona("office"), play.report(text="学府路工地夜间施工噪音扰民"))
        assert "噪声扰民" in html and "把握" in html and re.search(r"9\d%", html)
        assert "施工" in html.split("依据")[1].split("</dd>")[0]

    @pytest.mark.parametrize("text", ["你好", "想问一件事"])
    def test_nothing_stands_there_when_it_is_unsure(
        self, as_persona: Sign, play: Play, categories: None, text: str
    ) -> None:
        assert "按建议立案" not in page(as_persona("office"), play.report(text=text))

    @pytest.mark.parametrize("persona", ["leader", "grid", "street", "auditor"])
    def test_who_may_not_file_gets_no_button(
        self, as_persona: Sign, play: Play, categories: None, persona: str
    ) -> None:
        assert "按建议立案" not in page(as_persona(persona), play.report(text=FULL_BIN))

    def test_after_filing_the_suggestion_is_gone(self, as_persona: Sign, play: Play, categories: None) -> None:
        client, report = as_persona("office"), play.report(text=FULL_BIN)
        client.post(reverse("desk:report_move", args=[report.pk, "file"]), {"category": "06042", "severity": "1"})
        assert "按建议立案" not in page(client, report)

    def test_one_click_files_it(self, as_persona: Sign, play: Play, categories: None) -> None:
        client, report = as_persona("office"), play.report(text=FULL_BIN)
        form = page(client, report).split("按建议立案")[0].rsplit("<form", 1)[1]
        address = re.search(r'action="([^"]+)"', form)
        assert address is not None
        given = dict(re.findall(r'type="hidden" name="(category|severity)" value="([^"]+)"', form))
        assert client.post(address[1], given).status_code == 302
        case = Case.objects.get()
        assert (case.category.code, case.severity, case.condition) == ("06042", 1, "default")  # type: ignore[union-attr]
        assert Event.objects.get(action="report.filed").after["suggested"]["filed"] == "06042"

    def test_the_form_comes_with_it_chosen(self, as_persona: Sign, play: Play, categories: None) -> None:
        client = as_persona("office")
        address = reverse("desk:report_move", args=[play.report(text=FULL_BIN).pk, "file"])
        assert re.search(r'<option value="06042"[^>]* selected', client.get(address).content.decode())

    def test_what_the_reporter_chose_comes_first(self, as_persona: Sign, play: Play, categories: None) -> None:
        client = as_persona("office")
        report = play.report(text=FULL_BIN, category_code="07003")
        html = client.get(reverse("desk:report_move", args=[report.pk, "file"])).content.decode()
        assert re.search(r'<option value="07003"[^>]* selected', html)
        assert "垃圾站（箱）满溢" in page(client, report)

    def test_another_choice_is_a_correction(self, as_persona: Sign, play: Play, categories: None) -> None:
        client, report = as_persona("office"), play.report(text=FULL_BIN)
        client.post(reverse("desk:report_move", args=[report.pk, "file"]), {"category": "06010", "severity": "1"})
        assert Event.objects.get(action="report.filed").after["suggested"] == {
            "code": "06042", "filed": "06010", "percent": None, "model": 0,
        }  # fmt: skip


class TestQualityPage:
    @pytest.mark.parametrize("persona", ["leader", "street", "department", "grid", "auditor"])
    def test_it_is_for_who_triages(self, as_persona: Sign, play: Play, persona: str) -> None:
        assert as_persona(persona).get(PAGE).status_code == 403

    def test_before_anything_was_learned(self, as_persona: Sign, play: Play) -> None:
        html = as_persona("office").get(PAGE).content.decode()
        assert "还没有训练过模型" in html and "chuangcheng triage train" in html

    def test_when_and_on_what_it_was_learned(self, as_persona: Sign, play: Play) -> None:
        learn(quality=False)
        html = as_persona("office").get(PAGE).content.decode()
        assert "第 7 版" in html and "2026年9月14日" in html
        assert "其中更正 6 条" in html and "250" in html and "另有 2 条类别不明" in html
        assert "不足 50 条" in html

    def test_measured_quality_with_curve_and_confusion(self, as_persona: Sign, categories: None, play: Play) -> None:
        learn()
        html = as_persona("office").get(PAGE).content.decode()
        assert "宏平均 F1" in html and "95% 区间" in html
        assert html.count("<circle") >= 1
        table = html.split("混淆表")[1].split("</table>")[0]
        assert "暴露垃圾" in table and "噪声扰民" in table and "井盖异常" in table
        assert table.count("<tr>") == 4

    def test_a_damaged_model_is_said_not_shown(self, as_persona: Sign, play: Play, model_path: Path) -> None:
        model_path.parent.mkdir(parents=True)
        model_path.write_bytes(b"broken")
        answer = as_persona("office").get(PAGE)
        assert answer.status_code == 200
        assert "模型文件已损坏" in answer.content.decode()

    def test_a_model_without_proof_is_called_silent(self, as_persona: Sign, play: Play) -> None:
        pair = [learning.Example("路灯不亮", "a"), learning.Example("垃圾满溢", "b")]
        about = {"version": 1, "trained_at": "2026-09-14T09:30:00+08:00", "quality": None,
                 "from": {"confirmed": 0, "corrections": 0, "brought": 2, "unknown": 0, "definitions": 0}}  # fmt: skip
        store.put(learning.train(pair, about=about))
        assert "暂不出声" in as_persona("office").get(PAGE).content.decode()

    def test_figures_lead_to_their_reports(self, as_persona: Sign, play: Play, categories: None) -> None:
        client = as_persona("office")
        filed = {}
        for text, code in ((FULL_BIN, "06042"), ("解放街垃圾桶满了", "06010"), ("请管一管", "06010")):
            report = play.report(text=text)
            client.post(reverse("desk:report_move", args=[report.pk, "file"]), {"category": code, "severity": "1"})
            filed[text] = report.number
        html = client.get(PAGE).content.decode()
        links = dict.fromkeys(re.findall(r'href="(/desk/reports/\?advice=[^"]+)"', html))
        shown = {
            link.split("=")[1]: {text for text, number in filed.items() if number in client.get(link).content.decode()}
            for link in links
        }
        everything = set(filed)
        assert shown == {
            "filed": everything, "advised": everything - {"请管一管"}, "taken": {FULL_BIN},
            "turned": {"解放街垃圾桶满了"}, "06042-06010": {"解放街垃圾桶满了"},
        }  # fmt: skip
        assert "66.7%" in html and "50.0%" in html


class TestConfusion:
    @staticmethod
    def measured(size: int) -> dict[str, Any]:
        table = [[size - row if row == column else int(column == row + 1) for column in range(size)]
                 for row in range(size)]  # fmt: skip
        return {"labels": [f"{place:02d}" for place in range(size)], "confusion": table, "f1": [0.5] * size}

    def test_few_categories_are_all_named(self) -> None:
        heads, lines = triage.confusion(self.measured(3))
        assert heads == ["00", "01", "02"]
        assert [[cell.count for cell in line.cells] for line in lines] == [[3, 1, 0], [0, 2, 1], [0, 0, 1]]
        assert [[cell.right for cell in line.cells] for line in lines][1] == [False, True, False]

    def test_many_are_folded_and_nothing_is_lost(self) -> None:
        given = self.measured(30)
        heads, lines = triage.confusion(given)
        assert heads == [f"{place:02d}" for place in range(triage.SHOWN)] + [triage.REST]
        assert sum(line.rows for line in lines) == sum(map(sum, given["confusion"]))
        assert lines[-1].f1 is None
        assert not any(cell.right for cell in lines[-1].cells)

    def test_a_category_that_never_occurred_is_folded(self) -> None:
        given = {"labels": ["a", "b"], "confusion": [[3, 1], [0, 0]], "f1": [0.8, None]}
        heads, lines = triage.confusion(given)
        assert heads == ["a", triage.REST]
        assert [cell.count for cell in lines[0].cells] == [3, 1]

    def test_the_curve_runs_from_lower_left_to_upper_right(self) -> None:
        bins = [{"promised": 0.1, "right": 0.0, "rows": 3}, {"promised": 0.9, "right": 1.0, "rows": 3}]
        assert triage.curve(bins)["line"] == "20.0,200.0 180.0,0.0"
