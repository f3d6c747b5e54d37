"""A small edition by hand, and a strategy for arbitrary sound ones in normal form."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(categories=("L", "N", "P"), exclude_characters="\x00"), min_size=1, max_size=12)
LINE = st.one_of(st.just(""), TEXT)
SOURCE = st.sampled_from(["official", "sourced", "seed", "reconstructed"])
KEYS = st.lists(st.sampled_from(["S0", "CK"]), unique=True, max_size=2)
WEIGHT = st.fractions(min_value="1/50", max_value=9, max_denominator=50).map(str)


def small() -> dict[str, Any]:
    """One framework of two projects, three standards, one kind of site with two items, two categories."""
    flags = {"source": "sourced", "source_ref": ["S0"]}

    def standard(code: str, weight: str, **more: Any) -> dict[str, Any]:
        return {
            "code": code, "zh": f"标准{code}", "en": "", **flags, "relative_weight": weight, "methods": ["onsite"],
            "scoring": {"kind": "abc_state"}, "scoring_source": "sourced", "site_kinds": ["lane"],
            "responsible_role": "urban_management", "evidence": ["site"], "due_on": "", "note": "", **more,
        }  # fmt: skip

    def item(code: str, standards: list[str], codes: list[str]) -> dict[str, Any]:
        return {
            "code": code, "zh": f"考察{code}", "en": "", **flags, "scoring": "defect_count", "case_codes": codes,
            "from_block": "", "by_analogy": False, "standards": standards,
        }  # fmt: skip

    def content(code: str, standards: list[dict[str, Any]]) -> dict[str, Any]:
        return {"code": code, "zh": f"内容{code}", "en": "", **flags, "standards": standards}

    def project(code: str, weight: str, contents: list[dict[str, Any]]) -> dict[str, Any]:
        return {"code": code, "zh": f"项目{code}", "en": "", **flags, "weight": weight, "contents": contents}

    projects = [
        project("F-1", "60", [content("F-1-1", [standard("F-1-1-1", "2"), standard("F-1-1-2", "1")])]),
        project("F-2", "40", [content("F-2-1", [standard("F-2-1-1", "1", scoring={"kind": "threshold", "A": 0.9})])]),
    ]
    return {
        "code": "TEST-1", "name_zh": "测试版本", "name_en": "Test", "version": "1", "is_reconstruction": True,
        "family": "national", "levels": [],
        "note_zh": "", "note_en": "", "rules": {"method_shares": {"onsite": "3/5", "material": "2/5"}},
        "sources": {"S0": {"kind": "seed", "about": "a plan"}},
        "roles": [{"code": "urban_management", "zh": "城管局", "en": "Urban management"}],
        "frameworks": [{"code": "F", "zh": "体系", "en": "", **flags, "weight": "1", "projects": projects}],
        "site_kinds": [{
            "code": "lane", "zh": "背街小巷", "en": "", **flags, "prefix": "LANE", "group": "street",
            "responsible_role": "urban_management", "observation": {"walk_m": 200}, "blocks": [],
            "items": [item("LANE-1", ["F-1-1-1", "F-1-1-2"], ["06010"]), item("LANE-2", [], ["03001"])],
        }],
        "negative_items": [{"code": "N01", "zh": "负面", "en": "", **flags, "effect": {"all": "ineligible"}}],
        "categories": [
            _category("03001", "component", "公共厕所"), _category("03001F", "matter", "公共厕所异常"),
            _category("06010", "matter", "暴露垃圾"),
        ],
        "time_rules": [{
            "category_code": "", "condition": "default", "condition_zh": "", "amount": "5", "unit": "work_days",
            "close_when": "解决", "handling": "", "severity": "", "source_ref": "CK",
        }],
    }  # fmt: skip


def _category(code: str, kind: str, zh: str) -> dict[str, Any]:
    return {
        "code": code, "zh": zh, "kind": kind, "class_code": code[:2], "class_zh": "类", "taxonomy": "GB/T 47678.5-2026",
        "is_top": code == "06010",
    }  # fmt: skip


@st.composite
def editions(draw: st.DrawFn) -> dict[str, Any]:
    """A sound edition of random shape and texts, in normal form."""
    document = small()
    document.update({name: draw(TEXT) for name in ("name_zh", "version")})
    document.update({name: draw(LINE) for name in ("name_en", "note_zh", "note_en")})
    document["sources"]["CK"] = {"kind": "none", "about": draw(LINE)}
    document["is_reconstruction"] = draw(st.booleans())
    document["family"] = draw(st.sampled_from(["national", "district", "own", "minors"]))
    document["frameworks"] = [_framework(draw)]
    codes = [s["code"] for p in document["frameworks"][0]["projects"] for c in p["contents"] for s in c["standards"]]
    for item in document["site_kinds"][0]["items"]:
        chosen = draw(st.sets(st.sampled_from(codes), max_size=3))
        item.update(zh=draw(TEXT), by_analogy=draw(st.booleans()), standards=[code for code in codes if code in chosen])
    for rule in document["time_rules"]:
        rule["amount"] = draw(st.sampled_from(["0.5", "1", "2.25", "100"]))
    return document


def _framework(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 3))
    shares = {1: ["100"], 2: ["100/3", "200/3"], 3: ["25", "25", "50"]}[count]
    projects = [
        {**_named(draw, f"F-{number}"), "weight": share, "contents": _contents(draw, f"F-{number}")}
        for number, share in enumerate(shares, 1)
    ]
    return {**_named(draw, "F"), "weight": "1", "projects": projects}


def _contents(draw: st.DrawFn, above: str) -> list[dict[str, Any]]:
    return [
        {
            **_named(draw, f"{above}-{number}"),
            "standards": [_standard(draw, f"{above}-{number}-{n}") for n in range(1, draw(st.integers(2, 3)))],
        }
        for number in range(1, draw(st.integers(2, 3)))
    ]


def _named(draw: st.DrawFn, code: str) -> dict[str, Any]:
    return {"code": code, "zh": draw(TEXT), "en": draw(LINE), "source": draw(SOURCE), "source_ref": draw(KEYS)}


def _standard(draw: st.DrawFn, code: str) -> dict[str, Any]:
    methods = draw(st.lists(st.sampled_from(["onsite", "material", "survey"]), min_size=1, unique=True))
    numbers = st.one_of(st.integers(0, 100), st.floats(0, 1, allow_nan=False))
    return {
        **_named(draw, code), "relative_weight": draw(WEIGHT), "methods": methods,
        "scoring": {"kind": draw(st.sampled_from(["binary", "threshold", "ratio"])), "target": draw(numbers)},
        "scoring_source": draw(SOURCE), "site_kinds": draw(st.sampled_from([[], ["lane"]])),
        "responsible_role": draw(st.sampled_from(["", "urban_management"])), "note": draw(LINE),
        "evidence": draw(st.lists(st.sampled_from(["report", "picture", "site"]), unique=True)),
        "due_on": draw(st.sampled_from(["", "2026-12-31"])),
    }  # fmt: skip
