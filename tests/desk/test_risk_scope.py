"""Every address of risks, lists and the negative list, by every persona, on rows that exist: seen, hidden or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.history.models import Event
from chuangcheng.risks.models import LaggardList, Risk, Sanction
from tests.risks.conftest import cycle, tasks, units
from tests.risks.test_ledger import enter
from tests.risks.test_lists import announced, drafted, line, rule
from tests.risks.test_sanctions import items, record

__all__ = ["cycle", "drafted", "items", "rule", "tasks", "units"]
Sign = Callable[[str], Client]
EVERYBODY = (
    "office",
    "leader",
    "subcommand",
    "district",
    "department",
    "street",
    "street2",
    "community",
    "grid",
    "inspector",
    "auditor",
)
#: Page → persona → status; who is not named is refused.
OPEN: dict[str, dict[str, int]] = {
    "risk_board": {who: 200 for who in EVERYBODY if who != "grid"},
    "risk_map": {who: 200 for who in EVERYBODY if who != "grid"},
    "risks": {who: 200 for who in EVERYBODY if who != "grid"},
    "watch_rules": {who: 200 for who in EVERYBODY if who != "grid"},
    "risk_new": dict.fromkeys(("office", "subcommand", "district", "department", "street", "street2"), 200),
    "laggards": {who: 200 for who in EVERYBODY if who not in ("grid", "community", "inspector")},
    "laggard_new": {"office": 200},
    "sanctions": {who: 200 for who in EVERYBODY if who not in ("grid", "community")},
    "sanction_new": {"office": 200, "inspector": 200},
}
#: The same for rows: a risk of the department, a list naming department and street (objecting), an occurrence of the
#: street. 404: the page is open to the persona, the row is not there for it.
ROWS: dict[str, dict[str, int]] = {
    "risk": {
        "office": 200,
        "leader": 200,
        "inspector": 200,
        "auditor": 200,
        "subcommand": 200,
        "department": 200,
        "district": 404,
        "street": 404,
        "street2": 404,
        "community": 404,
    },
    "laggard_list": {
        "office": 200,
        "leader": 200,
        "auditor": 404,
        "subcommand": 200,
        "department": 200,
        "district": 200,
        "street": 200,
        "street2": 404,
    },
    "sanction": {
        "office": 200,
        "leader": 200,
        "inspector": 200,
        "auditor": 200,
        "subcommand": 404,
        "department": 404,
        "district": 200,
        "street": 200,
        "street2": 404,
    },
}


@pytest.fixture
def rows(units: Any, items: Any, drafted: LaggardList, personas: Any) -> dict[str, Any]:
    announced(drafted, personas["office"])
    return {
        "risk": enter(units),
        "laggard_list": drafted,
        "sanction": record(items, unit=units["street"]),
        "laggard": line(drafted, "street"),
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_opens_a_page(as_persona: Sign, units: Any, items: Any, who: str) -> None:
    client = as_persona(who)
    found = {name: client.get(reverse(f"desk:{name}")).status_code for name in OPEN}
    assert found == {name: wanted.get(who, 403) for name, wanted in OPEN.items()}


def test_who_opens_a_row(as_persona: Sign, rows: dict[str, Any]) -> None:
    clients = {who: as_persona(who) for who in EVERYBODY}
    for name, wanted in ROWS.items():
        url = reverse(f"desk:{name}", args=[rows[name].pk])
        found = {who: client.get(url).status_code for who, client in clients.items()}
        assert found == {who: wanted.get(who, 403) for who in EVERYBODY}, name


@pytest.mark.full
def test_nobody_changes_what_is_not_theirs(as_persona: Sign, rows: dict[str, Any]) -> None:
    """Each form posted by everybody who may not: whatever the answer, nothing was changed."""
    forms: list[tuple[str, str, set[str], dict[str, str]]] = [
        ("risk", "review", {"office", "subcommand", "department"}, {"words": "x"}),
        ("risk", "accept", {"office", "subcommand"}, {"words": "x", "review_on": "2026-12-01"}),
        ("sanction", "confirm", {"office"}, {"words": "x"}),
        ("sanction", "reject", {"office"}, {"words": "x"}),
        ("laggard_list", "drop", {"office"}, {"words": "x"}),
        ("laggard_list", "submit", {"office"}, {}),
        ("laggard", "object", {"street", "district"}, {"words": "x"}),
    ]
    before = Event.objects.count()
    for who in EVERYBODY:
        client = as_persona(who)
        for name, move, allowed, form in forms:
            if who not in allowed:
                url = reverse(f"desk:{name}_move", args=[rows[name].pk, move])
                status = client.post(url, form).status_code
                assert status in (403, 404, 422, 409), (name, move, who, status)
    assert Event.objects.count() == before
    kept = (Risk.objects.get().state, Sanction.objects.get().state, LaggardList.objects.get().state)
    assert kept == ("open", "recorded", "objecting")


@pytest.mark.full
def test_the_rail_and_the_tabs_show_what_may_be_opened(as_persona: Sign, rows: dict[str, Any]) -> None:
    """The negative list only to one for whom it holds something: who sees the city, and whose unit stands on it."""
    for who in EVERYBODY:
        client = as_persona(who)
        html = client.get(reverse("desk:home")).content.decode()
        opens = who in OPEN["risk_board"]
        assert (f'href="{reverse("desk:risk_board")}"' in html) is opens, who
        if opens:
            board = client.get(reverse("desk:risk_board")).content.decode()
            shows = {name: f'href="{reverse(f"desk:{name}")}"' in board for name in ("laggards", "sanctions")}
            assert shows == {"laggards": who in OPEN["laggards"], "sanctions": ROWS["sanction"].get(who) == 200}, who


def test_signed_out_nobody_sees_anything(rows: dict[str, Any]) -> None:
    client = Client()
    urls = [reverse(f"desk:{name}") for name in OPEN]
    urls += [reverse(f"desk:{name}", args=[rows[name].pk]) for name in ROWS]
    urls += [reverse("desk:laggard_file", args=[rows["laggard_list"].pk, kind]) for kind in ("docx", "pdf")]
    for url in urls:
        answer = client.get(url)
        assert answer.status_code == 302 and "/account/login/" in answer["Location"], url


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_draft_is_printed_for_the_office_alone(as_persona: Sign, rows: dict[str, Any], kind: str) -> None:
    url = reverse("desk:laggard_file", args=[rows["laggard_list"].pk, kind])
    wanted = {"office": 200, "leader": 200}
    for who in EVERYBODY:
        status = as_persona(who).get(url).status_code
        assert status == wanted.get(who, 403 if who in ("community", "grid", "inspector") else 404), who
