"""An edition as flat rows. Workbooks, JSON documents and the database all pass through this one form, so that each
value is parsed and each mistake is named in one place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any

from chuangcheng.framework.columns import ABOUT, LEVELS, SHEETS, Column, Sheet
from chuangcheng.framework.weights import exact
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused

FIRST_ROW = 2  # below the header
#: Where a level's children stand in documents. A content may hold contents too, so that a tree can be of any depth.
_CHILDREN = {"framework": ("projects",), "project": ("contents",), "content": ("standards", "contents")}
_LEVEL_IN = {"projects": "project", "contents": "content", "standards": "standard"}
_LEVEL_OF = {word: level for level, word in LEVELS.items()}
_PAUSE = "、"
_USUAL = 3  # project, content, standard
_YES = {"是", "1", "true", "yes", "y"}
_NO = {"", "否", "0", "false", "no", "n"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the sheet (the header is row 1) and its values by column name."""

    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class Rows:
    """All rows of an edition by sheet name, with what is wrong in them."""

    sheets: dict[str, list[Line]] = field(default_factory=lambda: {sheet.name: [] for sheet in SHEETS})
    problems: list[FieldProblem] = field(default_factory=list)

    def blame(self, sheet: Sheet, line: Line | None, name: str, code: str, text: Label | str) -> None:
        """Name a mistake by sheet, column and row."""
        header = f"{sheet.title}.{sheet.column(name).header}" if name else sheet.title
        self.problems.append(FieldProblem(header, code, text, line.number if line else None))


def cell(column: Column, value: object) -> str:
    """How a value is written in a cell."""
    if value is None or value in ("", [], {}):
        return ""
    if column.kind == "codes" and isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(code) for code in value)
    if column.kind == "json" and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if column.kind == "flag" and isinstance(value, bool):
        return "是" if value else ""
    return str(value)


def parse(raw: Mapping[str, list[Line]]) -> Rows:
    """Typed rows from rows of cell texts. Mistakes are collected, not raised; a row with one keeps its other values."""
    rows = Rows()
    for sheet in SHEETS:
        for line in raw.get(sheet.name, []):
            values = {column.name: _parsed(rows, sheet, column, line) for column in sheet.columns}
            rows.sheets[sheet.name].append(Line(line.number, values))
    return rows


def _parsed(rows: Rows, sheet: Sheet, column: Column, line: Line) -> Any:
    text = cell(column, line.values.get(column.name)).strip()
    if column.needed and not text:
        rows.blame(sheet, line, column.name, "missing", Label("必须填写", "Must be filled in"))
    if column.limit and len(text) > column.limit:
        rows.blame(
            sheet,
            line,
            column.name,
            "too_long",
            Label(f"不能超过 {column.limit} 个字符", f"At most {column.limit} characters"),
        )
    if text and column.choices and column.kind != "flag" and text not in column.choices:
        rows.blame(
            sheet,
            line,
            column.name,
            "unknown_choice",
            Label(
                f"“{text}”不在可选值之内：{'、'.join(column.choices)}",
                f"“{text}” is none of: {', '.join(column.choices)}",
            ),
        )
    try:
        return _typed(column, text)
    except ValueError:
        rows.blame(sheet, line, column.name, f"not_{column.kind}", _wrong(text[:40], column.kind))
        return _typed(column, "")


_WRONG = {
    "fraction": Label("不是数字（可写 2、0.8 或 4/5）", "is no number (write 2, 0.8 or 4/5)"),
    "decimal": Label("不是数字", "is no number"),
    "json": Label("不是有效的 JSON 对象", "is no JSON object"),
    "flag": Label("请填“是”或留空", "should be 是 (yes) or empty"),
    "date": Label("不是日期（如 2026-12-31）", "is no day (as 2026-12-31)"),
}


def _wrong(text: str, kind: str) -> Label:
    return Label(f"“{text}”{_WRONG[kind].zh}", f"“{text}” {_WRONG[kind].en}")


def _typed(column: Column, text: str) -> Any:
    if column.kind == "fraction":
        return str(exact(text)) if text else ""
    if column.kind == "decimal":
        return _decimal(text) if text else ""
    if column.kind == "codes":
        return [code for code in re.split(r"[,，、;；\s]+", text) if code]
    if column.kind == "json":
        return _object(text)
    if column.kind == "flag":
        return _flag(text)
    if column.kind == "date":
        return _date(text) if text else ""
    return text


def _date(text: str) -> str:
    """``2026-12-31`` of whatever way a day is written in."""
    found = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?(?: 00:00:00)?", text)
    if found is None:
        raise ValueError(text)
    return date(*map(int, found.groups())).isoformat()


def _decimal(text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite():
        raise ValueError(text)
    return f"{value.normalize():f}"


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    if not isinstance(found, dict):
        raise ValueError(text)  # noqa: TRY004  the cell's text is wrong, whatever JSON it is
    return found


def is_flag(text: str) -> bool:
    """Whether the text says yes or no."""
    return text.lower() in _YES | _NO


def _flag(text: str) -> bool:
    if not is_flag(text):
        raise ValueError(text)
    return text.lower() in _YES


def flatten(document: Mapping[str, Any]) -> dict[str, list[Line]]:
    """The rows of a document in the order of a workbook, values still as they stand in the document.

    Raises ``framework.not_a_document`` when lists and objects do not stand where they must.
    """
    try:
        return _flattened(document)
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise Refused("framework.not_a_document") from error


def _flattened(document: Mapping[str, Any]) -> dict[str, list[Line]]:
    found: dict[str, list[dict[str, Any]]] = {
        "about": list(_about(document)),
        "nodes": [row for tree in document.get("frameworks", []) for row in _walk(tree, "framework", "")],
        "kinds": list(document.get("site_kinds", [])),
        "items": [
            {**item, "kind": kind.get("code", "")}
            for kind in document.get("site_kinds", [])
            for item in kind.get("items", [])
        ],
        "categories": list(document.get("categories", [])),
        "negative": list(document.get("negative_items", [])),
        "times": list(document.get("time_rules", [])),
    }
    return {
        name: [Line(number, dict(row)) for number, row in enumerate(rows, FIRST_ROW)] for name, rows in found.items()
    }


def _about(document: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for name in ("code", "version", "family"):
        yield {"kind": "edition", "code": name, "value": document.get(name, "")}
    yield {"kind": "edition", "code": "levels", "value": _PAUSE.join(document.get("levels", []))}
    for name in ("name", "note"):
        zh, en = document.get(f"{name}_zh", ""), document.get(f"{name}_en", "")
        yield {"kind": "edition", "code": name, "zh": zh, "en": en}
    yield {"kind": "edition", "code": "is_reconstruction", "value": "是" if document.get("is_reconstruction") else "否"}
    for name, value in document.get("rules", {}).items():
        yield {"kind": "rule", "code": name, "value": json.dumps(value, ensure_ascii=False)}
    for key, source in document.get("sources", {}).items():
        yield {"kind": "source", "code": key, "en": source.get("about", ""), "value": source.get("kind", "")}
    for role in document.get("roles", []):
        yield {"kind": "role", **role}


def _walk(node: Mapping[str, Any], level: str, parent: str) -> Iterable[dict[str, Any]]:
    row = {**node, "level": LEVELS[level], "parent": parent}
    if level == "standard":
        scoring = dict(node.get("scoring", {}))
        row["scoring_kind"] = scoring.pop("kind", "")
        row["scoring"] = scoring
        row["weight"] = node.get("relative_weight", "")
    yield row
    for below in _CHILDREN.get(level, ()):
        for child in node.get(below, []):
            yield from _walk(child, _LEVEL_IN[below], str(node.get("code", "")))


def level_of(line: Line) -> str:
    """The level of a row of the sheet of standards, as documents call it; empty when it is not one."""
    return _LEVEL_OF.get(line.values["level"], "")


def nest(rows: Rows) -> dict[str, Any]:
    """The document of typed rows that passed the checks."""
    sheets = rows.sheets
    about = {kind: [line.values for line in sheets["about"] if line.values["kind"] == kind] for kind in ABOUT}
    head = {row["code"]: row for row in about["edition"]}
    blank = {"zh": "", "en": "", "value": ""}
    name, note = head.get("name", blank), head.get("note", blank)
    trees = _trees(sheets["nodes"])
    return {
        "code": head.get("code", blank)["value"],
        "name_zh": name["zh"],
        "name_en": name["en"],
        "version": head.get("version", blank)["value"],
        "family": head.get("family", blank)["value"] or "national",
        "levels": _level_names(head.get("levels", blank)["value"], trees),
        "is_reconstruction": _flag(head.get("is_reconstruction", blank)["value"]),
        "note_zh": note["zh"],
        "note_en": note["en"],
        "rules": {row["code"]: json.loads(row["value"]) for row in about["rule"]},
        "sources": {row["code"]: {"kind": row["value"], "about": row["en"]} for row in about["source"]},
        "roles": [{"code": row["code"], "zh": row["zh"], "en": row["en"]} for row in about["role"]],
        "frameworks": trees,
        "site_kinds": _kinds(sheets["kinds"], sheets["items"], [line.values["code"] for line in sheets["nodes"]]),
        "negative_items": [dict(line.values) for line in sheets["negative"]],
        # Neither has an order of its own; sorted, equal content is an equal document.
        "categories": sorted((dict(line.values) for line in sheets["categories"]), key=itemgetter("code")),
        "time_rules": sorted(
            (dict(line.values) for line in sheets["times"]), key=itemgetter("category_code", "condition")
        ),
    }


def _trees(lines: list[Line]) -> list[dict[str, Any]]:
    below: dict[str, list[Line]] = {}
    for line in lines:
        below.setdefault(line.values["parent"], []).append(line)

    def node(line: Line) -> dict[str, Any]:
        values, level = line.values, level_of(line)
        plain = {name: values[name] for name in ("code", "zh", "en", "source", "source_ref")}
        if level == "standard":
            return {**plain, **_standard(values)}
        if level != "content":
            plain["weight"] = values["weight"]
        children = [(level_of(child), node(child)) for child in below.get(values["code"], [])]
        some = {name: [each for kind, each in children if kind == _LEVEL_IN[name]] for name in _CHILDREN[level]}
        if level == "content" and not some["contents"]:
            del some["contents"]
        return {**plain, **some}

    return [node(line) for line in below.get("", [])]


def _level_names(text: str, trees: list[dict[str, Any]]) -> list[str]:
    """The names given; where none are, usual ones for a tree that is deeper than usual."""
    given = [name.strip() for name in text.split(_PAUSE) if name.strip()]
    deep = max((_depth(project) for tree in trees for project in tree["projects"]), default=0)
    if given or deep <= _USUAL:
        return given
    return ["测评项目", "测评内容", *(f"{number}级细目" for number in range(3, deep)), "测评标准"]


def _depth(node: dict[str, Any]) -> int:
    """How many levels a node of a document has, its own and the standards' included."""
    return 1 + max((_depth(child) for child in node.get("contents", [])), default=1)


def _standard(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("methods", "scoring_source", "site_kinds", "responsible_role", "evidence", "due_on", "note")
    scoring = {"kind": values["scoring_kind"], **values["scoring"]} if values["scoring_kind"] else {}
    return {"relative_weight": values["weight"], "scoring": scoring, **{name: values[name] for name in kept}}


def _kinds(kinds: list[Line], items: list[Line], codes: list[str]) -> list[dict[str, Any]]:
    of_kind: dict[str, list[dict[str, Any]]] = {}
    order = {code: index for index, code in enumerate(codes)}
    for line in items:
        item = dict(line.values)
        item["standards"] = sorted(set(item["standards"]), key=order.__getitem__)
        of_kind.setdefault(item.pop("kind"), []).append(item)
    return [{**line.values, "items": of_kind.get(line.values["code"], [])} for line in kinds]
