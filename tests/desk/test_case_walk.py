"""The page of a case in every state by every persona: each button opens its form, and what has no button does nothing.

The table and the rights are tested below (tests/cases/test_states.py); here it is the page, its forms and its answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Case
from chuangcheng.cases.states import CASE
from chuangcheng.desk.cases.moves import MOVES
from chuangcheng.desk.moving import GRAVE
from chuangcheng.history.models import Event, Outbox
from tests.cases.play import OTHER_STREET, Play, picture

Sign = Callable[[str], Client]
STATES = [
    "filed",
    "dispatched",
    "handling",
    "handled",
    "verified",
    "closed",
    "suspended",
    "arbitrating",
    "void",
    "merged",
]
WHO = ["office", "leader", "subcommand", "district", "department", "street", "street2", "community", "grid",
       "inspector", "auditor"]  # fmt: skip
BUTTON = re.compile(r'href="/desk/cases/[0-9a-f-]{36}/(?:moves/)?([a-z_]+)/"')


def page_of(case: Case) -> str:
    return reverse("desk:case", args=[case.pk])


def form_of(case: Case, name: str) -> str:
    return reverse("desk:case_move", args=[case.pk, name])


def traces() -> tuple[int, int]:
    return Event.objects.count(), Outbox.objects.count()


@pytest.mark.parametrize("state", STATES)
def test_buttons_open_their_forms_and_nothing_else_moves(as_persona: Sign, play: Play, state: str) -> None:
    case = play.in_state(state)
    for persona in WHO:
        client = as_persona(persona)
        answer = client.get(page_of(case))
        seen = selectors.visible_cases(play.by[persona]).filter(pk=case.pk).exists()
        assert answer.status_code == (200 if seen else 404), persona
        wanted = {move.name for move in selectors.moves_for(play.by[persona], case)} if seen else set()
        html = unescape(answer.content.decode())
        for name in MOVES.known:
            assert (form_of(case, name) in html) == (name in wanted), f"{persona} {name}"
        for name in wanted:
            form = client.get(form_of(case, name))
            assert form.status_code == 200, f"{persona} {name}"
            said = unescape(form.content.decode())
            assert case.number in said and CASE.move(name).label.zh in said
            assert ("btn--grave" in said) == (name in GRAVE), f"{persona} {name}"
    assert Case.objects.get(pk=case.pk).state == case.state, "to look is to change nothing"


@pytest.mark.parametrize("persona", ["leader", "auditor", "street2", "community"])
def test_who_has_no_button_gets_nothing_by_sending_the_form(as_persona: Sign, play: Play, persona: str) -> None:
    case = play.handling()
    client, before = as_persona(persona), traces()
    allowed = {move.name for move in selectors.moves_for(play.by[persona], case)}
    for name in set(MOVES.known) - allowed:
        answer = client.post(
            form_of(case, name), {"note": "x", "reason": "x", "reason_code": "not_ours", "outcome": "fixed"}
        )
        assert answer.status_code in (403, 404, 409, 422), name
    assert traces() == before and Case.objects.get(pk=case.pk).state == "handling"


def test_a_dialog_and_a_page_ask_the_same(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    street = as_persona("street")
    page = street.get(form_of(case, "handle")).content.decode()
    dialog = street.get(form_of(case, "handle"), headers={"HX-Request": "true"}).content.decode()
    names = re.compile(r'name="([a-z_]+)"')
    own = {name for name in names.findall(dialog) if name != "csrfmiddlewaretoken"}
    assert own == {"outcome", "photos", "note"} <= set(names.findall(page))
    assert "<html" in page and "<html" not in dialog


def test_two_hands_on_one_case_the_second_is_told(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    office = as_persona("office")
    form = {"unit": str(play.unit("street"))}
    assert office.post(form_of(case, "dispatch"), form).status_code == 302
    late = office.post(form_of(case, "dispatch"), {"unit": str(play.unit("department"))})
    assert late.status_code == 409
    case.refresh_from_db()
    assert case.holder_id == play.unit("street"), "one wins"
    assert "form" in late.context and late.context["form"].non_field_errors(), "the other reads why"


# pictures of a case: its own, those of its reports and of what was merged into it


def photos_on(client: Client, case: Case) -> set[str]:
    html = client.get(page_of(case)).content.decode()
    return set(re.findall(r'src="(/desk/[^"?]+)\?thumb=1"', html))


def test_a_case_shows_its_pictures_and_those_of_what_was_merged_into_it(as_persona: Sign, play: Play) -> None:
    target, other = play.handling(), play.handling()
    for case in (target, other):
        play.prove(case)
    office = as_persona("office")
    alone = photos_on(office, target)
    assert len(alone) == 1
    actions.merge_case(actor=play.by["office"], case_id=other.pk, target_id=target.pk)
    both = photos_on(office, target)
    assert alone < both and len(both) == 2
    for url in both:
        answer = office.get(url)
        assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
        assert "immutable" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert as_persona("street2").get(url).status_code == 404, "another street sees neither the case nor its photos"
    actions.unmerge_case(actor=play.by["office"], case_id=other.pk)
    assert photos_on(office, target) == alone


def test_the_small_picture_is_smaller_and_a_foreign_one_is_none(as_persona: Sign, play: Play) -> None:
    case, other = play.handling(), play.handling()
    play.prove(case)
    (url,) = photos_on(as_persona("office"), case)
    office = as_persona("office")
    large, small = (b"".join(office.get(url + query).streaming_content) for query in ("", "?thumb=1"))  # type: ignore[attr-defined]
    assert large[:2] == small[:2] == b"\xff\xd8" and len(small) <= len(large)
    photo = url.rstrip("/").rsplit("/", 1)[-1]
    assert office.get(reverse("desk:case_photo", args=[other.pk, photo])).status_code == 404


@pytest.mark.parametrize("persona", ["grid", "community", "street"])
def test_a_photo_that_is_sent_is_the_case_s_and_no_other(as_persona: Sign, play: Play, persona: str) -> None:
    case = play.handling()
    actions.add_after_photo(actor=play.by["street"], case_id=case.pk, data=picture())
    client = as_persona(persona)
    shown = client.get(page_of(case))
    if shown.status_code == 404:
        assert not selectors.visible_cases(play.by[persona]).filter(pk=case.pk).exists()
        return
    assert len(photos_on(client, case)) == 1


# board and map


@pytest.mark.parametrize("persona", WHO)
def test_board_list_and_map_count_the_same_cases(as_persona: Sign, play: Play, persona: str) -> None:
    play.filed(), play.handling(), play.handled(), play.closed(), play.filed(**OTHER_STREET)
    client = as_persona(persona)
    answer = client.get("/desk/cases/board/")
    if answer.status_code == 403:
        assert client.get("/desk/cases/map/").status_code == 403
        return
    seen = selectors.visible_cases(play.by[persona]).filter(state__in=CASE.open_states())
    columns = answer.context["columns"]
    assert sum(column.total for column in columns) == seen.count()
    for column in columns:
        assert [card.state for card in column.cards] == [column.state.code] * len(column.cards)
        assert column.cards == sorted(column.cards, key=lambda card: (card.due_at, card.pk))
        listed = client.get(f"/desk/cases/?state={column.state.code}").context["listing"]
        assert listed.count == column.total, column.state.code
    points = client.get("/desk/cases/map/content/").json()["points"]["features"]
    assert len(points) == seen.filter(lat__isnull=False).count()
    assert {point["properties"]["tone"] for point in points} <= {"red", "amber", "green", "blue"}


@pytest.mark.parametrize(
    "query", ["state=handling", "source=patrol", "q=永安路", "status=on_time", "area=nowhere", "state=moon"]
)
def test_board_and_map_take_the_filters_of_the_list(as_persona: Sign, play: Play, query: str) -> None:
    play.filed(), play.handling(), play.filed(text="路灯不亮", source="media", address="长乐路")
    office = as_persona("office")
    listed = office.get(f"/desk/cases/?{query}").context["listing"].rows
    openly = {row.pk for row in listed if row.state in CASE.open_states()}
    columns = office.get(f"/desk/cases/board/?{query}").context["columns"]
    assert {card.pk for column in columns for card in column.cards} == openly
    points = office.get(f"/desk/cases/map/content/?{query}").json()["points"]["features"]
    assert {point["properties"]["url"] for point in points} == {f"/desk/cases/{pk}/" for pk in openly}
