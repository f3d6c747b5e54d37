"""Many rows at once, on the desk and without a script: boxes, the form of the move, the report of what was refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.actions import bulk, ensure_default_routing
from chuangcheng.cases.models import Case
from chuangcheng.desk.cases import bulk as pages
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.ids import new_id
from tests.cases.play import LITTER, OTHER_STREET, Play

Sign = Callable[[str], Client]
CASES = "/desk/cases/bulk/"
REPORTS = "/desk/reports/bulk/"


class Fields(HTMLParser):
    """What a browser without scripts would send: the fields of the form ``picks`` and those that belong to it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside = False
        self.hidden: dict[str, str] = {}
        self.boxes: list[str] = []
        self.ticked: list[str] = []
        self.moves: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notice forms, boxes and buttons."""
        said = {name: value or "" for name, value in attrs}
        self.inside = said.get("id") == "picks" if tag == "form" else self.inside
        if tag == "input" and said.get("form") == "picks":
            self.boxes.append(said["value"])
            self.ticked += [said["value"]] if "checked" in said else []
        elif self.inside and tag == "input" and said["type"] == "hidden":
            self.hidden[said["name"]] = said["value"]
        elif self.inside and tag == "button":
            self.moves.append(said["value"])

    def handle_endtag(self, tag: str) -> None:
        """Forms end."""
        self.inside = self.inside and tag != "form"


def fields(answer: Any) -> Fields:
    return Fields(answer.content.decode())


def ids(*rows: Any) -> list[str]:
    return [str(row.pk) for row in rows]


def send(client: Client, url: str, move: str, rows: list[Any], **form: object) -> HttpResponse:
    return client.post(url, {"move": move, "ids": ids(*rows), "go": "1", **form})  # type: ignore[return-value]


def after(row: Any) -> Any:
    row.refresh_from_db()
    return row


# the list


@pytest.mark.parametrize(
    ("persona", "path", "moves"),
    [
        ("office", "/desk/cases/", ["dispatch", "verify", "close", "void", "merge"]),
        ("office", "/desk/cases/?state=filed", ["dispatch", "void", "merge"]),
        ("office", "/desk/cases/?state=moon", ["dispatch", "verify", "close", "void", "merge"]),
        ("street", "/desk/cases/", ["accept", "ask_extension", "verify"]),
        ("leader", "/desk/cases/", []),
        ("office", "/desk/reports/", ["file", "ask_confirm", "refuse"]),
        ("auditor", "/desk/reports/", []),
    ],
)
def test_a_list_offers_what_role_and_states_allow(
    as_persona: Sign, play: Play, persona: str, path: str, moves: list[str]
) -> None:
    rows = [play.filed(), play.report()]
    shown = fields(as_persona(persona).get(path))
    assert shown.moves == moves
    assert (shown.boxes != []) is bool(moves), "no boxes where nothing can be done"
    assert set(shown.boxes) <= set(ids(*rows))


def test_a_list_has_a_box_for_each_row_with_its_name(as_persona: Sign, play: Play) -> None:
    rows = [play.filed() for _ in range(3)]
    answer = as_persona("office").get("/desk/cases/?sort=filed")
    shown = fields(answer)
    assert sorted(shown.boxes) == sorted(ids(*rows)) == sorted(shown.hidden["page"].split())
    assert shown.ticked == []
    assert all(f'aria-label="选择 {row.number}"' in answer.content.decode() for row in rows)
    assert shown.hidden["next"] == "/desk/cases/?sort=filed"


def test_an_empty_list_offers_nothing(as_persona: Sign, play: Play) -> None:
    assert 'id="picks"' not in as_persona("office").get("/desk/cases/").content.decode()


def test_the_part_that_htmx_fetches_has_the_bar_of_its_filter(as_persona: Sign, play: Play) -> None:
    play.handled()
    head = {"HX-Request": "true", "HX-Target": "listing"}
    assert fields(as_persona("office").get("/desk/cases/?state=handled", headers=head)).moves == ["verify", "merge"]


@pytest.mark.parametrize("path", ["/desk/cases/", "/desk/reports/"])
@pytest.mark.parametrize("persona", ["office", "street"])
def test_boxes_cost_no_query(
    as_persona: Sign, play: Play, path: str, persona: str, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        play.dispatched(), play.report()
    client = as_persona(persona)
    client.get("/desk/")
    with django_assert_max_num_queries(15) as seen:
        client.get(path)
    before = len(seen)
    play.dispatched(), play.report()
    with django_assert_max_num_queries(before):
        client.get(path)


# the form of the move


def test_the_form_names_what_was_chosen_and_does_nothing_yet(as_persona: Sign, play: Play) -> None:
    fit, unfit = play.filed(), play.handling()
    answer = as_persona("office").post(CASES, {"move": "void", "ids": ids(fit, unfit)})
    html = answer.content.decode()
    assert answer.status_code == 200 and fit.number in html and unfit.number in html
    assert "其中 1 件的状态不能办理此事" in html and html.count(">不符<") == 1
    assert after(fit).state == "filed"


def test_the_box_for_all_takes_the_page_whatever_else_is_ticked(as_persona: Sign, play: Play) -> None:
    rows = [play.filed() for _ in range(3)]
    sent = {"move": "void", "all": "1", "page": " ".join(ids(*rows)), "ids": ids(rows[0])}
    lines = as_persona("office").post(CASES, sent).context["lines"]
    assert [line.row.pk for line in lines] == [row.pk for row in rows]


def test_the_form_of_dispatch_shows_the_suggested_unit_of_each(as_persona: Sign, play: Play) -> None:
    ensure_default_routing(actor=SYSTEM)
    rows = [play.filed(), play.filed(**OTHER_STREET)]
    answer = as_persona("office").post(CASES, {"move": "dispatch", "ids": ids(*rows)})
    assert [line.unit.short_name for line in answer.context["lines"]] == ["河东街道", "河西街道"]
    assert '<option value="" selected>逐件按分派规则建议的单位</option>' in answer.content.decode()


def test_the_form_of_many_costs_few_queries(as_persona: Sign, play: Play, django_assert_max_num_queries: Any) -> None:
    ensure_default_routing(actor=SYSTEM)
    rows = [play.filed(**place) for place in ({}, OTHER_STREET, {"category_code": "07003"}) for _ in range(4)]
    client = as_persona("office")
    client.get("/desk/")
    with django_assert_max_num_queries(15):
        client.post(CASES, {"move": "dispatch", "ids": ids(*rows)})


def test_a_form_that_lacks_something_comes_back_with_what_was_chosen(as_persona: Sign, play: Play) -> None:
    rows = [play.filed(), play.filed()]
    answer = send(as_persona("office"), CASES, "void", rows, note="写好的说明")
    html = answer.content.decode()
    assert answer.status_code == 422 and "field__error" in html and "写好的说明" in html
    assert all(f'name="ids" value="{pk}"' in html for pk in ids(*rows))
    assert {after(row).state for row in rows} == {"filed"}


def test_every_move_on_many_has_its_form() -> None:
    assert set(pages.FORMS) == set(bulk.MOVES)


# the report


def test_what_was_done_and_what_was_refused_is_told_with_links(as_persona: Sign, play: Play) -> None:
    done, settled, refused = play.filed(), play.void(), play.handling()
    answer = send(as_persona("office"), CASES, "void", [done, settled, refused], reason_code="duplicate")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "已办理 1 件" in html and "1 件此前已经办理" in html and "未办理 1 件" in html
    assert all(reverse("desk:case", args=[row.pk]) in html for row in (done, settled, refused))
    assert "处置中" in html, "the reason names the state"
    assert (after(done).state, after(refused).state) == ("void", "handling")


def test_the_refused_are_offered_again_as_a_selection(as_persona: Sign, play: Play) -> None:
    """A dozen is closed; the one that was not verified yet is verified next, from the page of the report."""
    ready, early = play.verified(), play.handled()
    client = as_persona("office")
    first = fields(send(client, CASES, "close", [ready, early]))
    assert first.boxes == first.ticked == ids(early) and first.moves == ["verify", "merge"]
    second = client.post(CASES, {**first.hidden, "move": "verify", "ids": first.ticked})
    assert [line.row.pk for line in second.context["lines"]] == [early.pk]
    send(client, CASES, "verify", [early])
    assert (after(ready).state, after(early).state) == ("closed", "verified")


def test_refused_rows_that_nothing_can_be_done_with_have_no_box(as_persona: Sign, play: Play) -> None:
    answer = send(as_persona("office"), CASES, "verify", [play.closed()])
    assert "未办理 1 件" in answer.content.decode() and fields(answer).boxes == []


def test_a_second_press_is_told_as_settled(as_persona: Sign, play: Play) -> None:
    rows = [play.filed(), play.filed()]
    client = as_persona("office")
    for said in ("已办理 2 件", "2 件此前已经办理"):
        assert said in send(client, CASES, "dispatch", rows, unit=str(play.unit("street"))).content.decode()
    assert all(after(row).assignments.count() == 1 for row in rows)


def test_dispatch_by_suggestion(as_persona: Sign, play: Play) -> None:
    ensure_default_routing(actor=SYSTEM)
    rows = [play.filed(), play.filed(**OTHER_STREET), play.filed(category_code="07003")]
    send(as_persona("office"), CASES, "dispatch", rows, unit="")
    assert [after(row).holder.short_name for row in rows] == ["河东街道", "河西街道", "城市管理局"]


def test_an_unknown_unit_is_a_fault_of_the_form(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    assert send(as_persona("office"), CASES, "dispatch", [case], unit=str(new_id())).status_code == 422
    assert after(case).state == "filed"


def test_reports_are_refused_confirmed_and_filed(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")
    rows = {move: [play.report(category_code=LITTER) for _ in range(2)] for move in ("refuse", "ask_confirm", "file")}
    for move, chosen in rows.items():
        assert "已办理 2 件" in send(client, REPORTS, move, chosen, reason_code="unclear").content.decode()
    assert [after(each[0]).state for each in rows.values()] == ["not_accepted", "pending_confirm", "filed"]
    assert Case.objects.count() == 2


def test_the_way_back_keeps_the_filters(as_persona: Sign, play: Play) -> None:
    kept = "/desk/cases/?state=filed&sort=due"
    client = as_persona("office")
    form = client.post(CASES, {"move": "void", "ids": ids(play.filed()), "next": kept})
    assert form.context["back"] == kept
    told = send(client, CASES, "void", [play.filed()], reason_code="mistake", next=kept)
    assert told.context["back"] == kept  # type: ignore[attr-defined]
    other = send(client, CASES, "void", [play.filed()], reason_code="mistake", next="https://elsewhere.example/")
    assert other.context["back"] == "/desk/cases/"  # type: ignore[attr-defined]


# rights and nonsense


def test_a_role_without_the_right_may_not(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    for persona in ("leader", "street", "grid"):
        assert send(as_persona(persona), CASES, "void", [case], reason_code="mistake").status_code == 403
        assert as_persona(persona).post(CASES, {"move": "void", "ids": ids(case)}).status_code == 403
    assert after(case).state == "filed"


def test_what_lies_out_of_sight_shows_neither_number_nor_text(as_persona: Sign, play: Play) -> None:
    here, there = play.dispatched(), play.dispatched("department", text="别处的秘密", **OTHER_STREET)
    client = as_persona("street")
    form = client.post(CASES, {"move": "accept", "ids": ids(here, there)}).content.decode()
    told = send(client, CASES, "accept", [here, there]).content.decode()
    for html in (form, told):
        assert there.number not in html and "别处的秘密" not in html
        assert reverse("desk:case", args=[there.pk]) not in html
    assert "未办理 1 件" in told and after(there).state == "dispatched"


@pytest.mark.parametrize("url", [CASES, REPORTS])
def test_asking_for_the_page_leads_to_the_list(as_persona: Sign, play: Play, url: str) -> None:
    assert as_persona("office").get(url).headers["Location"] == url.removesuffix("bulk/")


@pytest.mark.parametrize(
    ("url", "move"), [(CASES, "refuse"), (REPORTS, "void"), (CASES, "rework"), (CASES, ""), (REPORTS, "link")]
)
def test_a_move_that_is_not_for_many_of_these_is_not_found(as_persona: Sign, play: Play, url: str, move: str) -> None:
    assert as_persona("office").post(url, {"move": move, "ids": ids(play.filed())}).status_code == 404


@pytest.mark.parametrize("chosen", [[], ["x"], ["", "1; drop table"]])
def test_no_choice_or_a_broken_one(as_persona: Sign, play: Play, chosen: list[str]) -> None:
    answer = as_persona("office").post(CASES, {"move": "void", "ids": chosen, "next": "/desk/cases/?state=filed"})
    if chosen:
        assert answer.status_code == 404
    else:
        assert answer.status_code == 302 and answer.headers["Location"] == "/desk/cases/?state=filed"


def test_more_than_two_hundred_are_refused_with_a_reason(as_persona: Sign, play: Play) -> None:
    chosen = [str(new_id()) for _ in range(bulk.MOST + 1)]
    answer = as_persona("office").post(CASES, {"move": "void", "ids": chosen, "next": "/desk/cases/"}, follow=True)
    assert "一次最多办理 200 件" in answer.content.decode()


def test_a_forged_form_of_another_site_is_refused(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    strict = Client(enforce_csrf_checks=True, headers={"cookie": ""})
    strict.cookies = as_persona("office").cookies
    sent = {"move": "void", "ids": ids(case), "go": "1", "reason_code": "mistake"}
    assert strict.post(CASES, sent).status_code == 403
    assert after(case).state == "filed"


def test_pages_speak_english(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    play.filed()
    chosen = [play.filed(), play.handling()]
    for answer in (
        client.get("/desk/cases/"),
        client.post(CASES, {"move": "dispatch", "ids": ids(*chosen)}),
        send(client, CASES, "void", chosen, reason_code="mistake"),
    ):
        main = answer.content.decode().partition("<main")[2]
        assert re.search(r"Void|Dispatch", main)
        for word in ("全选本页", "选择", "已选", "不符", "未办理", "建议单位", "原因", "返回列表", "办理结果"):
            assert word not in main
