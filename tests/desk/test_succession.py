"""The cards of a unit that ended and of the one that succeeds it, and being asked who does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.actions import assign_duty, load_edition
from chuangcheng.framework.models import Duty
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people.models import Unit
from tests.framework.editions import small
from tests.tasks.conftest import Make

Sign = Callable[[str], Client]


@pytest.fixture
def over(make: Make, ledger: dict[str, Any]) -> dict[str, Any]:
    """The department had a duty that has ended and a task that is struck off."""
    make(state="struck_off")
    edition = load_edition(actor=SYSTEM, document=small())
    assign_duty(actor=SYSTEM, standard=edition.standards.all()[0], unit=ledger["department"], kind="lead")
    Duty.objects.update(ended_at=clock.now())
    return ledger


def fields(unit: Unit, **more: Any) -> dict[str, Any]:
    return {"name": unit.name, "kind": unit.kind, "group": unit.group, "official_order": 1, **more}


def test_who_ends_a_unit_is_asked_who_succeeds_it(as_persona: Sign, over: dict[str, Any]) -> None:
    client, unit = as_persona("office"), over["department"]
    url = reverse("desk:unit_edit", args=[unit.pk])
    ends = fields(unit, valid_to="2026-08-31")
    asked = client.post(url, ends)
    assert asked.status_code == 422 and "请选择承接单位" in asked.content.decode()
    wrong = client.post(url, {**ends, "successor": str(unit.pk)})
    assert wrong.status_code == 422 and "承接单位互相循环" in wrong.content.decode()
    assert client.post(url, fields(unit, successor=str(over["street"].pk))).status_code == 422  # it has no last day
    assert client.post(url, {**ends, "alone": "on"}).status_code == 302
    unit.refresh_from_db()
    assert (unit.valid_to, unit.successor) == (date(2026, 8, 31), None)
    assert client.post(url, {**ends, "successor": str(over["street"].pk)}).status_code == 302  # named afterwards
    unit.refresh_from_db()
    assert unit.successor == over["street"]
    shown = client.get(url).content.decode()
    assert f'<option value="{over["street"].pk}" selected>' in shown
    assert as_persona("street").post(url, ends).status_code == 403


def test_a_unit_without_a_record_is_not_asked_and_one_with_work_is_refused(
    as_persona: Sign, over: dict[str, Any], make: Make
) -> None:
    client = as_persona("office")
    url = reverse("desk:unit_edit", args=[over["street2"].pk])
    assert client.post(url, fields(over["street2"], valid_to="2026-08-31")).status_code == 302
    make()
    url = reverse("desk:unit_edit", args=[over["department"].pk])
    given = fields(over["department"], valid_to="2026-08-31", successor=str(over["street"].pk))
    answer = client.post(url, given)
    assert answer.status_code == 409 and "名下还有未移交的工作（任务 1）" in answer.content.decode()


def test_both_cards_show_it_and_the_record_is_found(
    as_persona: Sign, over: dict[str, Any], personas: dict[str, Actor]
) -> None:
    old, new, middle = over["department"], over["street"], over["street2"]
    Unit.objects.filter(pk=middle.pk).update(successor=new, valid_to=date(2026, 8, 31))
    Unit.objects.filter(pk=old.pk).update(successor=middle, valid_to=date(2026, 7, 31), line_parent=None)
    for role in ("office", "street"):
        client = as_persona(role)
        answer = client.get(reverse("desk:unit", args=[new.pk]))
        befores = answer.context["befores"]
        assert [(row.unit, row.through, row.duties, row.tasks) for row in befores] == [
            (middle, None, 0, 0), (old, middle, 1, 1),
        ]  # fmt: skip
        page = answer.content.decode()
        assert "承接自" in page and "经河西街道" in page and f"{reverse('desk:tasks')}?unit={old.pk}" in page
        listed = client.get(reverse("desk:tasks") + f"?unit={old.pk}").context["listing"].rows
        assert [task.lead for task in listed] == [old], "the figure leads to its rows"
    card = as_persona("office").get(reverse("desk:unit", args=[old.pk]))
    assert [each.pk for each in card.context["afters"]] == [middle.pk, new.pk]
    page = card.content.decode()
    assert "承接单位" in page and "承担过的责任" in page
    assert len(card.context["past"]) == 1
    plain = as_persona("office").get(reverse("desk:unit", args=[over["subcommand"].pk])).content.decode()
    assert "承接" not in plain and "承担过" not in plain
