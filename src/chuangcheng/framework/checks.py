"""What must hold in an edition before it is loaded. Every mistake is named by sheet, column and row; nothing is loaded
while one stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction

from chuangcheng.framework.columns import ABOUT_SHEET as ABOUT
from chuangcheng.framework.columns import (
    CATEGORIES,
    EVIDENCE,
    ITEMS,
    LEVELS,
    METHODS,
    NEGATIVE,
    NODES,
    SITE_KINDS,
    TIMES,
    Sheet,
)
from chuangcheng.framework.flat import Line, Rows, is_flag, level_of
from chuangcheng.framework.models import Family
from chuangcheng.framework.rules import Rules
from chuangcheng.framework.weights import points
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.scoring import parse_item

_ORDER = list(LEVELS)
LONGEST_TITLE = 300  # of what stands above the standards
_LARGEST = 10**15  # sums of a content's points must fit into 64 bits too


def check(rows: Rows) -> None:
    """Add to ``rows.problems`` whatever is wrong beyond the single cell."""
    _about(rows)
    _nodes(rows)
    _tree(rows)
    _sums(rows)
    if not rows.problems:
        _points(rows)
    _kinds_and_items(rows)
    _references(rows)
    _once(rows, CATEGORIES, ("code",))
    _once(rows, NEGATIVE, ("code",))
    _once(rows, TIMES, ("category_code", "condition"))
    for line in rows.sheets["times"]:
        if line.values["amount"] and not 0 < Fraction(line.values["amount"]) < 10_000:
            rows.blame(
                TIMES,
                line,
                "amount",
                "out_of_range",
                Label("时限必须大于0、小于10000", "The limit is more than 0 and less than 10000"),
            )
        elif line.values["amount"] and Fraction(line.values["amount"]) % Fraction(1, 100):
            rows.blame(
                TIMES, line, "amount", "out_of_range", Label("时限最多两位小数", "The limit has at most two decimals")
            )


def _once(rows: Rows, sheet: Sheet, names: tuple[str, ...]) -> dict[tuple[str, ...], Line]:
    seen: dict[tuple[str, ...], Line] = {}
    for line in rows.sheets[sheet.name]:
        key = tuple(line.values[name] for name in names)
        if key in seen:
            text = " / ".join(part for part in key if part)
            rows.blame(
                sheet,
                line,
                names[-1],
                "duplicate",
                Label(f"“{text}”与第{seen[key].number}行重复", f"“{text}” stands in row {seen[key].number} too"),
            )
        seen.setdefault(key, line)
    return seen


def _about(rows: Rows) -> None:
    _once(rows, ABOUT, ("kind", "code"))
    heads = {line.values["code"]: line for line in rows.sheets["about"] if line.values["kind"] == "edition"}
    for code, name in (("code", "value"), ("version", "value"), ("name", "zh")):
        if code not in heads or not heads[code].values[name]:
            rows.blame(
                ABOUT,
                heads.get(code),
                name,
                "missing",
                Label(f"缺少版本的“{code}”", f"The edition's “{code}” is missing"),
            )
    for code, name, limit in (
        ("code", "value", 40),
        ("version", "value", 40),
        ("name", "zh", 120),
        ("name", "en", 120),
    ):
        if code in heads and len(heads[code].values[name]) > limit:
            rows.blame(
                ABOUT, heads[code], name, "too_long", Label(f"不能超过 {limit} 个字符", f"At most {limit} characters")
            )
    family = heads.get("family")
    if family and family.values["value"] not in ("", *Family.values):
        rows.blame(
            ABOUT,
            family,
            "value",
            "unknown_choice",
            Label(f"类别应为{'、'.join(Family.values)}", f"The family is one of {', '.join(Family.values)}"),
        )
    flag = heads.get("is_reconstruction")
    if flag and not is_flag(flag.values["value"]):
        rows.blame(ABOUT, flag, "value", "not_flag", Label("请填“是”或“否”", "Write 是 (yes) or 否 (no)"))
    for line in rows.sheets["about"]:
        if line.values["kind"] == "rule" and not _is_json(line.values["value"]):
            rows.blame(
                ABOUT, line, "value", "not_json", Label("规则的值不是有效的 JSON", "The rule's value is no JSON")
            )
            return
    _rules(rows)


def _rules(rows: Rows) -> None:
    lines = {line.values["code"]: line for line in rows.sheets["about"] if line.values["kind"] == "rule"}
    for code, line in lines.items():
        try:
            Rules.of({code: json.loads(line.values["value"])})
        except (ValueError, TypeError, KeyError, AttributeError):
            rows.blame(
                ABOUT,
                line,
                "value",
                "bad_rule",
                Label(
                    f"规则“{code}”无法识别，或份额合计不为1", f"Unknown rule “{code}”, or its shares do not add up to 1"
                ),
            )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _nodes(rows: Rows) -> None:
    _once(rows, NODES, ("code",))
    if not rows.sheets["nodes"]:
        rows.blame(NODES, None, "", "empty", Label("没有任何测评标准", "There is no standard at all"))
    for line in rows.sheets["nodes"]:
        level, values = level_of(line), line.values
        if level != "content" and level:
            if not values["weight"]:
                rows.blame(NODES, line, "weight", "missing", Label("必须填写权重", "The weight must be filled in"))
            elif Fraction(values["weight"]) <= 0:
                rows.blame(NODES, line, "weight", "out_of_range", Label("权重必须大于0", "A weight is more than 0"))
        if level == "standard":
            _standard(rows, line)
            continue
        for name in ("zh", "en"):
            if len(values[name]) > LONGEST_TITLE:
                rows.blame(
                    NODES,
                    line,
                    name,
                    "too_long",
                    Label(f"标题不能超过 {LONGEST_TITLE} 个字符", f"The title has at most {LONGEST_TITLE} characters"),
                )


def _standard(rows: Rows, line: Line) -> None:
    values = line.values
    if not values["methods"]:
        rows.blame(
            NODES, line, "methods", "missing", Label("标准必须写明测评方式", "A standard says how it is assessed")
        )
    for method in values["methods"]:
        if method not in METHODS:
            rows.blame(
                NODES,
                line,
                "methods",
                "unknown_choice",
                Label(f"没有测评方式“{method}”", f"There is no method “{method}”"),
            )
    for code in values["evidence"]:
        if code not in EVIDENCE:
            rows.blame(
                NODES,
                line,
                "evidence",
                "unknown_choice",
                Label(f"没有佐证类型“{code}”", f"There is no kind of evidence “{code}”"),
            )
    if not values["scoring_kind"]:
        rows.blame(
            NODES, line, "scoring_kind", "missing", Label("标准必须写明计分方式", "A standard says how it is scored")
        )


def _tree(rows: Rows) -> None:
    """Every parent exists, stands one level above, and no row is its own ancestor."""
    by_code = {line.values["code"]: line for line in rows.sheets["nodes"]}
    parents = {line.values["parent"] for line in rows.sheets["nodes"]}
    for code, line in by_code.items():
        level, parent = level_of(line), line.values["parent"]
        if _in_circle(code, by_code):
            rows.blame(
                NODES,
                line,
                "parent",
                "circle",
                Label("上级代码绕回自己，形成循环", "The parents' codes lead back to itself: a circle"),
            )
        elif level == "framework" and parent:
            rows.blame(NODES, line, "parent", "not_empty", Label("体系没有上级", "A framework has no parent"))
        elif level not in ("", "framework"):
            _parent(rows, line, by_code.get(parent), level)
        if level not in ("", "standard") and code not in parents:
            rows.blame(
                NODES, line, "code", "childless", Label(f"“{code}”之下没有任何条目", f"Nothing stands under “{code}”")
            )


def _parent(rows: Rows, line: Line, parent: Line | None, level: str) -> None:
    wanted = [_ORDER[_ORDER.index(level) - 1], *(["content"] if level == "content" else [])]
    if parent is None:
        rows.blame(
            NODES,
            line,
            "parent",
            "orphan",
            Label(f"没有上级“{line.values['parent']}”", f"There is no parent “{line.values['parent']}”"),
        )
    elif level_of(parent) not in wanted:
        rows.blame(
            NODES,
            line,
            "parent",
            "wrong_level",
            Label(
                f"上级必须是{'或'.join(LEVELS[name] for name in wanted)}", f"The parent must be a {' or '.join(wanted)}"
            ),
        )


def _in_circle(code: str, by_code: dict[str, Line]) -> bool:
    seen: set[str] = set()
    step: str = by_code[code].values["parent"]
    while step in by_code and step not in seen:
        if step == code:
            return True
        seen.add(step)
        step = by_code[step].values["parent"]
    return step == code


def _sums(rows: Rows) -> None:
    """Frameworks share 1, the projects of a framework 100 points."""
    groups: dict[str, list[Line]] = {}
    for line in rows.sheets["nodes"]:
        if level_of(line) in ("framework", "project") and line.values["weight"]:
            groups.setdefault(line.values["parent"], []).append(line)
    for parent, lines in groups.items():
        total = sum((Fraction(line.values["weight"]) for line in lines), Fraction())
        due = 100 if parent else 1
        if total != due:
            where = f"“{parent}”各项目" if parent else "各体系"
            there = f"The projects of “{parent}”" if parent else "The frameworks"
            rows.blame(
                NODES,
                lines[0],
                "weight",
                "wrong_sum",
                Label(
                    f"{where}的权重合计为{_said(total)}，应为{due}",
                    f"{there}: the weights add up to {_said(total)}, not {due}",
                ),
            )


def _said(total: Fraction) -> str:
    """A sum as a person reads it; a cell may hold a number that no float can."""
    return f"{float(total):g}" if abs(total) < _LARGEST else "一个大得离谱的数"


def _points(rows: Rows) -> None:
    """Exact points must fit into the two whole numbers that the database keeps of them."""
    lines = rows.sheets["nodes"]
    project_of: dict[str, Line] = {}
    groups: dict[str, dict[str, Fraction]] = {}
    for line in lines:
        code, parent = line.values["code"], line.values["parent"]
        project_of[code] = line if level_of(line) == "project" else project_of.get(parent, line)
        if level_of(line) == "standard":
            project = project_of[parent].values["code"]
            groups.setdefault(project, {})[code] = Fraction(line.values["weight"])
    for line in lines:
        if level_of(line) == "project" and line.values["code"] in groups:
            shares = points(Fraction(line.values["weight"]), groups[line.values["code"]]).values()
            sizes = [max(share.numerator, share.denominator) for share in (*shares, sum(shares, Fraction()))]
            if max(sizes) > _LARGEST:
                rows.blame(
                    NODES,
                    line,
                    "weight",
                    "too_fine",
                    Label(
                        "权重的分母过大，请写成较简单的数",
                        "The weight's denominator is too large; write a simpler number",
                    ),
                )


def _kinds_and_items(rows: Rows) -> None:
    kinds = {key[0] for key in _once(rows, SITE_KINDS, ("code",))}
    _once(rows, ITEMS, ("kind", "code"))
    standards = {line.values["code"] for line in rows.sheets["nodes"] if level_of(line) == "standard"}
    for line in rows.sheets["items"]:
        if line.values["kind"] and line.values["kind"] not in kinds:
            rows.blame(
                ITEMS,
                line,
                "kind",
                "orphan",
                Label(f"没有点位类型“{line.values['kind']}”", f"There is no kind of site “{line.values['kind']}”"),
            )
        if line.values["scoring"] and not _is_item_scoring(line.values["scoring"]):
            rows.blame(
                ITEMS,
                line,
                "scoring",
                "unknown_choice",
                Label(f"无法识别的计分“{line.values['scoring']}”", f"Unknown scoring “{line.values['scoring']}”"),
            )
        _known(rows, ITEMS, line, "standards", standards)
    for line in rows.sheets["nodes"]:
        _known(rows, NODES, line, "site_kinds", kinds)


def _is_item_scoring(text: str) -> bool:
    try:
        parse_item(text)
    except ValueError:
        return False
    return True


def _references(rows: Rows) -> None:
    """Keys of sources and codes of roles stand in the sheet about the edition, codes of categories in theirs."""
    about = rows.sheets["about"]
    sources = {line.values["code"] for line in about if line.values["kind"] == "source"}
    roles = {line.values["code"] for line in about if line.values["kind"] == "role"}
    categories = {line.values["code"] for line in rows.sheets["categories"]}
    for sheet in (NODES, SITE_KINDS, ITEMS, NEGATIVE):
        for line in rows.sheets[sheet.name]:
            _known(rows, sheet, line, "source_ref", sources)
    for sheet in (NODES, SITE_KINDS):
        for line in rows.sheets[sheet.name]:
            _known(rows, sheet, line, "responsible_role", roles)
    if categories:  # a workbook without them keeps the categories already loaded
        for line in rows.sheets["items"]:
            _known(rows, ITEMS, line, "case_codes", categories)


def _known(rows: Rows, sheet: Sheet, line: Line, name: str, known: set[str]) -> None:
    value = line.values[name]
    given: Iterable[str] = value if isinstance(value, list) else [value] if value else []
    for code in given:
        if code not in known:
            rows.blame(sheet, line, name, "unknown", Label(f"没有“{code}”", f"There is no “{code}”"))
