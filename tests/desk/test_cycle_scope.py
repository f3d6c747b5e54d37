"""Every address of the cycle by every persona, and its marks on other pages in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from chuangcheng.cycle import actions
from chuangcheng.cycle.models import Cycle
from chuangcheng.cycle.states import COVERS, CYCLE
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.risk_matrix import LEVELS
from tests.conftest import NOON
from tests.cycle.conftest import TODAY, cycle

__all__ = ["cycle"]
Sign = Callable[[str], Client]
SEE = (
    "office",
    "leader",
    "subcommand",
    "district",
    "department",
    "street",
    "street2",
    "community",
    "inspector",
    "auditor",
)
TICK = ("office", "subcommand", "district", "department", "street", "street2")
EVERYBODY = (*SEE, "grid")


@pytest.fixture
def rows(cycle: Cycle, personas: Any) -> dict[str, Any]:
    phase = cycle.phases.get(year=2, kind="self_check")
    return {
        "cycle": cycle,
        "phase": phase,
        "demand": phase.demands.get(figure=""),
        "freeze": actions.set_freeze(
            actor=personas["office"], cycle_id=cycle.pk, name="省测", from_on=TODAY, to_on=TODAY
        ),
    }


def forms(rows: dict[str, Any]) -> dict[str, tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Form → its address, who may open it, and what it takes."""
    cycle, phase, demand, freeze = rows["cycle"], rows["phase"], rows["demand"], rows["freeze"]
    days = {"from_on": "2026-10-01", "to_on": "2026-10-02"}
    office = ("office",)
    return {
        "begin": (reverse("desk:cycle_new"), office, {"name": "新", "starts_on": "2026-09-01", "state": "nominee"}),
        "award": (reverse("desk:cycle_move", args=[cycle.pk, "award"]), office, {"on": "2026-09-15"}),
        "set": (
            reverse("desk:cycle_move", args=[cycle.pk, "set"]),
            office,
            {"name": "冻", "covers": ["duties"], **days},
        ),
        "plan": (reverse("desk:phase_move", args=[phase.pk, "plan"]), office, {"goal": "新", **days}),
        "add": (reverse("desk:phase_move", args=[phase.pk, "add"]), office, {"text": "新要求"}),
        "tick": (reverse("desk:demand_move", args=[demand.pk, "tick"]), TICK, {"note": "好"}),
        "lift": (reverse("desk:freeze_lift", args=[freeze.pk]), office, {"reason": "补录"}),
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_opens_what(as_persona: Sign, rows: dict[str, Any], who: str) -> None:
    client = as_persona(who)
    seen = 200 if who in SEE else 403
    for url in (
        reverse("desk:cycle"),
        reverse("desk:cycle_of", args=[rows["cycle"].pk]),
        reverse("desk:phase", args=[rows["phase"].pk]),
    ):
        assert client.get(url).status_code == seen, url
    for name, (url, allowed, _form) in forms(rows).items():
        assert client.get(url).status_code == (200 if who in allowed else 403), name


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != "office"])
def test_nobody_but_the_office_changes_anything(as_persona: Sign, rows: dict[str, Any], who: str) -> None:
    client, before = as_persona(who), Event.objects.count()
    for name, (url, _allowed, form) in forms(rows).items():
        assert client.post(url, form).status_code in (403, 422), name
    assert Event.objects.count() == before


def test_the_office_takes_each_form(as_persona: Sign, rows: dict[str, Any]) -> None:
    client = as_persona("office")
    for name, (url, _allowed, form) in reversed(forms(rows).items()):
        if name != "begin":
            before = Event.objects.count()
            assert client.post(url, form).status_code == 302, name
            assert Event.objects.count() > before, name


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("begin", {"starts_on": "2026-09-31"}),
        ("begin", {"starts_on": "soon"}),
        ("begin", {"name": "长" * 61}),
        ("award", {"on": ""}),
        ("award", {"on": "2025-01-01"}),
        ("award", {"on": "2026-09-16"}),
        ("set", {"covers": ["moon"]}),
        ("set", {"to_on": "2026-09-30"}),
        ("set", {"name": ""}),
        ("plan", {"to_on": "2026-09-30"}),
        ("plan", {"from_on": ""}),
        ("plan", {"goal": "长" * 301}),
        ("add", {"text": ""}),
        ("add", {"figure": "moon"}),
        ("add", {"owner": "moon"}),
        ("tick", {"note": ""}),
        ("tick", {"note": "长" * 301}),
        ("lift", {"reason": ""}),
    ],
)
def test_what_a_form_refuses(as_persona: Sign, rows: dict[str, Any], name: str, wrong: dict[str, Any]) -> None:
    url, _allowed, form = forms(rows)[name]
    before = Event.objects.count()
    answer = as_persona("office").post(url, {**form, **wrong})
    assert answer.status_code == 422 and Event.objects.count() == before


@pytest.mark.parametrize("name", ["cycle_of", "phase"])
def test_what_is_not_there(as_persona: Sign, rows: dict[str, Any], name: str) -> None:
    from uuid import uuid4

    assert as_persona("office").get(reverse(f"desk:{name}", args=[uuid4()])).status_code == 404


def tag(text: str, language: str, post: Any = None) -> str:
    request = HttpRequest()
    request.post = post  # type: ignore[attr-defined]
    with translation.override(language):
        return Template("{% load cycling risky %}" + text).render(Context({"request": request})).strip()


def test_the_countdown_in_both_languages(rows: dict[str, Any], personas: Any) -> None:
    from chuangcheng.people.rights import post_of

    post = post_of(personas["street"])
    chinese, english = (tag("{% countdown %}", language, post) for language in ("zh-hans", "en"))
    assert "第 2 年" in chinese and "自查" in chinese and "<strong>167</strong>" in chinese
    assert "Year 2" in english and "Self-check" in english and "days to the national assessment" in english
    assert tag("{% countdown %}", "zh-hans", post_of(personas["grid"])) == ""
    assert tag("{% countdown %}", "zh-hans", None) == ""


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 3, 15), "国家测评进行中"),
        (date(2027, 2, 28), "<strong>1</strong>"),
        (date(2028, 4, 30), "回头看"),
    ],
)
def test_the_countdown_on_other_days(rows: dict[str, Any], personas: Any, day: date, words: str) -> None:
    from chuangcheng.people import rights

    with clock.at(NOON + timedelta(days=(day - TODAY).days)):
        rights.forget_posts()
        assert words in tag("{% countdown %}", "zh-hans", rights.post_of(personas["office"]))


def test_a_freeze_is_said_where_it_stops_something(rows: dict[str, Any], personas: Any) -> None:
    for what in ("", *COVERS):
        said = tag('{% frozen "' + what + '" %}', "zh-hans")
        assert "“省测”冻结中" in said and "责任分工" in said, what
    english = tag('{% frozen "duties" %}', "en")
    assert 'Frozen by "省测"' in english or "Frozen by &quot;省测&quot;" in english
    assert "Duties" in english
    actions.lift_freeze(actor=personas["office"], freeze_id=rows["freeze"].pk, reason="补录")
    assert tag('{% frozen "duties" %}', "zh-hans") == ""


@pytest.mark.parametrize("code", [*COVERS])
def test_what_is_covered_has_words(code: str) -> None:
    words = [tag('{{ "' + code + '"|cover_word }}', language) for language in ("zh-hans", "en")]
    assert words == [COVERS[code].zh, COVERS[code].en]


@pytest.mark.parametrize("code", [state.code for state in CYCLE.states])
def test_a_status_has_words(code: str) -> None:
    words = [tag('{{ "' + code + '"|status_word }}', language) for language in ("zh-hans", "en")]
    assert words == [CYCLE.state(code).label.zh, CYCLE.state(code).label.en]


@pytest.mark.parametrize("level", [*LEVELS])
def test_a_level_is_a_word_and_never_colour_alone(level: str) -> None:
    for language in ("zh-hans", "en"):
        shown = tag('{{ "' + level + '"|level_mark }}', language)
        assert LEVELS[level].text(language) in shown and 'class="tag' in shown
