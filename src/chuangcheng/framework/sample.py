"""The built-in sample edition, from the files in ``data/``. A reconstruction: every line keeps its source flag."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any


def document() -> dict[str, Any]:
    """A fresh copy of the sample edition, as :func:`~chuangcheng.framework.documents.load_edition` takes it."""
    copied: dict[str, Any] = json.loads(_document())
    return copied


@cache
def _document() -> str:
    head = tomllib.loads(_text("edition.toml"))
    tree = json.loads(_text("framework.json"))
    kinds = json.loads(_text("site_kinds.json"))
    links = tomllib.loads(_text("links.toml"))
    site_kinds = [_kind(kind, kinds["blocks"]) for kind in kinds["site_kinds"]]
    _link(site_kinds, tree["frameworks"], links)
    _prove(tree["frameworks"], tomllib.loads(_text("evidence.toml")))
    whole = {**head, **tree, "site_kinds": site_kinds, "categories": categories(), "time_rules": time_rules()}
    return json.dumps(whole, ensure_ascii=False)


def _text(name: str) -> str:
    return (files("chuangcheng.framework") / "data" / name).read_text(encoding="utf-8")


def _kind(kind: dict[str, Any], blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """A kind with its blocks' items spelt out before its own. Wording found for another kind is marked by analogy."""
    found = kind.pop("found_here")
    items = [
        _block_item(kind["prefix"], block["code"], item, found)
        for block in blocks_of(kind, blocks)
        for item in block["items"]
    ]
    own = [{**item, "from_block": "", "by_analogy": False} for item in kind["items"]]
    return {**kind, "items": items + own}


def blocks_of(kind: dict[str, Any], blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The common blocks that a kind takes over, in its own order."""
    by_code = {block["code"]: block for block in blocks}
    return [by_code[code] for code in kind["blocks"]]


def _block_item(prefix: str, block: str, item: dict[str, Any], found: dict[str, str]) -> dict[str, Any]:
    short = f"{block}-{item['no']}"
    shared = {name: item[name] for name in ("zh", "en", "scoring", "case_codes", "source_ref")}
    return {
        **shared,
        "code": f"{prefix}-{short}",
        "from_block": block,
        "by_analogy": short not in found,
        "source": found.get(short, "reconstructed"),
    }


def _link(kinds: list[dict[str, Any]], frameworks: list[dict[str, Any]], links: dict[str, Any]) -> None:
    """Say of each item which standards it speaks for, in the tree's order, by the rules of ``links.toml``."""
    for kind in kinds:
        for item in kind["items"]:
            item["standards"] = []
    for standard in _standards(frameworks):
        code = standard["code"]
        patterns = links["standards"].get(code, [])
        everywhere = [pattern for pattern, codes in links["everywhere"].items() if code in codes]
        for kind in kinds:
            here = kind["code"] in standard["site_kinds"]
            spoken = [
                item
                for item in kind["items"]
                if speaks_for(item, kind["prefix"], everywhere) or (here and speaks_for(item, kind["prefix"], patterns))
            ]
            for item in spoken:
                item["standards"].append(code)
            if spoken and not here:
                standard["site_kinds"].append(kind["code"])


def speaks_for(item: dict[str, Any], prefix: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names the item by its full code or, in a common block, by the block's code."""
    codes = [item["code"]]
    if item["from_block"]:
        codes.append(item["code"].removeprefix(f"{prefix}-"))
    return any(fnmatchcase(code, pattern) for pattern in patterns for code in codes)


def _prove(frameworks: list[dict[str, Any]], rules: dict[str, dict[str, list[str]]]) -> None:
    """Give each standard the kinds of evidence that its methods and its scoring ask for."""
    for standard in _standards(frameworks):
        asked = [rules["methods"][method] for method in standard["methods"]]
        asked.append(rules["scoring"].get(standard["scoring"]["kind"], []))
        standard["evidence"] = list(dict.fromkeys(code for codes in asked for code in codes))


def _standards(frameworks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        standard
        for framework in frameworks
        for project in framework["projects"]
        for content in project["contents"]
        for standard in content["standards"]
    ]


def categories() -> list[dict[str, Any]]:
    """The case categories: 153 components, their faults, and the matters of classes 06-10, 250 matters in all."""
    table = json.loads(_text("categories.json"))
    top = set(table["top"])
    components = [_category(table, "component", group, *sub) for group in table["components"] for sub in _subs(group)]
    faults = [
        _category(table, "matter", group, code + table["fault_suffix"], name + table["fault_word"])
        for group in table["components"]
        for code, name in _subs(group)
    ]
    matters = [_category(table, "matter", group, *sub) for group in table["matters"] for sub in _subs(group)]
    return [{**row, "is_top": row["code"] in top} for row in components + faults + matters]


def _subs(group: dict[str, Any]) -> Iterable[tuple[str, str]]:
    subs: dict[str, str] = group["subs"]
    return subs.items()


def _category(table: dict[str, Any], kind: str, group: dict[str, Any], code: str, name: str) -> dict[str, Any]:
    return {
        "code": code,
        "zh": name,
        "kind": kind,
        "class_code": group["code"],
        "class_zh": group["zh"],
        "taxonomy": table["taxonomy"],
    }


def time_rules() -> list[dict[str, Any]]:
    """The sample's time limits, one row for each category prefix and filing condition."""
    table = tomllib.loads(_text("time_rules.toml"))
    groups: dict[str, list[str]] = table["groups"]
    return [
        {
            "category_code": code,
            "condition": rule.get("condition", "default"),
            "condition_zh": rule.get("condition_zh", ""),
            "amount": rule["amount"],
            "unit": rule["unit"],
            "close_when": rule["close_when_zh"],
            "handling": rule.get("handling", ""),
            "severity": rule.get("severity", ""),
            "source_ref": rule["source_ref"],
        }
        for rule in table["rule"]
        for named in rule["codes"]
        for code in groups.get(named, [named])
    ]
