"""The catalogue of problems: complete in both languages, and every hole is one that the raising code fills."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import chuangcheng
from chuangcheng.cases.states import CASE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused, catalogue
from chuangcheng.kernel.reporting import RowProblem

SOURCES = sorted(Path(chuangcheng.__file__).parent.rglob("*.py"))


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_entry_is_whole(code: str) -> None:
    problem = catalogue()[code]
    assert re.fullmatch(r"[a-z][a-z0-9]*\.[a-z_0-9]+", code)
    # 200 marks a remark about an imported row that was taken all the same.
    assert problem.status in {200, 400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 429, 500, 503}
    assert re.search(r"[\u4e00-\u9fff]", problem.sentence.zh)
    assert problem.sentence.en.strip()
    assert not re.search(r"[\u4e00-\u9fff]", problem.sentence.en)
    assert holes(problem.sentence.zh) == holes(problem.sentence.en)


def raised() -> list[tuple[str, str, set[str] | None]]:
    """(where, code, names of the parameters or None when they are handed on as ``**params``) of each Refused(...)."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args):
                continue
            if isinstance(node.args[0], ast.Constant):
                names = {word.arg for word in node.keywords}
                found.append((f"{path.name}:{node.lineno}", node.args[0].value, None if None in names else names))
    return found


def test_every_refusal_is_in_the_catalogue_and_fills_its_holes() -> None:
    wrong = []
    for where, code, names in raised():
        if code not in catalogue():
            wrong.append(f"{where} {code}: not in the catalogue")
        elif names is not None and (missing := holes(catalogue()[code].sentence.zh) - names):
            wrong.append(f"{where} {code}: lacks {sorted(missing)}")
    assert wrong == []


def test_a_refusal_speaks_both_languages_and_carries_fields() -> None:
    refused = Refused("common.too_many", seconds=9, fields=(FieldProblem("lat", "common.invalid", "x"),))
    assert refused.code == "common.too_many"
    assert refused.problem.status == 429
    assert "9" in refused.message()
    assert refused.message("en").startswith("Too many")
    assert refused.fields[0].row is None
    assert str(refused).startswith("common.too_many: ")


def test_an_unknown_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        Refused("common.nonsense")


def test_a_label_is_said_in_the_readers_language() -> None:
    with pytest.raises(Refused) as refused:
        CASE.next("closed", "dispatch")
    assert refused.value.message("zh-hans") == "当前状态“已结案”不能“派遣”"
    assert refused.value.message("en") == "“Dispatch” is not possible in state “Closed”"


def test_a_field_speaks_the_readers_language() -> None:
    both = FieldProblem("text", "length", Label("最多 5 字", "At most 5 characters"), 3)
    assert both.message == both.said() == "最多 5 字"
    assert both.as_json("en") == {"field": "text", "code": "length", "message": "At most 5 characters", "row": 3}
    assert FieldProblem("text", "length", "最多 5 字").said("en") == "最多 5 字", "what has no English stays Chinese"


def test_a_refused_row_keeps_both_sentences() -> None:
    problem = RowProblem.of(7, Refused("photos.too_many", limit=9), "照片")
    assert (problem.row, problem.field, problem.code) == (7, "照片", "photos.too_many")
    assert "9" in problem.said("en") and problem.said("en").isascii() and not problem.said().isascii()


def _bare(call: ast.Call) -> bool:
    """Whether a sentence about a value is Chinese alone."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in {"FieldProblem", "RowProblem", "blame", "remark", "_blame"}:
        return False
    plain = [each for each in call.args[2:] if isinstance(each, ast.Constant | ast.JoinedStr | ast.BinOp | ast.IfExp)]
    words = (node.value for each in plain for node in _outside_labels(each) if isinstance(node, ast.Constant))
    return any(isinstance(word, str) and re.search(r"[\u4e00-\u9fff]", word) for word in words)


def _outside_labels(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Call):
        return []
    return [node, *(inner for child in ast.iter_child_nodes(node) for inner in _outside_labels(child))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.name))
def test_what_is_wrong_with_a_value_is_said_in_both_languages(path: Path) -> None:
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    assert [call.lineno for call in calls if _bare(call)] == []
