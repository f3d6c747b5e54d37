"""More editions beside the sample: the minors' own, published, and the draft of next year's, made of this year's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chuangcheng.demo.found import Cast
from chuangcheng.framework import actions as framework
from chuangcheng.framework import sample

#: What next year's draft changes, by the number of a standard in the tree: whoever compares finds just this.
REWORDED = {3: "，并建立长效机制", 21: "，有专人管理", 47: "，群众认可", 70: "，台账齐全", 88: "，定期公示"}
REWEIGHTED = (5, 30, 61, 90)
MOVED = (12, 52)
REMOVED = (17, 40, 99)
SPLIT = (9, 34)  # one standard becomes two halves: who takes over is for a person to decide
ADDED = ("新就业群体服务管理纳入文明实践体系", "共享单车停放秩序实行企业与街道共管", "网络文明素养教育进社区进课堂")


def play(cast: Cast) -> None:
    """Load both in the office's name."""
    office = cast.named["office"]
    minors = framework.load_edition(actor=office, document=minors_document())
    framework.publish_edition(actor=office, edition=minors)
    framework.load_edition(actor=office, document=next_document())


def _bare(code: str, name: str) -> dict[str, Any]:
    """The sample's tree under another name, without kinds of sites and reference data."""
    document = sample.document()
    document |= {"code": code, "name_zh": name, "site_kinds": [], "categories": [], "time_rules": []}
    for row in _standards(document["frameworks"]):
        row["site_kinds"] = []
    return document


def minors_document() -> dict[str, Any]:
    """The sample's framework for minors as an edition of its own."""
    document = _bare("MINORS-2026", "未成年人思想道德建设工作测评体系（重构样本）")
    document |= {"name_en": "Minors' assessment (reconstructed sample)", "family": "minors", "negative_items": []}
    document["frameworks"] = [{**row, "weight": "1"} for row in document["frameworks"] if row["code"] == "MIN"]
    document["rules"] = {name: rule for name, rule in document["rules"].items() if not name.startswith("minors")}
    return document


def next_document() -> dict[str, Any]:
    """This year's edition with the changes above; kinds of sites and the negative list come with the carrying."""
    document = _bare("SAMPLE-2027", "全国文明城市测评体系（2027年征求意见稿）")
    document |= {"name_en": "National Civilized City assessment, draft of 2027", "version": "2027.0"}
    document["negative_items"] = []
    leaves = [
        (content, row) for tree in document["frameworks"] for project in tree["projects"]
        for content in project["contents"] for row in content["standards"]
    ]  # fmt: skip
    for number, words in REWORDED.items():
        leaves[number][1]["zh"] += words
    for number in REWEIGHTED:
        leaves[number][1]["relative_weight"] = "3"
    for number in SPLIT:
        content, row = leaves[number]
        half = max(6, len(row["zh"]) // 2)
        rest = {**row, "code": f"{row['code']}-B", "zh": f"{row['zh'][:half]}并公开监督"}
        row["zh"] = f"{row['zh'][:half]}有专项方案"
        content["standards"].insert(content["standards"].index(row) + 1, rest)
    for number in (*MOVED, *REMOVED):
        content, row = leaves[number]
        content["standards"].remove(row)
        if number in MOVED:
            leaves[number + 20][0]["standards"].append(row)
    last = leaves[0][0]["standards"]
    for number, words in enumerate(ADDED):
        last.append({**leaves[0][1], "code": f"{leaves[0][1]['code']}-N{number}", "zh": words, "en": ""})
    return document


def _standards(frameworks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for tree in frameworks:
        for project in tree["projects"]:
            for content in project["contents"]:
                yield from content["standards"]
