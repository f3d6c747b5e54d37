"""``import divisions|units|sponsorships`` and ``export units``: the commands' own work on an open home."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.cli import home, output
from chuangcheng.cli.commands import exports, imports
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people import charging
from chuangcheng.people.models import Person, Post, Unit
from chuangcheng.places.models import Division
from chuangcheng.sites.sponsorship.models import Sponsorship
from tests.people.test_imports import CARDS, POSTS, UNITS, book
from tests.places.test_imports import TABLE
from tests.sites.test_sponsorship import ROWS, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def open_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's database is the home; no process is started for it."""
    monkeypatch.setattr(home, "open_ready_home", lambda: None)


def parsed(module: Any, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    module.arguments(parser)
    return parser.parse_args(list(words))


def bring(*words: str) -> output.Result:
    """What ``chuangcheng import …`` answers."""
    return imports.run(parsed(imports, *words))


def send(*words: str) -> output.Result:
    """What ``chuangcheng export …`` answers."""
    return exports.run(parsed(exports, *words))


@pytest.fixture
def divisions(tmp_path: Path) -> str:
    path = tmp_path / "区划.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


class TestDivisions:
    def test_a_preview_an_import_and_once_more(self, divisions: str) -> None:
        tried = bring("divisions", divisions, "--preview")
        assert (tried.code, tried.data["imported"], tried.data["applied"]) == (output.OK, 4, False)
        assert not Division.objects.exists()
        first = bring("divisions", divisions)
        assert (first.data["rows"], first.data["imported"], first.data["unchanged"]) == (4, 4, 0)
        assert first.data["levels"] == {"city": 1, "district": 1, "street": 1, "community": 1}
        again = bring("divisions", divisions)
        assert (again.data["imported"], again.data["unchanged"], again.data["applied"]) == (0, 4, True)
        assert again.lines[0].startswith(("共 4 行：导入 0，未变 4", "4 rows: 0 imported, 4 unchanged"))

    def test_one_wrong_row_is_code_one_and_keeps_nothing(self, divisions: str) -> None:
        path = Path(divisions)
        path.write_text(f"{TABLE}990299001,孤儿街道,990299\n", encoding="utf-8")
        done = bring("divisions", divisions)
        assert (done.code, done.data["rejected"], done.data["applied"]) == (output.PROBLEM, 1, False)
        (problem,) = done.data["problems"]
        assert (problem["row"], problem["field"]) == (6, "区划.csv:990299001·上级代码")
        assert problem["code"] == "places.no_parent"
        assert any("990299" in line for line in done.lines)
        assert not Division.objects.exists()

    def test_the_answer_is_json(self, divisions: str) -> None:
        data = json.loads(json.dumps(bring("divisions", divisions).data, default=str))
        assert data["levels"]["community"] == 1


class TestUnits:
    def test_units_come_in_and_go_out_and_come_in_again(self, small_city: Any, tmp_path: Path) -> None:
        done = bring("units", str(book(tmp_path, UNITS, POSTS, CARDS)))
        assert (done.code, done.data["imported"], done.data["applied"]) == (output.OK, 9, True)
        out = tmp_path / "sent" / "units.xlsx"
        wrote = send("units", str(out))
        assert wrote.data["rows"] == Unit.objects.count() + Post.objects.count() + 3
        again = bring("units", str(out))
        assert (again.data["imported"], again.data["unchanged"]) == (0, wrote.data["rows"])

    def test_what_goes_out_names_everybody_and_no_phone(self, small_city: Any, tmp_path: Path) -> None:
        bring("units", str(book(tmp_path, UNITS, POSTS, CARDS)))
        charging.set_charges(
            actor=SYSTEM,
            unit=Unit.objects.get(code="N-HBJ"),
            given={"deputy": (Person.objects.get(username="qian"), "副局长")},
        )
        out = tmp_path / "units.xlsx"
        send("units", str(out))
        found = openpyxl.load_workbook(out)
        units = {row[0]: row for row in found["单位"].iter_rows(min_row=2, values_only=True)}
        assert units["N-JD"][1:5] == ("北山街道办事处", "北山街道", "街道（乡镇）", "街道")
        assert units["N-JD"][6] == "N-QU"
        posts = list(found["岗位"].iter_rows(min_row=2, values_only=True))
        assert {(row[0], row[5]) for row in posts} == {("zhao", "N-JD"), ("qian", "N-HBJ")}
        assert not any(row[2] for row in posts), "no telephone number leaves"
        cards = {(row[0], row[1]): row[2:4] for row in found["名片"].iter_rows(min_row=2, values_only=True)}
        assert cards["N-HBJ", "分管领导"] == ("qian", "副局长")

    def test_a_wrong_workbook_is_code_one(self, small_city: Any, tmp_path: Path) -> None:
        wrong = [{**UNITS[1], "valid_from": "2026-05-01", "valid_to": "2026-04-30"}]
        done = bring("units", str(book(tmp_path, wrong)))
        assert done.code == output.PROBLEM
        assert done.data["problems"][0]["code"] == "people.period"
        assert not Unit.objects.filter(code="N-QU").exists()


class TestSponsorships:
    def test_they_come_in_by_workbook(self, small_city: Any, personas: Any, tmp_path: Path) -> None:
        path = str(sheet(tmp_path, *ROWS[:2]))
        assert bring("sponsorships", path, "--preview").data["applied"] is False
        assert not Sponsorship.objects.exists()
        assert bring("sponsorships", path).data["imported"] == 2
        assert bring("sponsorships", path).data["unchanged"] == 2

    def test_their_template_is_exported(self, tmp_path: Path) -> None:
        out = tmp_path / "template.xlsx"
        send("template", str(out), "--of", "sponsorships")
        page = openpyxl.load_workbook(out)["包联"]
        assert [cell.value for cell in page[1]][:3] == ["对象类型", "对象编码", "包联单位编码"]

    def test_a_wrong_row_is_named(self, small_city: Any, tmp_path: Path) -> None:
        done = bring("sponsorships", str(sheet(tmp_path, ["小区", "无此小区", "U-CGJ", None, 1, None, None])))
        assert (done.code, done.data["problems"][0]["field"]) == (output.PROBLEM, "对象编码")


def test_the_template_of_units_has_all_three_sheets(tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"
    send("template", str(out), "--of", "units")
    assert openpyxl.load_workbook(out).sheetnames == ["单位", "岗位", "名片"]
