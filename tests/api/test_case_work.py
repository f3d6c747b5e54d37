"""Claims, support, steps, flags, merges and orders by programs: every refusal beside what is allowed, named by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case, Order, Report, SubStep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.sweep import drain
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.notices.models import Notice
from tests.api.conftest import Caller, is_problem
from tests.api.test_cases import CASES
from tests.api.test_moves import STREET, Program, after, program
from tests.api.test_reports import picture
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
program = program  # a fixture of another file
Tokens = Callable[[str], str]
DEPARTMENT = "U-CGJ"
SOON = (NOON + timedelta(hours=2)).isoformat()
FAR = (NOON + timedelta(days=90)).isoformat()
PAST = (NOON - timedelta(hours=1)).isoformat()


@pytest.fixture
def handling(program: Program) -> Program:
    """The case in the hands of the first street, which took it on."""
    program.done("office", "dispatch", unit=STREET)
    program.done("street", "accept")
    return program


@pytest.fixture
def helped(handling: Program) -> Program:
    """The same with a department beside the street."""
    handling.done("office", "add_co", unit=DEPARTMENT, due_at=SOON)
    return handling


def links(answer: dict[str, Any], role: str) -> dict[str, str]:
    return {link["unit"]["code"]: link["state"] for link in answer["assignments"] if link["role"] == role}


def report(program: Program, personas: dict[str, Actor], **more: Any) -> Report:
    """Another report of the same place, linked to the case."""
    values = {"id": new_id(), "text": "又一处", "source": "portal", "lat": 30.002, "lon": 120.002, **more}
    made = actions.create_report(actor=CITIZEN, given=actions.ReportInput(**values))[0]
    return actions.link_report(actor=personas["office"], report_id=made.pk, case_id=program.case.pk)


# Claims ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persona", "unit"), [("street", STREET), ("community", "U-990101001001"), ("district", "U-990101")]
)
def test_a_unit_of_the_area_claims_and_is_at_work(program: Program, persona: str, unit: str) -> None:
    found = program.done(persona, "claim")
    assert (found["state"], found["holder"]["code"], links(found, "lead")) == ("handling", unit, {unit: "open"})


@pytest.mark.parametrize(
    ("persona", "status"), [("street2", 404), ("department", 404), ("office", 403), ("inspector", 403), ("auditor", 403)]
)  # fmt: skip
def test_others_do_not_claim_it(program: Program, persona: str, status: int) -> None:
    answer = program.move(persona, "claim")
    assert answer.status_code == status
    program.case.refresh_from_db()
    assert (program.case.state, program.case.holder_id, program.case.claimed_at) == ("filed", None, None)


def test_who_claims_late_is_told_by_whom_in_both_languages(program: Program) -> None:
    program.done("community", "claim")
    problem = is_problem(program.move("street", "claim"), 409, "case.claimed_already")
    assert "永安社区" in problem["detail"]
    path = f"{CASES}/{program.case.pk}/moves/claim"
    token = program._tokens("street")
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    english = is_problem(program._caller.post({"id": str(new_id())}, path, **headers), 409, "case.claimed_already")
    assert "has taken this case" in english["detail"]


def test_a_claim_asked_for_twice_is_one(program: Program) -> None:
    request = str(new_id())
    answers = [program.move("street", "claim", request).json() for _ in range(2)]
    assert answers[0] == answers[1] and Event.objects.filter(action="case.claimed").count() == 1
    is_problem(program.move("street", "accept", request), 409, "common.different_body")


def test_claimed_ones_are_found_by_the_list(program: Program, caller: Caller, tokens: Tokens) -> None:
    def listed(query: str) -> list[str]:
        items = caller.get(f"{CASES}?{query}", token=tokens("office")).json()["items"]
        return [item["number"] for item in items]

    assert listed("claimed=yes") == []
    program.done("street", "claim")
    assert listed("claimed=yes") == [program.case.number]


# Support --------------------------------------------------------------------------------------------------------------


def test_support_is_called_in_done_and_then_over(helped: Program) -> None:
    shot = picture()
    proof = {"outcome": "fixed", "photos": [after(shot)]}
    waits = is_problem(helped.move("street", "handle", **proof), 409, "case.co_open")
    assert "城市管理局" in waits["detail"]
    found = helped.done("department", "finish_co", note="已断电")
    assert links(found, "co") == {DEPARTMENT: "done"} and found["moves"] == []
    is_problem(helped.move("department", "finish_co", note="再说一次"), 403, "case.not_helper")
    assert helped.done("street", "handle", **proof)["state"] == "handled"


def test_a_limit_of_support_is_kept_and_told(helped: Program, caller: Caller, tokens: Tokens) -> None:
    answer = caller.get(f"{CASES}/{helped.case.pk}", token=tokens("department")).json()
    link = next(link for link in answer["assignments"] if link["role"] == "co")
    assert link["due_at"].startswith("2026-09-15T06:00:00") and link["ended_at"] is None
    assert answer["moves"] == ["finish_co"]


@pytest.mark.parametrize(
    ("persona", "name", "fields", "status", "code"),
    [
        ("office", "add_co", {"unit": DEPARTMENT}, 409, "case.helps_already"),
        ("office", "add_co", {"unit": STREET}, 409, "case.helps_already"),
        ("street", "add_co", {"unit": "U-FZH1", "due_at": FAR}, 422, "case.due_outside"),
        ("street", "add_co", {"unit": "U-FZH1", "due_at": PAST}, 422, "case.due_outside"),
        ("street", "add_co", {"unit": "U-NONE"}, 422, "case.unknown_unit"),
        ("street", "release_co", {"unit": "U-FZH1", "note": "不需要"}, 409, "case.no_helper"),
        ("inspector", "add_co", {"unit": "U-FZH1"}, 403, "common.not_allowed"),
        ("department", "add_co", {"unit": "U-FZH1"}, 403, "case.not_holder"),
        ("department", "release_co", {"unit": DEPARTMENT, "note": "不想做"}, 403, "case.not_holder"),
        ("street2", "add_co", {"unit": "U-990101002"}, 404, "common.not_found"),
        ("street", "finish_co", {"note": "完成"}, 403, "case.not_helper"),
    ],
)
def test_what_is_no_support_is_refused(
    helped: Program, persona: str, name: str, fields: dict[str, Any], status: int, code: str
) -> None:
    before = helped.moved
    is_problem(helped.move(persona, name, **fields), status, code)
    assert helped.moved == before and helped.case.assignments.filter(role="co").count() == 1


def test_a_released_unit_is_told_and_no_longer_sees_its_move(helped: Program) -> None:
    found = helped.done("street", "release_co", unit=DEPARTMENT, note="已自行解决")
    assert links(found, "co") == {DEPARTMENT: "released"}
    is_problem(helped.move("department", "finish_co", note="完成"), 403, "case.not_helper")
    assert helped.done("office", "add_co", unit=DEPARTMENT)["assignments"][-1]["state"] == "open"


def test_a_unit_that_was_called_in_is_told_once(helped: Program, personas: dict[str, Actor]) -> None:
    drain()
    Outbox.objects.filter(topic="case.co_added").update(done_at=None)
    drain()
    notice = Notice.objects.get(topic="case.co_added")
    assert (notice.person_id, notice.url) == (personas["department"].person_id, f"/desk/cases/{helped.case.pk}/")
    assert notice.text["en"].startswith("Your support is asked for")


# Steps ----------------------------------------------------------------------------------------------------------------


def steps(*names: str, unit: str = STREET, **more: str) -> list[dict[str, str]]:
    return [{"name": name, "unit": unit, **more} for name in names]


def test_steps_are_planned_done_and_planned_anew(handling: Program) -> None:
    handling.done("street", "plan", steps=steps("勘查", "施工"))
    first, second = SubStep.objects.order_by("place")
    handling.done("street", "finish_step", step=str(first.pk), note="看过了")
    is_problem(handling.move("street", "finish_step", step=str(first.pk)), 409, "state.stale")
    handling.done("street", "plan", steps=steps("外包施工", "验收"))
    second.refresh_from_db()
    live = SubStep.objects.filter(state__in=("planned", "done")).order_by("place")
    assert [(row.place, row.name, row.state) for row in live] == [
        (1, "勘查", "done"), (2, "外包施工", "planned"), (3, "验收", "planned"),
    ]  # fmt: skip
    assert second.state not in ("planned", "done")
    is_problem(handling.move("street", "finish_step", step=str(second.pk)), 409, "state.stale")


@pytest.mark.parametrize(
    ("persona", "planned", "status", "code"),
    [
        ("street", steps("施工", unit=DEPARTMENT), 422, "case.step_unit"),
        ("street", steps("施工", unit="U-NONE"), 422, "case.unknown_unit"),
        ("street", steps("施工", due_at=FAR), 422, "case.step_due"),
        ("street", steps("施工", due_at=PAST), 422, "case.step_due"),
        ("office", steps("施工"), 403, "common.not_allowed"),
        ("street2", steps("施工"), 404, "common.not_found"),
    ],
)
def test_what_is_no_plan_is_refused_whole(
    handling: Program, persona: str, planned: list[dict[str, str]], status: int, code: str
) -> None:
    is_problem(handling.move(persona, "plan", steps=[*steps("勘查"), *planned]), status, code)
    assert not SubStep.objects.exists()


def test_a_helper_finishes_its_own_step_and_no_other(helped: Program) -> None:
    helped.done("street", "plan", steps=[*steps("断电", unit=DEPARTMENT), *steps("施工")])
    theirs, ours = SubStep.objects.order_by("place")
    is_problem(helped.move("department", "finish_step", step=str(ours.pk)), 403, "case.not_helper")
    is_problem(helped.move("department", "finish_step", step=str(new_id())), 409, "case.no_step")
    helped.done("department", "finish_step", step=str(theirs.pk))
    theirs.refresh_from_db()
    assert (theirs.state, theirs.done_at) == ("done", NOON)


# Supervision ----------------------------------------------------------------------------------------------------------


def test_a_flag_is_raised_listed_and_taken_off(handling: Program, caller: Caller, tokens: Tokens) -> None:
    def listed(value: str) -> int:
        return len(caller.get(f"{CASES}?flagged={value}", token=tokens("leader")).json()["items"])

    handling.done("leader", "flag", note="群众反映强烈", until=FAR)
    assert (listed("yes"), listed("ever")) == (1, 1)
    is_problem(handling.move("office", "flag", note="再督办", until=FAR), 409, "case.flagged_already")
    handling.done("office", "unflag", note="已答复")
    assert (listed("yes"), listed("ever")) == (0, 1)
    is_problem(handling.move("leader", "unflag", note="再撤"), 409, "case.not_flagged")
    assert not Event.objects.filter(after__icontains="群众").exists()


@pytest.mark.parametrize("persona", ["street", "district", "inspector", "auditor"])
@pytest.mark.parametrize("name", ["flag", "unflag"])
def test_only_office_and_leaders_flag(handling: Program, persona: str, name: str) -> None:
    fields = {"note": "x", **({"until": FAR} if name == "flag" else {})}
    is_problem(handling.move(persona, name, **fields), 403, "common.not_allowed")


# Bodies ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fields", "field", "code"),
    [
        ("claim", {"unit": STREET}, "unit", "value.unknown"),
        ("add_co", {}, "unit", "value.required"),
        ("release_co", {"unit": DEPARTMENT}, "note", "value.required"),
        ("release_co", {"unit": DEPARTMENT, "note": "a\0b"}, "note", "value.bad_format"),
        ("finish_co", {"note": " \n"}, "note", "value.bad_format"),
        ("plan", {}, "steps", "value.required"),
        ("plan", {"steps": steps(*["x"] * 13)}, "steps", "value.too_many"),
        ("plan", {"steps": steps("勘查", "长" * 61)}, "steps.1.name", "value.too_long"),
        ("plan", {"steps": steps("勘查", place="1")}, "steps.0.place", "value.unknown"),
        ("plan", {"steps": steps("勘查", due_at="2026-09-15T16:00:00")}, "steps.0.due_at", "common.naive_time"),
        ("finish_step", {"step": "1"}, "step", "value.not_uuid"),
        ("flag", {"note": "x"}, "until", "value.required"),
        ("flag", {"note": "长" * 1001, "until": FAR}, "note", "value.too_long"),
        ("unflag", {}, "note", "value.required"),
        ("merge", {"target": "件 1"}, "target", "value.bad_format"),
        ("split", {"reports": ["SB 1"]}, "reports.0", "value.bad_format"),
        ("split", {"reports": ["SB-1"], "severity": 4}, "severity", "value.not_listed"),
    ],
)
def test_a_bad_field_is_named(program: Program, name: str, fields: dict[str, Any], field: str, code: str) -> None:
    naive = code == "common.naive_time"
    problem = is_problem(program.move("office", name, **fields), 422, code if naive else "common.invalid")
    assert (field, code) in {(error["field"], error["code"]) for error in problem["errors"]}
    assert program.moved == 1, "a body that is refused leaves no row, not even of the request"


@pytest.mark.parametrize("fields", [{"reports": []}, {"reports": ["SB-1"] * 201}])
def test_a_split_names_one_to_two_hundred_reports(program: Program, fields: dict[str, Any]) -> None:
    problem = is_problem(program.move("office", "split", **fields), 422, "common.invalid")
    assert [error["field"] for error in problem["errors"]] == ["reports"]


# Merge and split ------------------------------------------------------------------------------------------------------


def test_split_off_reports_make_a_case_of_their_own(program: Program, personas: dict[str, Actor]) -> None:
    goes = report(program, personas, text="井盖松动")
    is_problem(program.move("street", "split", reports=[goes.number]), 403, "common.not_allowed")
    is_problem(program.move("office", "split", reports=[goes.number], category="99999"), 422, "case.unknown_category")
    left = program.done("office", "split", reports=[goes.number, goes.number], category="06010", severity=2)
    new = Case.objects.get(origin_kind="case")
    assert goes.number not in left["reports"] and len(left["reports"]) == 1
    assert (new.origin_id, new.severity, [row.pk for row in new.reports.all()]) == (program.case.pk, 2, [goes.pk])
    is_problem(program.move("office", "split", reports=[goes.number]), 422, "case.not_its_report")


def test_a_ring_of_merges_and_a_second_undoing_are_refused(program: Program, personas: dict[str, Actor]) -> None:
    values = {"text": "又一件", "category_code": "06010", "lat": 30.002, "lon": 120.002, "source": "grid"}
    other = Program(program._caller, program._tokens, actions.file_case(actor=personas["office"], address="", **values))
    is_problem(program.move("office", "merge", target=program.case.number), 409, "case.merge_ring")
    is_problem(program.move("office", "unmerge"), 409, "state.move_refused")
    program.done("office", "merge", target=other.case.number)
    is_problem(other.move("office", "merge", target=program.case.number), 409, "case.merge_ring")
    program.done("office", "unmerge", note="不是同一处")
    is_problem(program.move("office", "unmerge"), 409, "state.move_refused")
    other.done("office", "void", reason_code="mistake")
    ended = is_problem(program.move("office", "merge", target=other.case.number), 409, "case.target_ended")
    assert other.case.number in ended["detail"]


# Orders ---------------------------------------------------------------------------------------------------------------


def test_an_order_without_a_reply_keeps_the_case_open(handling: Program, personas: dict[str, Actor]) -> None:
    values = {"source": "hotline", "external_source": "hotline", "external_number": "12345-A1"}
    given = actions.ReportInput(id=new_id(), text="催办", lat=30.002, lon=120.002, **values)
    made = actions.create_report(actor=personas["office"], given=given, reply_due_at=NOON + timedelta(days=2))[0]
    actions.link_report(actor=personas["office"], report_id=made.pk, case_id=handling.case.pk)
    shot = picture()
    handling.done("street", "handle", outcome="fixed", photos=[after(shot)])
    handling.photo("street", shot)
    handling.done("inspector", "verify")
    request = str(new_id())
    problem = is_problem(handling.move("office", "close", request), 409, "case.orders_unanswered")
    assert "12345-A1" in problem["detail"] and "1 " in problem["detail"]
    handling.case.refresh_from_db()
    assert (handling.case.state, handling.case.closed_at) == ("verified", None)
    actions.draft_replies(actor=personas["office"], case_id=handling.case.pk)
    assert handling.move("office", "close", request).json()["state"] == "closed"
    assert Order.objects.get().state == "drafted"


# Cost -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persona", "name", "fields"),
    [
        ("office", "add_co", {"unit": "U-FZH1"}), ("street", "plan", {"steps": steps("勘查", "施工", "验收")}),
        ("leader", "flag", {"note": "x", "until": FAR}), ("department", "finish_co", {"note": "完成"}),
    ],
)  # fmt: skip
def test_a_move_costs_a_bounded_number_of_queries(
    helped: Program, persona: str, name: str, fields: dict[str, Any]
) -> None:
    with clock.at(NOON + timedelta(minutes=1)), CaptureQueriesContext(connection) as captured:
        helped.done(persona, name, **fields)
    assert len(captured) <= 26, [query["sql"][:80] for query in captured]
