"""Compounds and shops by the command line, in this process and on the test database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.cli import home
from chuangcheng.cli.main import main
from chuangcheng.history.models import Event
from chuangcheng.sites.models import Compound, Shop
from tests.sites.registers import workbook
from tests.sites.test_register_sheets import COMPOUND_HEADS, COMPOUND_ROWS, SHOP_HEADS, SHOP_ROWS

KINDS: dict[str, tuple[str, list[str], list[list[Any]], type[Any]]] = {
    "compounds": ("小区", COMPOUND_HEADS, COMPOUND_ROWS, Compound),
    "shops": ("门店", SHOP_HEADS, SHOP_ROWS, Shop),
}
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, small_city: Any, noon: Any) -> None:
    monkeypatch.setattr(home, "open_ready_home", lambda: None)
    monkeypatch.setattr(home, "choose", lambda _options: None)


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = main([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def file(kind: str, path: Path, rows: list[list[Any]] | None = None) -> Path:
    name, heads, listed, _model = KINDS[kind]
    return workbook(path / f"{kind}.xlsx", name, heads, listed if rows is None else rows)


@each_kind
def test_in_once_and_once_more(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(kind, tmp_path)
    code, told = call(capsys, "import", kind, path)
    assert (code, told["rows"], told["imported"], told["applied"]) == (0, 3, 3, True)
    before = Event.objects.count()
    code, told = call(capsys, "import", kind, path)
    assert (code, told["imported"], told["unchanged"], Event.objects.count()) == (0, 0, 3, before)


@each_kind
def test_a_preview_keeps_nothing(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = call(capsys, "import", kind, file(kind, tmp_path), "--preview")
    assert (code, told["imported"], told["applied"]) == (0, 3, False)
    assert not KINDS[kind][3]._default_manager.exists()


@each_kind
def test_every_problem_is_told_by_row_and_column(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [list(row) for row in KINDS[kind][2]]
    rows[0][1], rows[2][0] = None, rows[1][0]
    code, told = call(capsys, "import", kind, file(kind, tmp_path, rows))
    assert (code, told["rejected"], told["imported"], told["applied"]) == (1, 2, 0, False)
    assert [(one["row"], one["code"]) for one in told["problems"]] == [(2, "sites.missing"), (4, "sites.duplicate")]
    assert all(one["field"] for one in told["problems"])
    assert not KINDS[kind][3]._default_manager.exists()


@each_kind
def test_the_template_can_be_filled_in(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "template.xlsx"
    assert call(capsys, "export", "template", path, "--of", kind)[0] == 0
    book = openpyxl.load_workbook(path)
    assert book.active is not None and book.active.title == KINDS[kind][0]
    book.active.append(KINDS[kind][2][0])
    book.save(path)
    code, told = call(capsys, "import", kind, path)
    assert (code, told["imported"]) == (0, 1)


def test_contact_data_is_in_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [list(row) for row in COMPOUND_ROWS]
    rows[0][18] = "1" * 40
    main(["import", "compounds", str(file("compounds", tmp_path, rows))])
    said = capsys.readouterr()
    assert "王大妈" not in said.out + said.err and "1" * 40 not in said.out + said.err
    assert "联系电话" in said.out + said.err
