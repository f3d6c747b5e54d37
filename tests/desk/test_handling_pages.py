"""Pages of claims, support, steps and quick fixes: who learns what, slips named at their field, English, files, cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.cases.play import LITTER, OTHER_STREET, POINT, picture
from tests.conftest import NOON

if TYPE_CHECKING:
    from chuangcheng.cases.models import Case, QuickFix
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Desk = Callable[[str], Client]
LIST = "/desk/quickfixes/"


@pytest.fixture
def record(play: Play, monkeypatch: pytest.MonkeyPatch) -> Callable[..., QuickFix]:
    """Records one by a persona, drawn or not."""
    from chuangcheng.cases import actions
    from chuangcheng.kernel.ids import new_id

    def one(by: str = "grid", *, drawn: bool = False, **more: Any) -> QuickFix:
        monkeypatch.setattr(settings, "CITY", replace(settings.CITY, quickfix_share=100 if drawn else 0))
        values = {"id": new_id(), "category_code": LITTER, **POINT, **more}
        return actions.record_quickfix(actor=play.by[by], given=actions.QuickFixInput(**values))[0]

    return one


@pytest.fixture
def helped(play: Play) -> Case:
    """A case of the street with the department beside it."""
    from chuangcheng.cases import actions

    case = play.handling()
    return actions.add_co(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("department"))


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def move(case: Case, name: str) -> str:
    return reverse("desk:case_move", args=[case.pk, name])


def read(client: Client, address: str, **query: str) -> str:
    return client.get(address, query).content.decode()


def file(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, {"export": "csv", **query})
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


# Quick fixes: nobody learns what of their own was drawn --------------------------------------------------------------


@pytest.mark.parametrize("by", ["district", "street", "grid", "community"])
def test_the_page_of_ones_own_is_the_same_drawn_or_not(
    record: Callable[..., QuickFix], as_persona: Desk, by: str
) -> None:
    rows = [record(by, drawn=drawn) for drawn in (False, True)]
    assert [row.state for row in rows] == ["recorded", "sampled"]
    marks = [read(as_persona(by), reverse("desk:quickfix", args=[row.pk])).count('class="state') for row in rows]
    assert marks[0] == marks[1], "a mark that is missing tells as much as one that is there"


def test_a_watcher_s_list_hides_the_draw_of_its_own_unit(record: Callable[..., QuickFix], as_persona: Desk) -> None:
    own, other = record("district", drawn=True), record("street2", drawn=True, **OTHER_STREET)
    district = as_persona("district")
    assert other.number in read(district, LIST, state="sampled")
    assert own.number in read(district, LIST) and own.number not in read(district, LIST, state="sampled")
    lines = {
        line.split(",")[0].strip('\ufeff"'): line for line in file(district, LIST, cols="number,state,why").splitlines()
    }
    assert "待回看" in lines[other.number] and "待回看" not in lines[own.number]
    assert own.number in read(as_persona("inspector"), LIST, state="sampled")


def test_counts_and_map_do_not_answer_it_either(record: Callable[..., QuickFix], as_persona: Desk) -> None:
    record("district", drawn=True)
    district = as_persona("district")
    assert "东山区创城办</a>" not in read(district, reverse("desk:quickfix_counts"), state="sampled")
    points = district.get(reverse("desk:quickfix_map_content"), {"state": "sampled"}).json()["points"]
    assert points["features"] == []
    found = as_persona("inspector").get(reverse("desk:quickfix_map_content"), {"state": "sampled"}).json()
    assert len(found["points"]["features"]) == 1


def test_what_came_back_is_told_to_everybody(record: Callable[..., QuickFix], play: Play, as_persona: Desk) -> None:
    from chuangcheng.cases import actions

    row = record("district", drawn=True)
    actions.look_again(actor=play.by["inspector"], fix_id=row.pk, held=False, photo=picture(), note="又堆上了")
    for persona in ("district", "inspector", "grid"):
        assert row.number in read(as_persona(persona), LIST, relapsed="yes"), persona
    assert row.number in read(as_persona("district"), LIST, state="relapsed")
    point = as_persona("district").get(reverse("desk:quickfix_map_content")).json()["points"]["features"][0]
    assert point["properties"]["tone"] == "red"


# Quick fixes: scope, files, English, cost ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", [LIST, "/desk/quickfixes/counts/", "/desk/quickfixes/map/"])
@pytest.mark.parametrize("persona", ["inspector", "street"])
def test_pages_of_quick_fixes_cost_few_queries(
    record: Callable[..., QuickFix], as_persona: Desk, path: str, persona: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        record(address=f"永安路 {number} 号", drawn=number % 2 == 0)
    client = as_persona(persona)
    client.get(path)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (LIST, ("Fixed on the spot", "Fixed at", "Category")),
        ("/desk/quickfixes/counts/", ("Fixed on the spot", "By unit")),
        ("/desk/cases/claimable/", ("To be claimed", "Category")),
    ],
)
def test_pages_speak_english(
    record: Callable[..., QuickFix], play: Play, as_persona: Desk, path: str, words: tuple[str, ...]
) -> None:
    record()
    play.filed()
    page = read(english(as_persona("street")), path)
    assert [word for word in words if word not in page] == []
    assert "即知即改" not in page and "可认领" not in page


@pytest.mark.parametrize(("persona", "status"), [("street", 200), ("auditor", 200), ("grid", 403), ("community", 403)])
def test_who_may_take_the_list_away(
    record: Callable[..., QuickFix], as_persona: Desk, persona: str, status: int
) -> None:
    here, there = record(), record("street2", **OTHER_STREET)
    answer = as_persona(persona).get(LIST, {"export": "csv"})
    assert answer.status_code == status
    if status == 200:
        text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert here.number in text and (there.number in text) is (persona == "auditor")


@pytest.mark.parametrize("name", ["hold", "relapse"])
@pytest.mark.parametrize(("persona", "status"), [("grid", 403), ("auditor", 403), ("district", 422)])
def test_a_second_look_is_refused_and_changes_nothing(
    record: Callable[..., QuickFix], as_persona: Desk, name: str, persona: str, status: int
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = record("district", drawn=True)
    given = {"photos": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")} if name == "relapse" else {}
    answer = as_persona(persona).post(reverse("desk:quickfix_move", args=[row.pk, name]), given)
    assert answer.status_code == status
    row.refresh_from_db()
    assert (row.state, row.relapse_id) == ("sampled", None)


# Claims --------------------------------------------------------------------------------------------------------------


def test_the_claimable_list_can_be_taken_away_with_its_own_rows_only(play: Play, as_persona: Desk) -> None:
    here, there = play.filed(), play.filed(**OTHER_STREET)
    text = file(as_persona("street"), reverse("desk:claimable"))
    assert here.number in text and there.number not in text
    assert as_persona("inspector").get(reverse("desk:claimable"), {"export": "csv"}).status_code == 403


def test_the_claimable_list_costs_few_queries(play: Play, as_persona: Desk, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        play.filed()
    client, path = as_persona("street"), reverse("desk:claimable")
    client.get(path)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("persona", ["office", "leader", "inspector", "auditor", "grid"])
def test_whose_role_claims_nothing_has_no_such_page(play: Play, as_persona: Desk, persona: str) -> None:
    case = play.filed()
    assert as_persona(persona).post(reverse("desk:claim", args=[case.pk])).status_code == 403
    case.refresh_from_db()
    assert case.holder_id is None


# Support and steps ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persona", "name", "given", "said"),
    [
        ("office", "add_co", {"unit": ""}, "field__error"),
        ("street", "add_co", {"unit": "1"}, "field__error"),
        ("street", "release_co", {"note": "不需要"}, "field__error"),
        ("department", "finish_co", {"note": "  "}, "field__error"),
        ("department", "finish_co", {"note": "长" * 1001}, "field__error"),
        ("street", "finish_step", {"step": "x"}, "field__error"),
        ("street", "plan", {"name1": "长" * 61}, "field__error"),
        ("leader", "flag", {"note": "x", "until": "明天"}, "field__error"),
        ("leader", "flag", {"note": "x", "until": "2026-09-01T09:00"}, "督办期限应晚于现在"),
    ],
)
def test_a_slip_comes_back_with_the_form(
    helped: Case, as_persona: Desk, persona: str, name: str, given: dict[str, str], said: str
) -> None:
    from chuangcheng.history.selectors import events_of

    before = events_of("case", helped.pk).count()
    answer = as_persona(persona).post(move(helped, name), given)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert events_of("case", helped.pk).count() == before


@pytest.mark.parametrize("name", ["add_co", "release_co", "finish_co", "plan", "finish_step", "flag", "unflag"])
def test_another_street_finds_none_of_its_forms(helped: Case, as_persona: Desk, name: str) -> None:
    client = as_persona("street2")
    assert client.get(move(helped, name)).status_code == 404
    assert client.post(move(helped, name), {"note": "x"}).status_code == 404


def test_a_step_is_offered_to_whom_it_belongs(helped: Case, play: Play, as_persona: Desk) -> None:
    from chuangcheng.cases import actions

    steps = [actions.StepInput("断电", play.unit("department")), actions.StepInput("施工", play.unit("street"))]
    actions.plan_steps(actor=play.by["street"], case_id=helped.pk, steps=steps)
    department, street = (read(as_persona(name), move(helped, "finish_step")) for name in ("department", "street"))
    assert "断电" in department and "施工" not in department
    assert "断电" in street and "施工" in street
    theirs = helped.substeps.get(place=2)
    assert as_persona("department").post(move(helped, "finish_step"), {"step": theirs.pk}).status_code == 422
    theirs.refresh_from_db()
    assert theirs.state == "planned"


def test_support_stands_in_the_worklist_by_its_own_limit(play: Play, as_persona: Desk) -> None:
    from chuangcheng.cases import actions

    case = play.handling()
    soon = NOON + timedelta(hours=1)
    department, address = as_persona("department"), reverse("desk:worklist")
    assert case.number not in read(department, address)
    actions.add_co(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("department"), due_at=soon)
    page = read(department, address)
    assert case.number in page and "协助主办单位" in page and "河东街道" in page
    assert "Help the unit in charge" in read(english(as_persona("department")), address)
    actions.finish_co(actor=play.by["department"], case_id=case.pk, note="完成")
    assert case.number not in read(department, address)


def test_a_case_with_help_steps_and_flag_costs_few_queries(
    helped: Case, play: Play, as_persona: Desk, django_assert_max_num_queries: Any
) -> None:
    from chuangcheng.cases import actions

    steps = [actions.StepInput(f"第{number}道工序", play.unit("street")) for number in range(12)]
    actions.plan_steps(actor=play.by["street"], case_id=helped.pk, steps=steps)
    actions.flag_case(actor=play.by["leader"], case_id=helped.pk, note="催", until=NOON + timedelta(days=2))
    client, address = as_persona("office"), reverse("desk:cases")
    client.get(address)
    with django_assert_max_num_queries(15):
        assert "督办" in client.get(address).content.decode()
