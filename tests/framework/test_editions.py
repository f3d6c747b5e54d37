"""Families side by side, the life of an edition, trees of any depth."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.framework import selectors, workbook
from chuangcheng.framework.actions import (
    assign_by_role,
    drop_edition,
    freeze_edition,
    load_edition,
    publish_edition,
)
from chuangcheng.framework.carrying import carry_forward
from chuangcheng.framework.documents import dump_edition, normalise
from chuangcheng.framework.models import Edition
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.scoring.selectors import by_project, points_of
from tests.framework.editions import small

pytestmark = pytest.mark.django_db


def named(code: str, **more: Any) -> dict[str, Any]:
    """The small edition under another code."""
    return {**small(), "code": code, **more}


def deep() -> dict[str, Any]:
    """The small edition with a content divided once more."""
    document = small()
    content = document["frameworks"][0]["projects"][0]["contents"][0]
    inner = {**{name: content[name] for name in ("en", "source", "source_ref")}, "zh": "细目", "code": "F-1-1-X",
             "standards": [{**content["standards"].pop(), "code": "F-1-1-X-1"}]}  # fmt: skip
    content["contents"] = [inner]
    document["site_kinds"][0]["items"][0]["standards"] = ["F-1-1-1", "F-1-1-X-1"]
    return document


def test_families_stand_side_by_side(personas: dict[str, Actor]) -> None:
    office = personas["office"]
    minors = publish_edition(actor=office, edition=load_edition(actor=office, document=named("M-1", family="minors")))
    assert selectors.current_edition() == minors  # the only one there is
    city = publish_edition(actor=office, edition=load_edition(actor=office, document=small()))
    own = publish_edition(actor=office, edition=load_edition(actor=office, document=named("O-1", family="own")))
    assert selectors.current_edition() == city
    assert selectors.published_editions() == [city, own, minors]
    later = publish_edition(actor=office, edition=load_edition(actor=office, document=named("M-2", family="minors")))
    assert Edition.objects.get(pk=minors.pk).state == "frozen"
    assert selectors.published_editions() == [city, own, later]


def test_a_frozen_or_dropped_edition_refuses_every_change(personas: dict[str, Actor], small_city: Any) -> None:
    office = personas["office"]
    edition = publish_edition(actor=office, edition=load_edition(actor=office, document=small()))
    with pytest.raises(Refused, match=r"state\.move_refused"):
        drop_edition(actor=office, edition=edition)
    freeze_edition(actor=office, edition=edition)
    assert selectors.current_edition() is None
    draft = load_edition(actor=office, document=named("T-2"))
    changed = {**small(), "version": "9"}
    for change in (
        lambda: publish_edition(actor=office, edition=edition),
        lambda: freeze_edition(actor=office, edition=edition),
        lambda: drop_edition(actor=office, edition=edition),
        lambda: load_edition(actor=office, document=changed),
        lambda: assign_by_role(actor=office, edition=edition),
        lambda: carry_forward(actor=office, old=draft, new=edition),
    ):
        with pytest.raises(Refused, match=r"framework\.(frozen|not_draft)|state\.move_refused"):
            change()
    drop_edition(actor=office, edition=draft)
    assert (draft.standards.count(), draft.site_kinds.count(), selectors.editions().count()) == (0, 0, 2)
    with pytest.raises(Refused, match=r"framework\.dropped"):
        publish_edition(actor=office, edition=draft)
    assert load_edition(actor=office, document=named("T-2")).state == "draft"  # its code may be used again
    assert draft.standards.count() == 3


@pytest.mark.parametrize("role", ["leader", "district", "department", "auditor"])
def test_only_the_office_ends_an_edition(personas: dict[str, Actor], role: str) -> None:
    edition = load_edition(actor=SYSTEM, document=small())
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        drop_edition(actor=personas[role], edition=edition)
    publish_edition(actor=SYSTEM, edition=edition)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        freeze_edition(actor=personas[role], edition=edition)


def test_a_draft_with_duties_is_not_dropped(small_city: Any) -> None:
    edition = load_edition(actor=SYSTEM, document=small())
    assign_by_role(actor=SYSTEM, edition=edition)
    with pytest.raises(Refused, match=r"framework\.has_duties"):
        drop_edition(actor=SYSTEM, edition=edition)


def test_a_tree_may_be_deeper(tmp_path: Any) -> None:
    """Four levels load, dump, go out as a workbook and come back, and share their project's points exactly."""
    edition = load_edition(actor=SYSTEM, document=deep())
    dumped = dump_edition(edition)
    assert dumped["levels"] == ["测评项目", "测评内容", "3级细目", "测评标准"]
    workbook.write_workbook(edition, tmp_path / "deep.xlsx")
    assert workbook.read_workbook(tmp_path / "deep.xlsx") == dumped == normalise(dumped)
    rows = list(selectors.standards_of(edition))
    assert [(row.code, str(points_of(row))) for row in rows] == [
        ("F-1-1-1", "40"), ("F-1-1-X-1", "20"), ("F-2-1-1", "40")
    ]  # fmt: skip
    assert rows[1].content.parent.parent.parent.code == "F"  # type: ignore[union-attr]
    content = by_project(edition)[0].branches[0].branches[0]
    assert (len(content.lines), content.branches[0].lines[0].standard.code) == (1, "F-1-1-X-1")
    assert str(content.node.weight) == "60"


def test_a_content_stands_below_a_project_or_a_content_and_families_are_known() -> None:
    document = deep()
    document["family"] = "village"
    with pytest.raises(Refused) as refused:
        normalise(document)
    assert [(p.field, p.code) for p in refused.value.fields] == [("说明.值", "unknown_choice")]
    wrong = flat_with_parent("F")
    with pytest.raises(Refused) as refused:
        workbook.checked(wrong)
    assert [p.code for p in refused.value.fields if p.field == "测评标准.上级代码"] == ["wrong_level"]


def flat_with_parent(parent: str) -> Any:
    """The deep edition as rows, its inner content hung elsewhere."""
    from chuangcheng.framework import flat

    rows = flat.flatten(deep())
    for line in rows["nodes"]:
        if line.values["code"] == "F-1-1-X":
            line.values["parent"] = parent
    return flat.parse(rows)
