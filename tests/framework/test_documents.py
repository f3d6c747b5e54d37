"""JSON documents in and out: without loss, all or nothing, mistakes named by sheet, row and column."""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from chuangcheng.framework import documents, sample, selectors
from chuangcheng.framework.actions import assign_duty, load_edition, publish_edition
from chuangcheng.framework.models import Category, Edition, Node, NodeKind, Standard, TimeRule
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import editions, small


def test_a_small_document_is_its_own_normal_form() -> None:
    assert documents.normalise(small()) == small()


@given(editions())
def test_normal_form_loses_nothing_and_is_stable(document: dict[str, Any]) -> None:
    assert documents.normalise(document) == document


def test_numbers_are_taken_as_they_look() -> None:
    document = small()
    document["frameworks"][0]["projects"][0]["weight"] = 60.0
    document["frameworks"][0]["projects"][0]["contents"][0]["standards"][0]["relative_weight"] = 0.5
    plain = documents.normalise(document)
    project = plain["frameworks"][0]["projects"][0]
    assert (project["weight"], project["contents"][0]["standards"][0]["relative_weight"]) == ("60", "1/2")


Break = Callable[[dict[str, Any]], object]


def project(document: dict[str, Any]) -> dict[str, Any]:
    return document["frameworks"][0]["projects"][0]


def standard(document: dict[str, Any]) -> dict[str, Any]:
    return project(document)["contents"][0]["standards"][0]


def item(document: dict[str, Any]) -> dict[str, Any]:
    return document["site_kinds"][0]["items"][0]


@pytest.mark.parametrize(
    ("break_it", "field", "code"),
    [
        (lambda d: d.update(code=""), "说明.值", "missing"),
        (lambda d: d.update(name_zh=" "), "说明.中文", "missing"),
        (lambda d: d.update(frameworks=[]), "测评标准", "empty"),
        (lambda d: d["rules"].update(method_shares={"onsite": "1/2"}), "说明.值", "bad_rule"),
        (lambda d: project(d).update(weight=""), "测评标准.权重", "missing"),
        (lambda d: project(d).update(weight="六十"), "测评标准.权重", "not_fraction"),
        (lambda d: project(d).update(weight="-60"), "测评标准.权重", "out_of_range"),
        (lambda d: project(d).update(weight="50"), "测评标准.权重", "wrong_sum"),
        (lambda d: d["frameworks"][0].update(weight="1/2"), "测评标准.权重", "wrong_sum"),
        (lambda d: project(d).update(contents=[]), "测评标准.代码", "childless"),
        (lambda d: project(d).update(code="F-2"), "测评标准.代码", "duplicate"),
        (lambda d: standard(d).update(methods=[]), "测评标准.测评方式", "missing"),
        (lambda d: standard(d).update(methods=["guess"]), "测评标准.测评方式", "unknown_choice"),
        (lambda d: standard(d).update(scoring={}), "测评标准.计分方式", "missing"),
        (lambda d: standard(d).update(scoring={"kind": "dice"}), "测评标准.计分方式", "unknown_choice"),
        (lambda d: standard(d).update(source="rumour"), "测评标准.来源标记", "unknown_choice"),
        (lambda d: standard(d).update(source_ref=["NOBODY"]), "测评标准.来源依据", "unknown"),
        (lambda d: standard(d).update(responsible_role="wizard"), "测评标准.牵头角色", "unknown"),
        (lambda d: standard(d).update(site_kinds=["moon"]), "测评标准.点位类型", "unknown"),
        (lambda d: item(d).update(standards=["F-9-9-9"]), "考察项.对应标准", "unknown"),
        (lambda d: item(d).update(case_codes=["99999"]), "考察项.案件类别", "unknown"),
        (lambda d: item(d).update(scoring="quota:many"), "考察项.计分", "unknown_choice"),
        (lambda d: item(d).update(by_analogy="perhaps"), "考察项.类推", "not_flag"),
        (lambda d: d["site_kinds"][0]["items"].append(dict(item(d))), "考察项.代码", "duplicate"),
        (lambda d: d["categories"].append(dict(d["categories"][0])), "案件类别.代码", "duplicate"),
        (lambda d: d["time_rules"][0].update(amount="0"), "处置时限.时限", "out_of_range"),
        (lambda d: d["time_rules"][0].update(amount="soon"), "处置时限.时限", "not_decimal"),
        (lambda d: d["time_rules"][0].update(amount="Infinity"), "处置时限.时限", "not_decimal"),
        (lambda d: d["time_rules"][0].update(unit="years"), "处置时限.单位", "unknown_choice"),
        (lambda d: d["time_rules"].append(dict(d["time_rules"][0])), "处置时限.立案条件", "duplicate"),
    ],
)  # fmt: skip
def test_names_each_mistake(break_it: Break, field: str, code: str) -> None:
    document = small()
    break_it(document)
    with pytest.raises(Refused) as caught:
        documents.normalise(document)
    assert caught.value.code == "framework.invalid"
    assert (field, code) in {(problem.field, problem.code) for problem in caught.value.fields}
    assert caught.value.params["count"] == len(caught.value.fields)


def test_a_mistake_names_the_row_of_the_exported_sheet() -> None:
    document = small()
    standard(document)["source"] = "rumour"
    with pytest.raises(Refused) as caught:
        documents.normalise(document)
    assert [problem.row for problem in caught.value.fields] == [5]  # header, framework, project, content


@pytest.fixture
def loaded(db: None) -> Edition:
    return load_edition(actor=SYSTEM, document=sample.document())


def test_the_sample_comes_out_as_it_went_in(loaded: Edition) -> None:
    assert documents.dump_edition(loaded) == documents.normalise(sample.document())


def test_the_sample_fills_the_tables(loaded: Edition) -> None:
    assert loaded.standards.count() == 155
    assert loaded.nodes.filter(kind=NodeKind.PROJECT).count() == 15
    assert loaded.nodes.filter(kind=NodeKind.CONTENT).count() == 37
    assert loaded.site_kinds.count() == 48
    assert sum(kind.items.count() for kind in loaded.site_kinds.all()) == 850
    assert Category.objects.filter(kind="component").count() == 153
    assert Category.objects.filter(kind="matter").count() == 250
    assert TimeRule.objects.filter(category_code="", condition="default").count() == 1
    assert loaded.is_reconstruction


def test_weights_add_up_exactly(loaded: Edition) -> None:
    for framework in loaded.nodes.filter(kind=NodeKind.FRAMEWORK):
        projects = framework.children.all()
        assert sum(node.weight for node in projects) == 100
        for node in projects:
            contents = list(node.children.all())
            assert sum(content.weight for content in contents) == node.weight
            for content in contents:
                assert sum(one.weight for one in content.standards.all()) == content.weight
    assert sum(node.weight for node in loaded.nodes.filter(kind=NodeKind.FRAMEWORK)) == 1


@pytest.mark.shared
def test_weights_agree_with_the_draft(loaded: Edition, shared: Any) -> None:
    import json

    draft = json.loads((shared / "framework" / "national_draft.json").read_text(encoding="utf-8"))
    given_ = [s for f in draft["frameworks"] for p in f["projects"] for c in p["contents"] for s in c["standards"]]
    ours = {row.code: row.weight for row in loaded.standards.all()}
    assert all(abs(ours[row["code"]] - Fraction(str(row["weight"]))) <= Fraction(1, 10**6) for row in given_)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=editions())
def test_what_is_loaded_is_dumped(db: None, document: dict[str, Any]) -> None:
    Edition.objects.all().delete()
    Category.objects.all().delete()
    TimeRule.objects.all().delete()
    edition = load_edition(actor=SYSTEM, document=document)
    assert documents.dump_edition(edition) == document


def test_loading_again_changes_nothing(loaded: Edition) -> None:
    events = Event.objects.count()
    ids = set(Standard.objects.values_list("id", flat=True))
    assert load_edition(actor=SYSTEM, document=sample.document()) == loaded
    assert Event.objects.count() == events
    assert set(Standard.objects.values_list("id", flat=True)) == ids


def test_a_changed_draft_is_replaced_and_history_says_so(db: None) -> None:
    first = load_edition(actor=SYSTEM, document=small())
    changed = small()
    standard(changed)["zh"] = "改后的标准"
    second = load_edition(actor=SYSTEM, document=changed)
    assert (first.pk, second.chain_seq) == (second.pk, 2)
    assert documents.dump_edition(second) == changed
    assert [event.action for event in Event.objects.filter(subject_id=first.pk).order_by("seq")] == [
        "edition.loaded", "edition.loaded",
    ]  # fmt: skip


def test_a_draft_with_duties_is_not_replaced(personas: dict[str, Actor], small_city: Any) -> None:
    edition = load_edition(actor=personas["office"], document=small())
    first = edition.standards.first()
    assert first is not None
    assign_duty(actor=personas["office"], standard=first, unit=small_city.units["department"], kind="lead")
    changed = small()
    standard(changed)["zh"] = "改后的标准"
    with pytest.raises(Refused, match=r"framework\.has_duties"):
        load_edition(actor=personas["office"], document=changed)


def test_a_published_edition_never_changes(db: None) -> None:
    edition = load_edition(actor=SYSTEM, document=small())
    publish_edition(actor=SYSTEM, edition=edition)
    assert load_edition(actor=SYSTEM, document=small()).state == "published"
    changed = small()
    standard(changed)["zh"] = "改后的标准"
    with pytest.raises(Refused, match=r"framework\.not_draft"):
        load_edition(actor=SYSTEM, document=changed)
    assert documents.dump_edition(edition) == small()


def test_nothing_of_a_broken_document_is_loaded(db: None) -> None:
    document = small()
    item(document)["standards"] = ["nowhere"]
    with pytest.raises(Refused):
        load_edition(actor=SYSTEM, document=document)
    assert (Edition.objects.count(), Node.objects.count(), Category.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("role", ["leader", "district", "department", "street", "grid", "inspector", "auditor"])
def test_only_the_office_loads(personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        load_edition(actor=personas[role], document=small())
    assert load_edition(actor=personas["office"], document=small()).code == "TEST-1"


def test_a_new_time_limit_is_a_new_version(db: None) -> None:
    load_edition(actor=SYSTEM, document=small())
    longer = small()
    longer["time_rules"][0]["amount"] = "7.5"
    load_edition(actor=SYSTEM, document=longer)
    rules = TimeRule.objects.filter(category_code="", condition="default").order_by("version")
    assert [(rule.version, str(rule.amount)) for rule in rules] == [(1, "5.00"), (2, "7.50")]
    assert selectors.time_rule("06010").version == 2


def test_the_callers_document_is_left_alone(db: None) -> None:
    document = small()
    before = copy.deepcopy(document)
    load_edition(actor=SYSTEM, document=document)
    assert document == before
