"""What a check speaks for and what a case is held against: every link, counted again by brute force."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from chuangcheng.framework import sample, selectors
from chuangcheng.framework.actions import load_edition, load_sample, publish_edition
from chuangcheng.framework.models import Category, ChecklistItem, Edition, Standard
from chuangcheng.framework.sample import speaks_for
from chuangcheng.kernel.actor import SYSTEM
from tests.framework.editions import small


@pytest.fixture
def edition(db: None) -> Edition:
    return load_sample(actor=SYSTEM)


def all_items(edition: Edition) -> list[ChecklistItem]:
    rows = ChecklistItem.objects.filter(site_kind__edition=edition)
    return list(rows.select_related("site_kind").prefetch_related("standards"))


def test_the_stored_links_are_those_of_the_document(edition: Edition) -> None:
    given = {
        (kind["code"], item["code"]): set(item["standards"])
        for kind in sample.document()["site_kinds"]
        for item in kind["items"]
    }
    stored = {(i.site_kind.code, i.code): {one.code for one in i.standards.all()} for i in all_items(edition)}
    assert stored == given
    assert sum(map(len, stored.values())) > 850


def test_every_item_names_its_heaviest_standard(edition: Edition) -> None:
    for item in all_items(edition):
        standards = list(item.standards.all())
        heaviest = selectors.heaviest_standard(item)
        if not standards:
            assert heaviest is None
            continue
        assert heaviest is not None
        most = max(one.weight for one in standards)
        assert heaviest.weight == most
        assert heaviest.order == min(one.order for one in standards if one.weight == most)


def test_every_item_of_the_sample_files_under_a_matter(edition: Edition) -> None:
    kinds = dict(Category.objects.values_list("code", "kind"))
    for item in all_items(edition):
        filed = selectors.case_category(item.case_codes)
        if not item.case_codes:
            assert filed is None
            continue
        assert filed is not None, item.code
        first = item.case_codes[0]
        assert filed.code == (first if kinds[first] == "matter" else f"{first}F")
        assert kinds[filed.code] == "matter"


def test_every_category_leads_to_the_standards_of_its_items(edition: Edition) -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    for item in all_items(edition):
        filed = selectors.case_category(item.case_codes)
        for code in {*item.case_codes, *([filed.code] if filed else [])}:
            wanted[code] |= {one.code for one in item.standards.all()}
    for category in selectors.categories():
        found = selectors.standards_for_category(edition, category.code)
        assert {one.code for one in found} == wanted[category.code], category.code
        assert len({one.pk for one in found}) == len(found)
        assert found == sorted(found, key=lambda one: (-one.weight, one.order))


def test_each_kind_hands_out_its_own_checklist_in_order(edition: Edition) -> None:
    for kind in selectors.kinds_of(edition):
        rows = list(ChecklistItem.objects.filter(site_kind=kind).order_by("order"))
        assert list(selectors.checklist(kind.pk)) == [item.code for item in rows]
        assert list(selectors.items_of(kind)) == rows
        assert all(code.startswith(f"{kind.prefix}-") for code in selectors.checklist(kind.pk))
    assert len({kind.prefix for kind in selectors.kinds_of(edition)}) == 48


@pytest.mark.parametrize(
    ("item", "patterns", "speaks"),
    [
        ({"code": "ROAD-ENV-04", "from_block": "ENV"}, ["ENV-04"], True),
        ({"code": "ROAD-ENV-04", "from_block": "ENV"}, ["ENV-*"], True),
        ({"code": "ROAD-ENV-04", "from_block": "ENV"}, ["ROAD-ENV-04"], True),
        ({"code": "ROAD-ENV-04", "from_block": "ENV"}, ["ENV-05", "PSA-*"], False),
        ({"code": "ROAD-ENV-04", "from_block": "ENV"}, ["env-04"], False),  # case counts
        ({"code": "ROAD-X-01", "from_block": ""}, ["X-01"], False),  # its own item has no block's name
        ({"code": "ROAD-X-01", "from_block": ""}, ["ROAD-X-*"], True),
        ({"code": "LANE-X-01", "from_block": ""}, ["ROAD-X-*"], False),
        ({"code": "ROAD-ENV-04", "from_block": "ENV"}, [], False),
    ],
)
def test_patterns_name_items_by_code_or_by_block(item: dict[str, Any], patterns: list[str], speaks: bool) -> None:
    assert speaks_for(item, item["code"].split("-")[0], patterns) is speaks


def test_another_edition_has_links_of_its_own(edition: Edition) -> None:
    other = load_edition(actor=SYSTEM, document=small())
    mine = {one.edition_id for one in selectors.standards_for_category(other, "06010")}
    theirs = {one.edition_id for one in selectors.standards_for_category(edition, "06010")}
    assert (mine, theirs) == ({other.pk}, {edition.pk})
    assert [one.code for one in selectors.standards_for_category(other, "06010")] == ["F-1-1-1", "F-1-1-2"]


def test_links_of_a_replaced_draft_are_forgotten(db: None) -> None:
    edition = load_edition(actor=SYSTEM, document=small())
    assert len(selectors.standards_for_category(edition, "06010")) == 2
    document = small()
    document["site_kinds"][0]["items"][0]["standards"] = ["F-2-1-1"]
    again = load_edition(actor=SYSTEM, document=document)
    assert [one.code for one in selectors.standards_for_category(again, "06010")] == ["F-2-1-1"]
    kind = selectors.kind_by_code(again, "lane")
    assert kind is not None
    assert [one.code for one in selectors.checklist(kind.pk)["LANE-1"].standards.all()] == ["F-2-1-1"]
    assert ChecklistItem.standards.through.objects.count() == 1  # the draft's old links went with it


# --- frozen editions -------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen(db: None) -> Edition:
    """TEST-1, frozen by TEST-2, whose rules, words and weights are others."""
    first = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))
    document = {**small(), "code": "TEST-2", "rules": {"grade_shares": {"A": "1", "B": "1/2", "C": "1/4", "C#": "0"}}}
    document["frameworks"][0]["projects"][0]["weight"] = "30"
    document["frameworks"][0]["projects"][1]["weight"] = "70"
    document["site_kinds"][0]["items"] = document["site_kinds"][0]["items"][:1]
    publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=document))
    return Edition.objects.get(pk=first.pk)


def test_an_old_score_stays_explainable(frozen: Edition) -> None:
    """Weights, rules and checklists are read from the edition that a visit was made under, not from the newest."""
    new = selectors.current_edition()
    assert new is not None
    assert new.code == "TEST-2"
    weights = [[str(one.weight) for one in selectors.standards_of(edition)] for edition in (frozen, new)]
    assert weights == [["40", "20", "40"], ["20", "10", "70"]]
    old_kind, new_kind = (selectors.kind_by_code(edition, "lane") for edition in (frozen, new))
    assert old_kind is not None
    assert new_kind is not None
    assert list(selectors.checklist(old_kind.pk)) == ["LANE-1", "LANE-2"]
    assert list(selectors.checklist(new_kind.pk)) == ["LANE-1"]
    shares = [str(selectors.rules_at(kind.pk).grade_shares["B"]) for kind in (old_kind, new_kind)]
    assert shares == ["33/50", "1/2"]


def test_an_item_speaks_for_standards_of_its_own_edition_only(frozen: Edition) -> None:
    for item in ChecklistItem.objects.select_related("site_kind").prefetch_related("standards"):
        assert {one.edition_id for one in item.standards.all()} <= {item.site_kind.edition_id}
    assert Standard.objects.filter(edition=frozen, items__site_kind__edition=frozen).distinct().count() == 2


def test_editions_are_listed_newest_first(frozen: Edition) -> None:
    assert [edition.code for edition in selectors.editions()] == ["TEST-2", "TEST-1"]
    assert selectors.edition_by_code("TEST-1") == frozen
    assert selectors.edition_by_code("TEST-3") is None
