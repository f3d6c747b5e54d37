"""The built-in sample edition: sizes, links, and agreement with the draft it was made from."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.framework import documents, sample
from chuangcheng.framework.rules import Rules


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return documents.normalise(sample.document())


def standards(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [s for f in document["frameworks"] for p in f["projects"] for c in p["contents"] for s in c["standards"]]


def items(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for kind in document["site_kinds"] for item in kind["items"]]


def test_sizes(document: dict[str, Any]) -> None:
    projects = [project for framework in document["frameworks"] for project in framework["projects"]]
    assert len(projects) == 15
    assert sum(len(project["contents"]) for project in projects) == 37
    assert len(standards(document)) == 155
    assert len(document["site_kinds"]) == 48
    assert len(items(document)) == 850
    assert len(document["negative_items"]) == 10
    assert len({item["from_block"] for item in items(document)} - {""}) == 9


def test_categories_are_components_their_faults_and_matters(document: dict[str, Any]) -> None:
    kinds = Counter(row["kind"] for row in document["categories"])
    assert kinds == {"component": 153, "matter": 250}
    by_code = {row["code"]: row for row in document["categories"]}
    assert len(by_code) == 403
    components = [row for row in document["categories"] if row["kind"] == "component"]
    assert all(by_code[row["code"] + "F"]["zh"] == row["zh"] + "异常" for row in components)
    assert sum(row["is_top"] for row in document["categories"]) == 10
    assert by_code["06010"]["zh"] == "暴露垃圾"


def test_says_that_it_is_a_reconstruction(document: dict[str, Any]) -> None:
    assert document["is_reconstruction"] is True
    assert "不是官方文本" in document["note_zh"]
    flags = Counter(row["source"] for row in standards(document))
    assert flags == {"sourced": 118, "seed": 29, "reconstructed": 8}
    assert not any(row["source"] == "official" for row in items(document))


def test_every_source_key_is_explained_and_no_address_is_shipped(document: dict[str, Any]) -> None:
    used = {key for row in [*standards(document), *items(document)] for key in row["source_ref"]}
    assert used <= set(document["sources"])
    assert "http" not in json.dumps(document["sources"])
    assert {name for source in document["sources"].values() for name in source} == {"kind", "about"}


def test_items_speak_for_standards_at_their_own_kind(document: dict[str, Any]) -> None:
    by_code = {row["code"]: row for row in standards(document)}
    for kind in document["site_kinds"]:
        for item in kind["items"]:
            for code in item["standards"]:
                assert kind["code"] in by_code[code]["site_kinds"], (item["code"], code)
                assert {"onsite", "observation"} & set(by_code[code]["methods"]), (item["code"], code)


def test_nearly_everything_looked_at_speaks_for_a_standard(document: dict[str, Any]) -> None:
    spoken_for = {code for item in items(document) for code in item["standards"]}
    onsite = {row["code"] for row in standards(document) if "onsite" in row["methods"] and row["site_kinds"]}
    # No checklist of the draft asks for either: volunteering of pupils, rooms for children in communities.
    assert onsite - spoken_for == {"MIN-03-01-08", "MIN-04-01-04"}
    assert sum(bool(item["standards"]) for item in items(document)) == 844


@pytest.mark.parametrize(
    ("item", "standard"),
    [
        ("ROAD-PSA-03", "CIV-05-02-08"), ("ROAD-ENV-01", "CIV-07-01-01"), ("ROAD-ORD-01", "CIV-07-03-01"),
        ("HOSP-ACC-01", "CIV-07-02-04"), ("MKT-SMK-02", "CIV-05-01-04"), ("MALL-FIR-02", "CIV-08-02-01"),
        ("WIND-SVC-01", "CIV-04-03-01"), ("GOVH-VOL-01", "CIV-05-04-03"), ("PARK-BEH-05", "CIV-05-01-03"),
        ("CINE-FIR-01", "CIV-08-02-01"), ("NPS-X-03", "CIV-01-02-02"),
    ],
)  # fmt: skip
def test_blocks_speak_for_their_subject(document: dict[str, Any], item: str, standard: str) -> None:
    found = {row["code"]: row["standards"] for row in items(document)}
    assert standard in found[item]


def test_rules_are_exact(document: dict[str, Any]) -> None:
    rules = Rules.of(document["rules"])
    assert rules.method_shares == {"material": Fraction(2, 5), "onsite": Fraction(2, 5), "survey": Fraction(1, 5)}
    assert rules.year_weights == (Fraction(3, 20), Fraction(1, 4), Fraction(3, 5))
    assert (rules.minors_share, rules.minors_gate) == (Fraction(1, 5), 85)
    assert rules.grade_shares == {"A": 1, "B": Fraction(33, 50), "C": Fraction(33, 100), "C#": 0}
    assert (rules.per_overdue_open, rules.deduction_cap) == (Fraction(1, 50), Fraction(1, 5))
    assert rules.minors_framework in {framework["code"] for framework in document["frameworks"]}


@pytest.mark.parametrize(
    "broken",
    [
        {"method_shares": {"onsite": "1/2"}}, {"year_weights": ["1/2", "x"]}, {"case_deduction": {"cap": "1/5"}},
        {"visit_budget": 6}, {"method_shares": None},
    ],
)  # fmt: skip
def test_rules_that_cannot_be_read_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        Rules.of(broken)


def test_a_copy_may_be_changed_without_touching_the_next() -> None:
    first = sample.document()
    first["frameworks"].clear()
    assert len(sample.document()["frameworks"]) == 2


def test_no_data_file_is_large() -> None:
    folder = files("chuangcheng.framework") / "data"
    sizes = {path.name: len(path.read_bytes()) for path in folder.iterdir()}
    assert max(sizes.values()) < 200_000, sizes


@pytest.mark.shared
def test_agrees_with_the_draft_it_was_made_from(document: dict[str, Any], shared: Path) -> None:
    draft = json.loads((shared / "framework" / "national_draft.json").read_text(encoding="utf-8"))
    ours = {row["code"]: row for row in standards(document)}
    theirs = [s for f in draft["frameworks"] for p in f["projects"] for c in p["contents"] for s in c["standards"]]
    assert set(ours) == {row["code"] for row in theirs}
    for row in theirs:
        mine = ours[row["code"]]
        assert Fraction(mine["relative_weight"]) == Fraction(str(row["relative_weight"]))
        assert mine["source"] == row["source"]
        assert mine["source_ref"] == row["source_ref"]
        # A is 100 %, which nothing exceeds: the draft's ">" is read as ">=".
        reachable = {"op": ">="} if row["code"] in {"CIV-09-01-02", "CIV-09-01-05"} else {}
        assert mine["scoring"] == {**row["scoring"], **reachable}
        assert set(row["site_types"]) <= set(mine["site_kinds"])
    draft_items = {i["code"]: i for kind in draft["site_types"] for i in kind["items"]}
    assert set(draft_items) == {row["code"] for row in items(document)}
    for row in items(document):
        given = draft_items[row["code"]]
        assert (row["scoring"], row["case_codes"], row["source"], row["by_analogy"]) == (
            given["scoring"], given["case_codes"], given["source"], given.get("by_analogy", False),
        ), row["code"]  # fmt: skip
