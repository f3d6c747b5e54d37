"""A form that is opened and sent as it stands, by the rules of a browser: what is switched off is not sent."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.indicators.models import Indicator
from chuangcheng.people.models import Unit
from chuangcheng.sites.models import Compound, Shop
from tests.sites.registers import make_compound, make_shop

Sign = Callable[[str], Client]


class Sent(HTMLParser):
    """Collects what a browser would send of the page's forms with ``method="post"``."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.off: set[str] = set()
        self._in_form = False
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._in_form = given.get("method", "").lower() == "post" and "set_language" not in str(given)  # type: ignore[union-attr]
        if not self._in_form:
            return
        if "disabled" in given and name:
            self.off.add(name)
        elif tag == "input" and name:
            self._input(name, given)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.setdefault(self._select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._text = name
            self.values[name] = [""]

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        kind = given.get("type") or "text"
        if kind in ("file", "submit", "button") or (kind in ("radio", "checkbox") and "checked" not in given):
            return
        self.values.setdefault(name, []).append(given.get("value") or ("on" if kind == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text] = [data.removeprefix("\n")]


def shown(client: Client, url: str) -> Sent:
    """The form of the page."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    found = Sent()
    found.feed(answer.content.decode())
    return found


def plain(row: Any) -> dict[str, Any]:
    row = type(row)._default_manager.get(pk=row.pk)
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields
            if not field.name.startswith("chain_")}  # fmt: skip


@pytest.fixture
def rows(small_city: Any, noon: Any, personas: Any, limits: None) -> dict[str, Any]:
    return {"compound_edit": make_compound(), "shop_edit": make_shop()}


@pytest.mark.parametrize(("name", "persona"), [("compound_edit", "street"), ("shop_edit", "street")])
def test_a_change_that_changes_nothing_is_taken(
    as_persona: Sign, rows: dict[str, Any], name: str, persona: str
) -> None:
    row, client = rows[name], as_persona(persona)
    url = reverse(f"desk:{name}", args=[row.pk])
    form = shown(client, url)
    assert form.off == {"code"} and "code" not in form.values, "the code stands and is not sent"
    before = plain(row)
    answer = client.post(url, form.values)
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    assert plain(row) == before


@pytest.mark.parametrize("name", ["compound_edit", "shop_edit"])
def test_a_new_name_is_kept_and_a_code_that_is_sent_all_the_same_is_not(
    as_persona: Sign, rows: dict[str, Any], name: str
) -> None:
    row, client = rows[name], as_persona("street")
    url = reverse(f"desk:{name}", args=[row.pk])
    form = shown(client, url)
    assert client.post(url, {**form.values, "name": "新名称", "code": "X-1"}).status_code == 302
    kept = plain(row)
    assert (kept["name"], kept["code"]) == ("新名称", row.code)


def test_a_unit_is_changed_as_it_was_shown(as_persona: Sign, small_city: Any) -> None:
    row, client = Unit.objects.get(code="U-CGJ"), as_persona("office")
    url = reverse("desk:unit_edit", args=[row.pk])
    form = shown(client, url)
    assert form.off == {"code"}
    before = plain(row)
    assert client.post(url, form.values).status_code == 302
    assert plain(row) == before
    assert client.post(url, {**form.values, "short_name": "城管"}).status_code == 302
    assert plain(row) == {**before, "short_name": "城管"}


def test_an_indicator_is_changed_as_it_was_shown(as_persona: Sign, sewage: Indicator) -> None:
    client = as_persona("office")
    url = reverse("desk:indicator_edit", args=[sewage.code])
    form = shown(client, url)
    assert "code" in form.off
    answer = client.post(url, form.values)
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    assert Indicator.objects.get(pk=sewage.pk).code == sewage.code


def test_the_rows_are_of_their_kinds(rows: dict[str, Any]) -> None:
    assert isinstance(rows["compound_edit"], Compound) and isinstance(rows["shop_edit"], Shop)
