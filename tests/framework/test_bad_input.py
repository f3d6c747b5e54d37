"""Whatever is handed in, the answer is a document or a refusal that names what is wrong; never a crash, never half."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.framework import checks, documents, flat
from chuangcheng.framework.columns import SHEETS
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import small

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
ANYTHING = st.recursive(
    SCALARS, lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.text(max_size=8), below, max_size=3)),
    max_leaves=12,
)  # fmt: skip
CELLS = st.one_of(
    SCALARS,
    st.sampled_from(
        ["1/0", "-1", "1e400", "nan", "{}", "[", '{"a":1}', "是", "F-1", "F", "lane", "体系", "标准", "０．５", "½"]
    ),
)
REFUSALS = {"framework.invalid", "framework.not_a_document"}


def outcome(document: Any) -> str:
    """``loaded`` or the code of the refusal; anything else is a crash."""
    try:
        plain = documents.normalise(document)
    except Refused as refused:
        assert refused.message()
        assert refused.message("en")
        if refused.code == "framework.invalid":
            assert refused.fields
        return refused.code
    assert documents.normalise(plain) == plain
    return "loaded"


@given(ANYTHING)
def test_arbitrary_json_is_refused(document: Any) -> None:
    assert outcome(document) in REFUSALS


@given(st.sampled_from(sorted(small())), ANYTHING)
def test_an_arbitrary_part_never_crashes(part: str, value: Any) -> None:
    assert outcome({**small(), part: value}) in {"loaded", *REFUSALS}


@settings(max_examples=300)
@given(st.data())
def test_an_arbitrary_cell_never_crashes(data: st.DataObject) -> None:
    raw = flat.flatten(small())
    sheet = data.draw(st.sampled_from([sheet for sheet in SHEETS if raw[sheet.name]]))
    column = data.draw(st.sampled_from(sheet.columns))
    number = data.draw(st.integers(0, len(raw[sheet.name]) - 1))
    line = raw[sheet.name][number]
    raw[sheet.name][number] = flat.Line(line.number, {**line.values, column.name: data.draw(CELLS)})
    try:
        documents.checked(flat.parse(raw))
    except Refused as refused:
        assert refused.code == "framework.invalid"
        assert all(problem.row is None or problem.row >= flat.FIRST_ROW for problem in refused.fields)


@given(st.lists(st.tuples(st.text("AB", min_size=1, max_size=2), st.text("AB", max_size=2)), min_size=1, max_size=6))
def test_any_web_of_parents_is_understood(links: list[tuple[str, str]]) -> None:
    """Circles, orphans and doubles in all shapes: an answer, not an endless walk."""
    raw = flat.flatten(small())
    raw["nodes"] = [
        flat.Line(
            number, {"level": "项目", "code": code, "parent": parent, "zh": "名", "weight": "1", "source": "seed"}
        )
        for number, (code, parent) in enumerate(links, flat.FIRST_ROW)
    ]
    with pytest.raises(Refused):
        documents.checked(flat.parse(raw))


@pytest.mark.parametrize(
    "document", [None, [], "text", 5, {"frameworks": [1]}, {"site_kinds": [{"items": 3}]}, {"rules": []}]
)
def test_what_is_no_document_is_named_so(document: Any) -> None:
    with pytest.raises(Refused, match=r"framework\.not_a_document"):
        documents.normalise(document)


def test_an_empty_document_lacks_everything() -> None:
    assert outcome({}) == "framework.invalid"


@pytest.mark.parametrize(
    ("column", "limit"),
    [(column, column.limit) for sheet in SHEETS for column in sheet.columns if column.limit],
    ids=lambda value: getattr(value, "header", str(value)),
)
def test_limits_are_those_of_the_tables(column: Any, limit: int) -> None:
    """A longer text would be cut by nobody and refused by PostgreSQL: it is refused here, by name."""
    rows = flat.Rows()
    sheet = next(sheet for sheet in SHEETS if column in sheet.columns)
    flat._parsed(rows, sheet, column, flat.Line(2, {column.name: "1" * (limit + 1)}))
    assert "too_long" in {problem.code for problem in rows.problems}


def test_limits_agree_with_the_models() -> None:
    from chuangcheng.framework import models

    of_sheet = {
        "kinds": models.SiteKind, "items": models.ChecklistItem, "categories": models.Category,
        "negative": models.NegativeItem, "times": models.TimeRule, "nodes": models.Node,
    }  # fmt: skip
    for sheet in SHEETS:
        for column in sheet.columns:
            fields = (
                {field.name: field for field in of_sheet[sheet.name]._meta.fields} if sheet.name in of_sheet else {}
            )
            held = getattr(fields.get(column.name), "max_length", None)
            if held and not column.choices:
                is_title = sheet.name == "nodes" and column.name in ("zh", "en")  # standards may be longer
                assert (checks.LONGEST_TITLE if is_title else column.limit) == held, (sheet.name, column.name)


def test_weights_too_fine_for_the_database_are_refused() -> None:
    document = small()
    standards = document["frameworks"][0]["projects"][0]["contents"][0]["standards"]
    standards[0]["relative_weight"] = "1/99999999999999997"
    standards[1]["relative_weight"] = "1/99999999999999961"
    with pytest.raises(Refused) as caught:
        documents.normalise(document)
    assert [problem.code for problem in caught.value.fields] == ["too_fine"]
    standards[1]["relative_weight"] = "1/99999999999999997"
    assert outcome(document) == "loaded"


@pytest.mark.parametrize("amount", ["0.125", "1/3", "9999.999"])
def test_a_limit_has_two_places_at_most(amount: str) -> None:
    document = small()
    document["time_rules"][0]["amount"] = amount
    assert outcome(document) == "framework.invalid"


@given(st.fractions(min_value=Fraction(1, 1000), max_value=1000))
def test_a_cell_holds_a_fraction_as_text(value: Fraction) -> None:
    column = next(column for sheet in SHEETS for column in sheet.columns if column.kind == "fraction")
    assert Fraction(flat._typed(column, flat.cell(column, str(value)))) == value


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=5), st.booleans()), max_size=4))
def test_a_cell_holds_an_object_as_json(value: dict[str, Any]) -> None:
    column = next(column for sheet in SHEETS for column in sheet.columns if column.kind == "json")
    text = flat.cell(column, value)
    assert flat._typed(column, text) == value
    assert not text or json.loads(text) == value


@given(st.lists(st.from_regex(r"[A-Z0-9-]{1,8}", fullmatch=True), max_size=5))
def test_a_cell_holds_codes_with_any_comma(codes: list[str]) -> None:
    column = next(column for sheet in SHEETS for column in sheet.columns if column.kind == "codes")
    assert flat._typed(column, flat.cell(column, codes)) == codes
    for comma in ("，", "、", "；", " ", "\n", ", "):
        assert flat._typed(column, comma.join(codes)) == codes


@pytest.mark.parametrize(("text", "expected"), [("是", True), ("TRUE", True), ("1", True), ("", False), ("否", False)])
def test_a_flag_in_either_language(text: str, expected: bool) -> None:
    column = next(column for sheet in SHEETS for column in sheet.columns if column.kind == "flag")
    assert flat._typed(column, text) is expected
