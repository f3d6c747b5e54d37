"""Weights as offices write them (5, 5分, 40%, 0.4, 2/3), brought to points of a project and shares within it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.outline.mapping import Mapping
from chuangcheng.kernel.outline.tree import Entry, Tree

HUNDRED = Fraction(100)
_WEIGHT = re.compile(r"(?P<number>\d+(?:\.\d+)?(?:/[1-9]\d*)?)(?P<unit>%|分|points?)?", re.IGNORECASE)


@dataclass
class Weights:
    """Exact weights by entry (its ``id``): a project's points of 100, a standard's share within its project, a
    framework's of the whole."""

    of: dict[int, Fraction] = field(default_factory=dict)

    def __getitem__(self, entry: Entry) -> Fraction:
        return self.of[id(entry)]


def parse(text: str) -> tuple[Fraction, bool] | None:
    """The number and whether it is per cent (then in hundredths: ``40%`` is 40); None when it is neither."""
    match = _WEIGHT.fullmatch(re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", text)))
    if match is None:
        return None
    return Fraction(match["number"]), match["unit"] == "%"


def weigh(tree: Tree, frameworks: Sequence[tuple[Entry | None, list[Entry]]], mapping: Mapping) -> Weights:
    """The weights of each framework's projects and of everything below; problems go to ``tree``.

    ``frameworks`` are pairs of a framework's entry (None where the file has none) and its projects.
    """
    written = _written(tree)
    weights = Weights()
    _parts(tree, [project for _, projects in frameworks for project in projects], written)
    for framework, projects in frameworks:
        for project in projects:
            _share(tree, project, written, weights, mapping)
        points = {id(p): written[id(p)] if id(p) in written else _sum(p, written) for p in projects}
        _projects(tree, framework, projects, points, weights, mapping)
    tops = [entry for entry, _ in frameworks if entry is not None]
    shares = [written.get(id(entry)) for entry in tops]
    for entry, share in zip(tops, _of_whole(shares, tops), strict=True):
        weights.of[id(entry)] = share
    return weights


def _written(tree: Tree) -> dict[int, Fraction]:
    """What is written, parsed; per cent and decimals of one level are brought to the same unit."""
    found: dict[int, Fraction] = {}
    layer = tree.roots
    while layer:
        parsed: list[tuple[Entry, Fraction, bool]] = []
        for entry in layer:
            text = entry.cells.get("weight", "").strip()
            value = parse(text) if text else None
            if text and value is None:
                tree.blame(
                    entry,
                    "weight",
                    "not_fraction",
                    Label(
                        f"“{text[:20]}”不是权重（可写 5、5分、40%、0.4 或 2/3）",
                        f"“{text[:20]}” is no weight (write 5, 40%, 0.4 or 2/3)",
                    ),
                )
            elif value is not None and not 0 < value[0] < 10**6:
                tree.blame(entry, "weight", "out_of_range", Label("权重必须大于0", "A weight is more than 0"))
            elif value is not None:
                parsed.append((entry, *value))
        mixed = any(is_percent for _, _, is_percent in parsed)
        for entry, number, is_percent in parsed:
            as_percent = mixed and not is_percent and number <= 1
            if as_percent:
                tree.remark(
                    entry.sheet,
                    entry.row,
                    "weight",
                    "percent",
                    Label(
                        f"“{number}”与百分数并列，按百分数计",
                        f"“{number}” stands beside percentages and was read as one",
                    ),
                )
            found[id(entry)] = number * 100 if as_percent else number
        layer = [child for entry in layer for child in entry.children]
    return found


def _sum(entry: Entry, written: dict[int, Fraction]) -> Fraction | None:
    """What stands below an entry without a weight of its own; None when nothing does."""
    if id(entry) in written:
        return written[id(entry)]
    parts = [_sum(child, written) for child in entry.children]
    known = [part for part in parts if part is not None]
    return sum(known, Fraction()) if known else None


def _leaves(entry: Entry) -> list[Entry]:
    return [one for one in entry.walk() if not one.children]


def _share(tree: Tree, project: Entry, written: dict[int, Fraction], weights: Weights, mapping: Mapping) -> None:
    """Shares of a project's standards: as written, else an equal part of the nearest weight above them."""
    leaves = _leaves(project)
    bare = [leaf for leaf in leaves if id(leaf) not in written]
    if bare and len(bare) < len(leaves) and mapping.missing == "refuse":
        for leaf in bare:
            tree.blame(leaf, "weight", "missing", Label("缺少权重", "The weight is missing"))
        return
    _spread(project, None, written, weights)
    if len(bare) < len(leaves):
        for leaf in bare:
            tree.remark(
                leaf.sheet,
                leaf.row,
                "weight",
                "evened",
                Label("缺少权重，按同级的平均数计", "The weight is missing; the mean of its level was taken"),
            )


def _spread(entry: Entry, worth: Fraction | None, written: dict[int, Fraction], weights: Weights) -> None:
    """``worth`` is shared out by the weights below, so that those may be points or shares of the entry's own."""
    if not entry.children:
        weights.of[id(entry)] = worth if worth is not None else Fraction(1)
        return
    sums = [_sum(child, written) for child in entry.children]
    known = [value for value in sums if value is not None]
    mean = sum(known, Fraction()) / len(known) if known else Fraction(1)
    parts = [value or mean for value in sums]
    scale = Fraction(1) if worth is None else worth / sum(parts, Fraction())
    for child, part in zip(entry.children, parts, strict=True):
        _spread(child, part * scale, written, weights)


def _projects(
    tree: Tree, framework: Entry | None, projects: list[Entry], points: dict[int, Fraction | None],
    weights: Weights, mapping: Mapping,
) -> None:  # fmt: skip
    """A framework's projects share 100 points."""
    if not projects:
        return
    bare = [project for project in projects if points[id(project)] is None]
    known = [value for value in points.values() if value is not None]
    if bare and known and mapping.missing == "refuse":
        for project in bare:
            tree.blame(project, "weight", "missing", Label("缺少权重", "The weight is missing"))
        return
    if not known:
        where = framework or projects[0]
        tree.remark(
            where.sheet,
            where.row,
            "weight",
            "evened",
            Label("文件没有权重，各项目平均计分", "The file has no weights; all projects count alike"),
        )
        known = [Fraction(1)] * len(bare)
    mean = sum(known, Fraction()) / len(known)
    values = [points[id(project)] or mean for project in projects]
    total = sum(values, Fraction())
    if total != HUNDRED and total != 1 and not bare and mapping.sums == "refuse":
        where, name = framework or projects[0], f"“{framework.text}”" if framework else ""
        tree.blame(
            where,
            "weight",
            "wrong_sum",
            Label(
                f"{name}各项目的权重合计为{float(total):g}，应为100",
                f"{name}: the projects' weights add up to {float(total):g}, not 100",
            ),
        )
    elif total not in (HUNDRED, 1) and not bare:
        tree.remark(
            projects[0].sheet,
            None,
            "weight",
            "scaled",
            Label(
                f"各项目的权重合计为{float(total):g}，已按比例折合为100",
                f"The projects' weights add up to {float(total):g} and were scaled to 100",
            ),
        )
    for project, value in zip(projects, values, strict=True):
        weights.of[id(project)] = value * HUNDRED / total


def _parts(tree: Tree, layer: list[Entry], written: dict[int, Fraction]) -> None:
    """On each level: where the parts of most entries sum to the entry, those of the others must too."""
    groups = []
    for entry in layer:
        values = [written[id(child)] for child in entry.children if id(child) in written]
        if id(entry) in written and values and len(values) == len(entry.children):
            groups.append((entry, sum(values, Fraction()), written[id(entry)]))
    wrong = [(entry, total, due) for entry, total, due in groups if total != due]
    if len(groups) > 1 and len(wrong) * 2 < len(groups):
        for entry, total, due in wrong:
            message = Label(
                f"“{entry.text[:20]}”下各条合计为{float(total):g}，本项为{float(due):g}",
                f"What stands under “{entry.text[:20]}” adds up to {float(total):g}, the line says {float(due):g}",
            )
            tree.blame(entry, "weight", "wrong_sum", message)
    below = [child for entry in layer for child in entry.children]
    if below:
        _parts(tree, below, written)


def _of_whole(shares: list[Fraction | None], tops: list[Entry]) -> list[Fraction]:
    """Shares of the frameworks: as written, else a fifth for minors beside one other, else equal."""
    known = [share for share in shares if share is not None]
    if len(known) == len(tops) and known:
        total = sum(known, Fraction())
        return [share / total for share in known]
    minors = [("未成年" in top.text) for top in tops]
    if len(tops) == 2 and sum(minors) == 1:
        return [Fraction(1, 5) if is_minors else Fraction(4, 5) for is_minors in minors]
    return [Fraction(1, len(tops)) for _ in tops]
