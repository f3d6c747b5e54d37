"""Every page of the decomposition: by every persona, in both languages, for a draft, a frozen and a large edition."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.framework import duty_templates, matrix
from chuangcheng.framework.actions import assign_by_role, load_edition, publish_edition
from chuangcheng.framework.models import Duty, DutyBatch, Edition
from chuangcheng.framework.named import Written, take_named
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people.models import Unit
from tests.framework.editions import small

Sign = Callable[[str], Client]
CHINESE = re.compile(r"[\u3400-\u9fff]+")


@pytest.fixture
def batch(personas: dict[str, Actor], noon: Any) -> DutyBatch:
    """A published edition with duties, a template, a name that waits, and a plan that is not carried out."""
    edition = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))
    assign_by_role(actor=SYSTEM, edition=edition)
    template = duty_templates.save_template(
        actor=SYSTEM, edition=edition, name="T", unit_kind="district", kind="territory", methods=["onsite"]
    )
    take_named(actor=SYSTEM, edition=edition, written=[Written("F-1-1-1", "support", "X")])
    return duty_templates.plan_template(actor=personas["office"], template_id=template.pk)


def pages(batch: DutyBatch) -> dict[str, str]:
    key = batch.edition_id
    unit = Unit.objects.get(code="U-CGJ")
    return {
        "matrix": reverse("desk:matrix"), "coverage": reverse("desk:coverage"),
        "loads": reverse("desk:coverage") + "?show=loads", "tools": reverse("desk:matrix_tools", args=[key]),
        "names": reverse("desk:matrix_names", args=[key]), "batch": reverse("desk:matrix_batch", args=[batch.pk]),
        "decree": reverse("desk:decree", args=[key]), "sheet": reverse("desk:duty_sheet", args=[unit.pk]),
    }  # fmt: skip


SEES = {"office", "leader", "subcommand", "district", "department", "street", "community", "inspector", "auditor"}


@pytest.mark.parametrize("role", sorted(SEES))
def test_whoever_sees_the_framework_sees_how_it_is_split(as_persona: Sign, batch: DutyBatch, role: str) -> None:
    client = as_persona(role)
    for name, url in pages(batch).items():
        page = client.get(url)
        assert page.status_code == 200, name
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="(/desk/split/[^"]*)"', page.content.decode())
        assert bool(forms) == (role == "office" and name not in ("coverage", "loads", "sheet", "names")) or name in (
            "matrix", "names", "decree",
        ), name  # fmt: skip
        if role != "office":
            assert forms == [], name


POSTS: dict[str, dict[str, Any]] = {
    "matrix_cell": {}, "matrix_role": {}, "matrix_dates": {"due_on": "2026-12-01"}, "matrix_template": {"name": "N"},
    "matrix_upload": {}, "matrix_names": {"all": "1"}, "decree": {"title": "T", "body": "B"},
}  # fmt: skip


@pytest.mark.parametrize("role", sorted(SEES - {"office"}))
def test_nobody_else_changes_anything(as_persona: Sign, batch: DutyBatch, role: str) -> None:
    client, before = as_persona(role), Duty.every.count()
    for name, data in POSTS.items():
        assert client.post(reverse(f"desk:{name}", args=[batch.edition_id]), data).status_code == 403, name
    for how in ("give", "copy", "move", "template"):
        assert client.post(reverse("desk:matrix_plan", args=[batch.edition_id, how])).status_code == 403
    for name in ("apply", "drop"):
        assert client.post(reverse("desk:matrix_move", args=[batch.pk, name])).status_code == 403
    assert client.post(reverse("desk:matrix_undo", args=[batch.pk])).status_code == 403
    assert Duty.every.count() == before
    assert DutyBatch.objects.get().state == "planned"


def test_pages_speak_english(as_persona: Sign, batch: DutyBatch) -> None:
    """What stays Chinese are names and official documents."""
    Unit.objects.update(name="Unit", short_name="Unit")
    Edition.objects.update(name_zh="Edition")
    batch.edition.standards.update(en="A standard", zh="A standard")
    batch.edition.nodes.update(en="A heading", zh="A heading")
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    for name, url in pages(batch).items():
        if name in ("decree", "sheet"):
            continue
        body = client.get(url).content.decode()
        main = body.split("<main", 1)[1].split("</main>", 1)[0]
        main = re.sub(r"<form class=\"filter.*?</form>", "", main, flags=re.DOTALL)
        assert CHINESE.findall(re.sub(r"张\w+|中文", "", main)) == [], name


@pytest.mark.parametrize("state", ["draft", "published", "frozen"])
def test_a_frozen_edition_is_shown_and_not_changed(as_persona: Sign, batch: DutyBatch, state: str) -> None:
    Edition.objects.update(state=state)
    client = as_persona("office")
    body = client.get(reverse("desk:matrix"), {"edition": "TEST-1"}).content.decode()
    assert ("data-matrix=" in body) == (state != "frozen")
    tools = client.get(reverse("desk:matrix_tools", args=[batch.edition_id])).content.decode()
    assert ("保存模板" in tools) == (state != "frozen")
    before = Duty.objects.count()
    answer = client.post(
        reverse("desk:matrix_move", args=[batch.pk, "apply"]), headers={"Referer": "http://testserver/desk/split/"}
    )
    assert answer.status_code == 302
    assert (Duty.objects.count() > before) == (state != "frozen")
    assert ("已冻结" in client.get("/desk/split/").content.decode()) == (state == "frozen")


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("matrix_tools", 1), ("matrix_names", 1), ("matrix_file", 1), ("matrix_batch", 1), ("decree", 1),
        ("duty_sheet", 1), ("matrix_upload", 1),
    ],
)  # fmt: skip
def test_what_is_not_there(as_persona: Sign, batch: DutyBatch, name: str, args: int) -> None:
    nowhere = Unit.objects.get(code="U-CCB").pk if name != "duty_sheet" else batch.pk
    client = as_persona("office")
    url = reverse(f"desk:{name}", args=[nowhere] * args)
    data = {"file": b""} if name == "matrix_upload" else {}
    assert client.get(url, data).status_code == 404


def test_each_change_is_told_from_what_it_was_made(as_persona: Sign, batch: DutyBatch) -> None:
    edition = batch.edition
    keys = list(edition.standards.values_list("pk", flat=True))
    units = {unit.code: unit for unit in Unit.objects.all()}
    office = as_persona("office")
    made = {
        "T": batch,
        "配合": duty_templates.plan_give(
            actor=SYSTEM, edition=edition, standards=keys, units=[units["U-CCB"].pk], kind="support"
        ),
        "城市管理局 → 创城办": duty_templates.plan_move(
            actor=SYSTEM, edition=edition, source=units["U-CGJ"], target=units["U-CCB"]
        ),
        "m.xlsx": matrix.plan_batch(
            actor=SYSTEM, edition=edition, how="import", about={"file": "m.xlsx"},
            steps=[matrix.Step(str(keys[0]), str(units["U-CCB"].pk), "", "support")],
        ),
    }  # fmt: skip
    for about, one in made.items():
        page = office.get(reverse("desk:matrix_batch", args=[one.pk]))
        assert page.context["about"] == about
        assert [move.name for move in page.context["moves"]] == ["apply", "drop"]
    listed = office.get(reverse("desk:matrix_tools", args=[edition.pk])).context["recent"]
    assert {about for _batch, about, *_undo in listed} == set(made)


def test_a_step_that_cannot_be_made_says_why(as_persona: Sign, batch: DutyBatch) -> None:
    import datetime

    Unit.objects.filter(code="U-990101").update(valid_to=datetime.date(2020, 1, 1))
    office = as_persona("office")
    office.post(reverse("desk:matrix_move", args=[batch.pk, "apply"]))
    page = office.get(reverse("desk:matrix_batch", args=[batch.pk]))
    assert (page.context["done"], page.context["failed"]) == (0, 3)
    assert page.content.decode().count("已撤销，不能再承担责任") == 3
    assert [move.name for move in page.context["moves"]] == ["undo"]
