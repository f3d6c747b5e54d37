"""The edition's pages: the tree and its search, a standard with its duties, the checklists of the kinds of sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.models import Edition, Standard

Sign = Callable[[str], Client]
TREE = "/desk/framework/"


def url(standard: Standard) -> str:
    return reverse("desk:standard", args=[standard.pk])


def codes(page: Any) -> set[str]:
    """The standards on the page of the tree."""
    return {
        line.standard.code
        for framework in page.context["branches"]
        for project in framework.branches
        for content in project.branches
        for line in content.lines
    }


@pytest.mark.parametrize("path", [TREE, "/desk/framework/kinds/", "/desk/framework/kinds/market/"])
def test_who_has_no_right_to_the_framework_is_refused(as_persona: Sign, world: Any, path: str) -> None:
    assert as_persona("grid").get(path).status_code == 403
    assert as_persona("community").get(path).status_code == 200


def test_before_an_edition_the_tree_says_how_to_get_one(as_persona: Sign) -> None:
    client = as_persona("office")
    html = client.get(TREE).content.decode()
    assert "还没有发布的测评体系" in html and "导入本市的体系文件" in html
    assert list(client.get("/desk/framework/kinds/").context["kinds"]) == []
    assert client.get("/desk/framework/kinds/market/").status_code == 404


def test_the_sample_warns_that_it_is_no_official_text(as_persona: Sign, sample: Edition, noon: Any) -> None:
    client = as_persona("office")
    page = client.get(TREE)
    assert page.context["counts"] == {"projects": 15, "standards": 155, "kinds": 48}
    standard = sample.standards.order_by("order")[0]
    kind = sample.site_kinds.order_by("order")[0]
    for address in (TREE, "/desk/framework/kinds/", reverse("desk:kind", args=[kind.code]), url(standard)):
        assert "不是官方文本" in client.get(address).content.decode(), address


def test_an_official_edition_carries_no_warning(as_persona: Sign, world: Any) -> None:
    assert "不是官方文本" not in as_persona("office").get(TREE).content.decode()


@pytest.mark.parametrize(
    ("words", "found"), [("标准S1", {"S1"}), ("s2", {"S2"}), ("标准", {"S1", "S2", "S3"}), (" S3 ", {"S3"}), ("火星", set())]
)  # fmt: skip
def test_the_search_keeps_what_matches_with_its_branches(
    as_persona: Sign, world: Any, words: str, found: set[str]
) -> None:
    page = as_persona("office").get(TREE, {"q": words})
    assert codes(page) == found
    html = page.content.decode()
    assert ("没有符合条件的标准" in html) is not found or found
    assert ("<details" in html and " open>" in html) is bool(found)


def test_scores_stand_in_the_tree_for_those_who_may_see_them(as_persona: Sign, week: Any) -> None:
    html = as_persona("office").get(TREE).content.decode()
    assert "53.1 <" in html and "覆盖 100.0%" in html and "66.5%" in html and html.count("未覆盖") == 2


def test_weights_keep_their_fractions(as_persona: Sign, world: Any) -> None:
    Standard.objects.filter(code="S1").update(weight_num=121, weight_den=2)
    assert ">60.5</td>" in as_persona("office").get(TREE).content.decode()


def test_a_standard_names_its_duties_by_kind(as_persona: Sign, sample: Edition, noon: Any) -> None:
    standard = Standard.objects.filter(duties__kind="territory", items__isnull=False).order_by("order")[0]
    page = as_persona("office").get(url(standard))
    shared = {str(label): [duty.unit.short_name for duty in some] for label, some in page.context["shared"]}
    assert shared["属地"] == ["河东街道", "河西街道"] and len(shared["牵头"]) == 1
    assert sum(len(some) for some in shared.values()) == len(page.context["duties"])
    html = page.content.decode()
    assert "实地考察" in html and "对应考察项" in html and "defects" not in html


def test_a_standard_without_a_duty_says_so(as_persona: Sign, world: Any) -> None:
    html = as_persona("office").get(url(world.standards["S3"])).content.decode()
    assert "还没有责任单位" in html and "没有实地考察项" in html


def test_a_standard_shows_its_worth_of_the_whole(as_persona: Sign, week: Any) -> None:
    page = as_persona("office").get(url(week.standards["S1"]))
    assert float(page.context["worth"]) == 48.0  # 60 of the framework's 100, which is 4/5 of the edition
    html = page.content.decode()
    assert "66.5%" in html and "16.08" in html and reverse("desk:score", args=["S1"]) in html


def test_an_unknown_standard_is_not_found(as_persona: Sign, world: Any) -> None:
    assert as_persona("office").get(reverse("desk:standard", args=[world.edition.pk])).status_code == 404


def test_a_checklist_says_its_scoring_in_words(as_persona: Sign, world: Any) -> None:
    world.items["I1"].scoring = "quota:1/200m"
    world.items["I1"].save()
    html = as_persona("office").get("/desk/framework/kinds/market/").content.decode()
    assert "数量要求 1/200 m" in html and "缺陷计数" in html and "defect_count" not in html
    assert "暴露垃圾" in html and url(world.standards["S1"]) in html and "3 项" in html


def test_kinds_stand_with_the_size_of_their_checklists(as_persona: Sign, world: Any) -> None:
    page = as_persona("office").get("/desk/framework/kinds/")
    assert [(kind.code, len(kind.items.all())) for kind in page.context["kinds"]] == [("market", 3)]
    assert '<td class="num corner">3</td>' in page.content.decode()


@pytest.mark.parametrize("path", [TREE, TREE + "?q=CIV", "/desk/framework/kinds/", "kind", "standard"])
def test_pages_of_the_whole_sample_cost_few_queries(
    as_persona: Sign, sample: Edition, noon: Any, path: str, django_assert_max_num_queries: Any
) -> None:
    kind = sample.site_kinds.order_by("order")[0]
    standard = Standard.objects.filter(items__isnull=False).order_by("order")[0]
    address = {"kind": reverse("desk:kind", args=[kind.code]), "standard": url(standard)}.get(path, path)
    client = as_persona("office")
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_every_scoring_of_the_sample_is_said_in_both_tongues(as_persona: Sign, sample: Edition, noon: Any) -> None:
    from django.utils.translation import override

    from chuangcheng.framework.models import ChecklistItem
    from chuangcheng.web.scored import item_words, rule_lines

    for tongue in ("zh-hans", "en"):
        with override(tongue):
            for scoring in Standard.objects.values_list("scoring", flat=True):
                said = rule_lines(scoring)
                assert said[0] != scoring["kind"] and "{" not in "".join(said)
            for text in set(ChecklistItem.objects.values_list("scoring", flat=True)):
                assert "_" not in item_words(text)


def test_pages_speak_english(as_persona: Sign, sample: Edition, noon: Any) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(TREE).content.decode()
    assert "15 projects, 155 standards, 48 kinds of sites" in html and "not the official text" in html
    standard = Standard.objects.filter(duties__isnull=False, items__isnull=False).order_by("order")[0]
    html = client.get(url(standard)).content.decode()
    assert "On site" in html and "Source of the text" in html and standard.en in html
