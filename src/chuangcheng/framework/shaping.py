"""A tree read from a city's own file → the document of an edition, or everything that is wrong by sheet and row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from chuangcheng.framework.documents import normalise
from chuangcheng.framework.models import DutyKind, Family
from chuangcheng.framework.named import Written, known_names
from chuangcheng.framework.selectors import current_edition
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.outline import tree as outline
from chuangcheng.kernel.outline.grids import Grid
from chuangcheng.kernel.outline.mapping import Mapping
from chuangcheng.kernel.outline.numbering import numbering
from chuangcheng.kernel.outline.tree import Entry, Tree
from chuangcheng.kernel.outline.weighing import Weights, weigh
from chuangcheng.kernel.problems import FieldProblem, Refused

_METHODS = (
    ("onsite", r"实地|现场|暗访|考察|onsite"),
    ("material", r"材料|资料|申报|审核|台账|material"),
    ("survey", r"问卷|民意|满意|电话|入户|survey"),
    ("observation", r"观察|整体|舆情|observation"),
)
#: How a standard of each method is scored where the file says nothing else (as in the built-in edition).
_SCORING: dict[str, dict[str, Any]] = {
    "onsite": {"kind": "abc_state"},
    "observation": {"kind": "abc_state"},
    "material": {"kind": "material_graded", "levels": {"conform": 1.0, "basic": 0.66, "partial": 0.33, "missing": 0.0}},
    "survey": {
        "kind": "satisfaction", "option_values": {"满意": 1.0, "基本满意": 0.8, "不满意": 0.0, "不清楚": None}
    },
}  # fmt: skip
_APART = re.compile(r"[、,，;；/\n和及]+")


@dataclass(frozen=True)
class Head:
    """What the edition is called."""

    code: str = ""
    name: str = ""
    version: str = "1"
    family: str = Family.NATIONAL.value

    def as_json(self) -> dict[str, str]:
        """The head as plain JSON."""
        return asdict(self)


@dataclass
class Shaped:
    """What a file comes to: its tree, the document where nothing stands in the way, and what does."""

    tree: Tree
    document: dict[str, Any] | None
    counts: list[int] = field(default_factory=list)  # entries on each level below the frameworks
    frameworks: int = 1
    named: list[Written] = field(default_factory=list)  # units beside standards, as the file writes them

    @property
    def problems(self) -> list[FieldProblem]:
        """What stands in the way."""
        return self.tree.problems

    @property
    def remarks(self) -> list[FieldProblem]:
        """What was done without asking."""
        return self.tree.remarks


def shape(grids: Sequence[Grid], mapping: Mapping, head: Head) -> Shaped:
    """Read the grids by the mapping. Nothing is written."""
    tree = outline.read(grids, mapping)
    tops = [(root, root.children) for root in tree.roots] if mapping.top == "framework" else [(None, tree.roots)]
    _check_branches(tree, [project for _, projects in tops for project in projects])
    counts = tree.levels()[1:] if mapping.top == "framework" else tree.levels()
    weights = weigh(tree, tops, mapping)
    builder = _Builder(tree, weights, mapping, head)
    document = builder.document(tops)
    shaped = Shaped(tree, None, counts, len(tops), builder.named)
    if not tree.problems:
        try:
            shaped.document = normalise(document)
        except Refused as refused:
            tree.problems += [builder.placed(problem) for problem in refused.fields]
    tree.problems.sort(key=lambda problem: problem.row or 0)
    return shaped


def _check_branches(tree: Tree, projects: list[Entry]) -> None:
    """Every branch reaches the level of the standards; a shorter one that looks like a standard counts as one."""
    found: list[tuple[Entry, int]] = []

    def walk(entry: Entry, depth: int) -> None:
        if not entry.children:
            found.append((entry, depth))
        for child in entry.children:
            walk(child, depth + 1)

    for project in projects:
        walk(project, 1)
    deepest = max((depth for _, depth in found), default=1)
    for entry, depth in found:
        if depth == deepest > 1:
            continue
        if depth > 1 and {"weight", "method"} & set(entry.cells):
            tree.remark(
                entry.sheet,
                entry.row,
                "",
                "short_branch",
                Label(
                    f"“{entry.text[:20]}”之下没有条目，按标准读取",
                    f"Nothing stands under “{entry.text[:20]}”; it was read as a standard",
                ),
            )
        else:
            tree.blame(
                entry,
                "",
                "childless",
                Label(f"“{entry.text[:20]}”之下没有任何标准", f"No standard stands under “{entry.text[:20]}”"),
            )


class _Builder:
    """Makes the document in the order in which documents are flattened, so that rows can be traced back."""

    def __init__(self, tree: Tree, weights: Weights, mapping: Mapping, head: Head) -> None:
        self.tree, self.weights, self.mapping, self.head = tree, weights, mapping, head
        self.codes: set[str] = set()
        self.sources: list[Entry | None] = []
        self.units = known_names()
        self.named: list[Written] = []
        self.unknown: set[str] = set()
        edition = current_edition()
        self.known_roles = {role["code"]: role for role in (edition.roles if edition else [])}
        self.roles: dict[str, dict[str, str]] = {}

    def document(self, tops: Sequence[tuple[Entry | None, list[Entry]]]) -> dict[str, Any]:
        """The whole document, sound or not."""
        frameworks = [self._framework(number, *top) for number, top in enumerate(tops, 1)]
        minors = [row["code"] for row in frameworks if "未成年" in row["zh"] and len(frameworks) > 1]
        return {
            "code": self.head.code, "name_zh": self.head.name, "version": self.head.version,
            "family": self.head.family, "levels": self._levels(), "frameworks": frameworks,
            "rules": {"minors_framework": minors[0]} if minors else {}, "roles": list(self.roles.values()),
        }  # fmt: skip

    def _levels(self) -> list[str]:
        """The headers of the columns that are levels, if there is one for each."""
        names = [self.tree.headers.get(f"level{level}", "") for level, _ in self.mapping.levels()]
        names = names[1:] if self.mapping.top == "framework" and not self.mapping.sheet_is else names
        return names if len(names) >= 3 and all(names) else []

    def _framework(self, number: int, entry: Entry | None, projects: list[Entry]) -> dict[str, Any]:
        code = self._code(entry, f"F{number}")
        self.sources.append(entry)
        weight = str(self.weights[entry]) if entry else "1"
        row = {"code": code, "zh": entry.text if entry else self.head.name, "weight": weight, "source": "official"}
        return {**row, "projects": [self._project(f"{code}-{n:02d}", one) for n, one in enumerate(projects, 1)]}

    def _project(self, code: str, entry: Entry) -> dict[str, Any]:
        code = self._code(entry, code)
        self.sources.append(entry)
        row = {"code": code, "zh": entry.text, "source": "official", "weight": str(self.weights.of.get(id(entry), 1))}
        leaves = [child for child in entry.children if not child.children]
        deeper = [child for child in entry.children if child.children]
        contents = []
        if leaves:  # a tree of two levels: its standards stand below a content that repeats the project
            self.sources.append(None)
            own = self._free(f"{code}-00")
            standards = [self._standard(f"{code}-{n:02d}", leaf) for n, leaf in enumerate(leaves, 1)]
            contents.append({"code": own, "zh": entry.text, "source": "official", "standards": standards})
        contents += [self._content(f"{code}-{n:02d}", one) for n, one in enumerate(deeper, 1)]
        return {**row, "contents": contents}

    def _content(self, code: str, entry: Entry) -> dict[str, Any]:
        code = self._code(entry, code)
        self.sources.append(entry)
        leaves = [child for child in entry.children if not child.children]
        deeper = [child for child in entry.children if child.children]
        standards = [self._standard(f"{code}-{n:02d}", leaf) for n, leaf in enumerate(leaves, 1)]
        row = {"code": code, "zh": entry.text, "source": "official", "standards": standards}
        below = [self._content(f"{code}-{n:02d}", one) for n, one in enumerate(deeper, len(leaves) + 1)]
        return {**row, "contents": below} if below else row

    def _standard(self, code: str, entry: Entry) -> dict[str, Any]:
        self.sources.append(entry)
        methods = self._methods(entry)
        code = self._code(entry, code)
        leads = [name.strip() for name in _APART.split(entry.cells.get("lead", "")) if name.strip()]
        helpers = [*leads[1:], *(n.strip() for n in _APART.split(entry.cells.get("support", "")) if n.strip())]
        notes = [entry.cells.get("note", "").strip(), f"配合：{'、'.join(helpers)}" if helpers else "",
                 f"计分：{entry.cells['scoring'].strip()}" if entry.cells.get("scoring") else ""]  # fmt: skip
        lead = Written.of(code, DutyKind.LEAD, leads[0], entry.cells.get("person", "")) if leads else None
        support = [Written.of(code, DutyKind.SUPPORT, name) for name in helpers]
        self.named += [*([lead] if lead else []), *support]
        self._remark_unknown(entry, [one.name for one in support])
        return {
            "code": code, "zh": entry.text, "source": "official",
            "relative_weight": str(self.weights.of.get(id(entry), 1)), "methods": methods,
            "scoring": _SCORING[methods[0]], "scoring_source": "reconstructed", "site_kinds": [],
            "responsible_role": self._role(entry, lead.name) if lead else "", "note": "；".join(filter(None, notes)),
        }  # fmt: skip

    def _methods(self, entry: Entry) -> list[str]:
        found: list[str] = []
        for part in _APART.split(entry.cells.get("method", "")):
            method = next((name for name, words in _METHODS if re.search(words, part)), "")
            if part.strip() and not method:
                self.tree.blame(
                    entry,
                    "method",
                    "unknown_choice",
                    Label(f"没有测评方式“{part.strip()[:20]}”", f"There is no method “{part.strip()[:20]}”"),
                )
            elif method and method not in found:
                found.append(method)
        return found or [self.mapping.method]

    def _remark_unknown(self, entry: Entry, names: Sequence[str]) -> None:
        """Name each supporting unit that nobody is, once."""
        for name in names:
            if name not in self.units and name not in self.unknown:
                self.unknown.add(name)
                said = Label(
                    f"没有单位“{name[:30]}”，导入后可手工对应",
                    f"There is no unit “{name[:30]}”; match it by hand after the import",
                )
                self.tree.remark(entry.sheet, entry.row, "support", "unknown_unit", said)

    def _role(self, entry: Entry, name: str) -> str:
        unit = self.units.get(name)
        if unit is not None and not unit.role_code:
            return ""  # the unit itself is named; no role is needed
        code = unit.role_code if unit is not None and unit.role_code else ""
        if code:
            self.roles.setdefault(code, self.known_roles.get(code) or {"code": code, "zh": name, "en": ""})
            return code
        held = next((row["code"] for row in self.roles.values() if row["zh"] == name), "")
        if not held:
            held = f"R{len(self.roles) + 1:03d}"
            self.roles[held] = {"code": held, "zh": name[:60], "en": ""}
            self.tree.remark(
                entry.sheet,
                entry.row,
                "lead",
                "unknown_unit",
                Label(
                    f"没有单位“{name[:30]}”，先记为责任角色", f"There is no unit “{name[:30]}”; it was noted as a role"
                ),
            )
        return held

    def _code(self, entry: Entry | None, made: str) -> str:
        given = entry.code if entry is not None and len(numbering(entry.code).parts) > 1 else ""
        if given and len(given) <= 40 and given not in self.codes:
            self.codes.add(given)
            return given
        return self._free(made)

    def _free(self, made: str) -> str:
        code, number = made, 1
        while code in self.codes:
            number += 1
            code = f"{made}.{number}"
        self.codes.add(code)
        return code

    def placed(self, problem: FieldProblem) -> FieldProblem:
        """A problem of the finished document, at the row of the file that it comes from."""
        at = (problem.row or 0) - 2
        entry = self.sources[at] if problem.field.startswith("测评标准") and 0 <= at < len(self.sources) else None
        if entry is None:
            return FieldProblem(problem.field, problem.code, problem.text, None)
        return FieldProblem(f"{entry.sheet}.{problem.field.partition('.')[2]}", problem.code, problem.text, entry.row)
