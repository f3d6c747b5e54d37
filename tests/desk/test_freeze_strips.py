"""While something is frozen its pages say so and offer nothing that would be refused; afterwards they offer it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cycle import actions
from chuangcheng.framework.actions import assign_by_role, load_edition
from chuangcheng.framework.documents import why_frozen
from chuangcheng.framework.models import Edition, EditionState
from chuangcheng.kernel.actor import SYSTEM
from tests.cycle.conftest import cycle
from tests.cycle.test_freezes import freeze
from tests.framework.editions import small
from tests.sites.conftest import edition

__all__ = ["cycle", "edition"]
Sign = Callable[[str], Client]
STRIP = "国家测评期间”冻结中"


@pytest.fixture
def draft(edition: Edition) -> Edition:
    assign_by_role(actor=SYSTEM, edition=edition)
    return load_edition(actor=SYSTEM, document={**small(), "code": "NEXT", "name_zh": "下一版"})


def pages(edition: Edition) -> dict[str, str]:
    return {
        "matrix": f"{reverse('desk:matrix')}?edition={edition.code}",
        "coverage": f"{reverse('desk:coverage')}?edition={edition.code}",
        "tools": reverse("desk:matrix_tools", args=[edition.pk]),
        "names": reverse("desk:matrix_names", args=[edition.pk]),
        "decree": reverse("desk:decree", args=[edition.pk]),
        "edition": reverse("desk:edition", args=[edition.pk]),
        "editions": reverse("desk:editions"),
        "indicators": reverse("desk:indicators"),
        "scores": reverse("desk:scores"),
    }


#: What stands on a page for who may edit, and what a freeze of that part takes away.
OFFERED = {
    "matrix": ("duties", ("data-matrix=", "导入矩阵", 'id="picks"', "点击单元格轮换")),
    "tools": ("duties", ("<form",)),
    "decree": ("duties", ("修改文字",)),
    "editions": ("weights", (reverse("desk:upload_new"),)),
    "edition": ("editions", ("/moves/freeze/",)),
}
STRIPS = {
    "duties": {"matrix", "coverage", "tools", "names", "decree", "editions"},
    "weights": {"editions", "indicators", "scores"},
    "editions": {"editions"},
}


def body(client: Client, url: str) -> str:
    """The page without the form that every page's head has."""
    return client.get(url).content.decode().split("<main", 1)[-1].split("</main", 1)[0]


@pytest.mark.parametrize("covers", ["duties", "weights", "editions"])
def test_a_freeze_hides_what_it_refuses_and_says_why(
    as_persona: Sign, cycle: Any, draft: Edition, edition: Edition, personas: Any, covers: str
) -> None:
    office, urls = as_persona("office"), pages(edition)
    before = {name: body(office, url) for name, url in urls.items()}
    assert not any(STRIP in html for html in before.values())
    for name, (_what, words) in OFFERED.items():
        assert all(word in before[name] for word in words if word != "<form"), name
    row = freeze(cycle, personas["office"], covers)
    during = {name: body(office, url) for name, url in urls.items()}
    assert {name for name, html in during.items() if STRIP in html} >= STRIPS[covers]
    for name, (what, words) in OFFERED.items():
        for word in words:
            assert (word in during[name]) is (word in before[name] and what != covers), (name, word)
    actions.lift_freeze(actor=personas["office"], freeze_id=row.pk, reason="补录")
    after = {name: body(office, url) for name, url in urls.items()}
    for name, (_what, words) in OFFERED.items():
        assert [word in after[name] for word in words] == [word in before[name] for word in words]
        assert STRIP not in after[name]


def test_the_duties_of_a_draft_are_prepared_in_a_freeze(
    as_persona: Sign, cycle: Any, draft: Edition, edition: Edition, personas: Any
) -> None:
    freeze(cycle, personas["office"], "duties")
    office = as_persona("office")
    html = body(office, pages(draft)["matrix"])
    assert "data-matrix=" in html and STRIP not in html
    assert "data-matrix=" not in body(office, pages(edition)["matrix"])


def test_an_edition_frozen_for_ever_says_so(as_persona: Sign, edition: Edition, draft: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.FROZEN)
    office = as_persona("office")
    for name in ("matrix", "coverage", "tools", "decree"):
        html = body(office, pages(edition)[name])
        assert "责任不能再改" in html and "data-matrix=" not in html, name


@pytest.mark.parametrize("state", [each.value for each in EditionState])
@pytest.mark.parametrize("covers", ["duties", "weights", "editions"])
def test_why_is_what_the_action_would_say(cycle: Any, edition: Edition, personas: Any, state: str, covers: str) -> None:
    edition.state = state
    ended = {"frozen": "framework.frozen", "dropped": "framework.dropped"}.get(state, "")
    parts = ("duties", "weights", "editions")
    assert [getattr(why_frozen(edition, what), "code", "") for what in parts] == [ended] * 3
    freeze(cycle, personas["office"], covers)
    for what in parts:
        stopped = what == covers and not (what == "duties" and state != "published")
        told = why_frozen(edition, what)
        assert (told.code if told else "") == (ended or ("cycle.frozen" if stopped else "")), what
    new = why_frozen(None, covers)
    assert new is not None and new.code == "cycle.frozen" and "国家测评期间" in new.label.zh
