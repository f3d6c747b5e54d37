"""Moves by programs of staff: the desk's own actions and refusals, each taken once however often it is asked."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chuangcheng.api.moves import MOVES
from chuangcheng.cases import actions
from chuangcheng.cases.models import Case
from chuangcheng.cases.states import CASE
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from tests.api.conftest import REPORTS, Caller, body, is_problem
from tests.api.test_cases import CASES
from tests.api.test_openapi import OPENAPI, one_connection, served
from tests.api.test_reports import picture
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
one_connection = one_connection  # a fixture of another file
Tokens = Callable[[str], str]
STREET = "U-990101001"


class Program:
    """A program of staff that moves one case."""

    def __init__(self, caller: Caller, tokens: Tokens, case: Case) -> None:
        self._caller, self._tokens, self.case = caller, tokens, case

    def move(self, persona: str, name: str, request: str | None = None, **fields: Any) -> HttpResponse:
        """Ask for a move; ``request`` is its id."""
        given = {"id": request or str(new_id()), **fields}
        path = f"{CASES}/{self.case.pk}/moves/{name}"
        return self._caller.post(given, path, authorization=f"Bearer {self._tokens(persona)}")

    def done(self, persona: str, name: str, **fields: Any) -> dict[str, Any]:
        """The case after a move that is allowed."""
        response = self.move(persona, name, **fields)
        assert response.status_code == 200, response.content
        answer: dict[str, Any] = response.json()
        return answer

    def photo(self, persona: str, data: bytes) -> HttpResponse:
        """Send the bytes of a declared photo."""
        path = f"{CASES}/{self.case.pk}/photos/{hashlib.sha256(data).hexdigest()}"
        return self._caller.put(path, data, authorization=f"Bearer {self._tokens(persona)}")

    @property
    def moved(self) -> int:
        """How many rows its history has."""
        return Event.objects.filter(subject_kind="case", subject_id=self.case.pk).count()


@pytest.fixture
def program(personas: dict[str, Actor], noon: object, caller: Caller, category: object, tokens: Tokens) -> Program:
    """A case that was just filed in the first street."""
    given = body(lat=30.002, lon=120.002)
    caller.post(given)
    case = actions.file_report(actor=personas["office"], report_id=uuid.UUID(given["id"]), category_code="06010")
    return Program(caller, tokens, case)


def after(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "role": "after"}


def test_a_case_goes_all_the_way(program: Program) -> None:
    shot = picture()
    sha256 = hashlib.sha256(shot).hexdigest()
    found = program.done("office", "dispatch", unit=STREET)
    assert (found["state"], found["holder"]["code"]) == ("dispatched", STREET)
    assert program.done("street", "accept")["state"] == "handling"
    assert program.done("street", "handle", outcome="fixed", photos=[after(shot)])["state"] == "handled"
    is_problem(program.move("inspector", "verify"), 422, "case.proof_missing")
    stored = program.photo("street", shot)
    assert (stored.status_code, stored.json()) == (200, {"missing_photos": []})
    assert program.photo("street", shot).status_code == 200
    assert program.done("inspector", "verify", note="已复查")["state"] == "verified"
    closed = program.done("office", "close")
    assert (closed["state"], closed["outcome"], closed["on_time"]) == ("closed", "fixed", True)
    assert program.done("office", "reopen", reason_code="relapse")["state"] == "filed"
    assert program.done("office", "void", reason_code="mistake", note="误报")["state"] == "void"
    assert Event.objects.filter(action="case.photo_added", after__photo=sha256).count() == 1


def test_a_petition_is_decided_by_the_office(program: Program) -> None:
    program.done("office", "dispatch", unit=STREET)
    program.done("street", "accept")
    program.done("street", "ask_extension", reason="要等吊车")
    due = program.case.due_at
    granted = program.done("office", "grant")
    assert due is not None and granted["due_at"] > due.isoformat()
    until = (NOON + timedelta(days=30)).isoformat()
    program.done("street", "ask_suspension", reason="等拆迁", until=until)
    assert program.done("office", "decline")["state"] == "handling"
    is_problem(program.move("office", "decline"), 409, "state.stale")
    program.done("street", "ask_suspension", reason="等拆迁", until=until)
    assert program.done("office", "grant")["state"] == "suspended"
    assert program.done("office", "resume")["state"] == "handling"


def test_a_case_is_passed_on_and_returned(program: Program) -> None:
    program.done("office", "dispatch", unit="U-990101", co_units=["U-CGJ"])
    passed = program.done("district", "pass_on", unit=STREET, due_at=(NOON + timedelta(hours=4)).isoformat())
    assert [link["state"] for link in passed["assignments"] if link["role"] == "lead"] == ["passed", "open"]
    assert program.done("street", "return", reason_code="not_ours")["holder"]["code"] == "U-990101"
    assert program.done("district", "return", reason_code="wrong_area", note="在邻区")["state"] == "filed"


def test_rework_sends_it_back(program: Program) -> None:
    program.done("office", "dispatch", unit=STREET)
    program.done("street", "accept")
    program.done("street", "handle", outcome="not_reproducible", note="现场没有")
    assert program.done("inspector", "rework", note="还在")["rework_count"] == 1


def test_two_cases_are_merged_split_and_set_apart(program: Program, play_case: Case) -> None:
    merged = program.done("office", "merge", target=play_case.number, note="同一处")
    assert (merged["state"], merged["merged_into"], merged["moves"]) == ("merged", play_case.number, ["unmerge"])
    is_problem(program.move("office", "merge", target=play_case.number), 409, "state.move_refused")
    back = program.done("office", "unmerge")
    assert (back["state"], back["merged_into"], len(back["reports"])) == ("filed", None, 1)
    is_problem(program.move("office", "split", reports=back["reports"]), 409, "case.split_all")
    is_problem(program.move("office", "split", reports=["SB20260101-000001"]), 422, "case.not_its_report")
    is_problem(program.move("office", "merge", target="AJ20260101-000001"), 422, "case.no_number")
    is_problem(program.move("office", "deny_relapse", reason_code="new_cause"), 409, "case.no_relapse")
    is_problem(program.move("street", "merge", target=play_case.number), 403, "common.not_allowed")


@pytest.fixture
def play_case(program: Program, personas: dict[str, Actor]) -> Case:
    """Another case at the same place."""
    return actions.file_case(
        actor=personas["office"], text="又一件", category_code="06010", lat=30.002, lon=120.002, address="",
        source="grid",
    )  # fmt: skip


def test_an_answer_names_the_moves_of_the_post(program: Program, caller: Caller, tokens: Tokens) -> None:
    def offered(persona: str) -> list[str]:
        found: list[str] = caller.get(f"{CASES}/{program.case.pk}", token=tokens(persona)).json()["moves"]
        return found

    assert offered("office") == ["dispatch", "seek_owner", "flag", "void", "merge"]
    assert offered("auditor") == []
    program.done("office", "dispatch", unit=STREET)
    assert offered("street") == [
        "pass_on", "accept", "return", "seek_owner", "add_co", "plan", "ask_extension", "ask_suspension",
    ]  # fmt: skip
    program.done("street", "ask_extension", reason="要等吊车")
    assert {"grant", "decline"} <= set(offered("office"))


@pytest.mark.parametrize("persona", ["office", "street", "inspector", "district"])
def test_every_offered_move_exists_here(program: Program, caller: Caller, tokens: Tokens, persona: str) -> None:
    for step in ({"persona": "office", "name": "dispatch", "unit": STREET}, {"persona": "street", "name": "accept"}):
        program.done(**step)
        moves = caller.get(f"{CASES}/{program.case.pk}", token=tokens(persona)).json()["moves"]
        assert set(moves) <= set(MOVES)


def test_every_move_of_the_table_can_be_asked_for() -> None:
    from chuangcheng.api.cases import _MOVES

    assert {_MOVES.get(move.name, move.name) for move in CASE.moves} == set(MOVES)


# Once ---------------------------------------------------------------------------------------------------------------


def test_asking_again_changes_nothing_and_answers_with_the_present(program: Program) -> None:
    request = str(new_id())
    first = program.move("office", "dispatch", request, unit=STREET)
    moved = program.moved
    program.done("street", "accept")
    again = program.move("office", "dispatch", request.upper(), unit=STREET)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["state"] == "handling"
    assert program.moved == moved + 2
    assert Event.objects.filter(action="case.dispatched").count() == 1


def test_the_same_id_for_something_else_is_a_conflict(program: Program) -> None:
    request = str(new_id())
    program.move("office", "dispatch", request, unit=STREET)
    is_problem(program.move("office", "dispatch", request, unit="U-CGJ"), 409, "common.different_body")
    is_problem(program.move("street", "accept", request), 409, "common.different_body")
    program.case.refresh_from_db()
    assert program.case.holder is not None and program.case.holder.code == STREET


def test_a_refused_move_may_be_asked_for_again(program: Program) -> None:
    request = str(new_id())
    is_problem(program.move("street", "accept", request), 409, "state.move_refused")
    program.done("office", "dispatch", unit=STREET)
    assert program.move("street", "accept", request).json()["state"] == "handling"


def test_the_same_instant_in_another_zone_is_the_same_move(program: Program) -> None:
    request = str(new_id())
    program.move("office", "dispatch", request, unit=STREET, due_at="2026-09-15T16:00:00+08:00")
    again = program.move("office", "dispatch", request, unit=STREET, due_at="2026-09-15T08:00:00Z")
    assert again.status_code == 200


def test_history_names_the_request_and_keeps_no_word_of_it(program: Program) -> None:
    request = str(new_id())
    program.move("office", "void", request, reason_code="mistake", note="王女士的误报")
    event = Event.objects.get(action="case.requested")
    assert event.after["request"] == request and len(event.after["asked"]) == 64
    assert not Event.objects.filter(after__icontains="王女士").exists()


def test_history_still_tells_the_row(program: Program) -> None:
    from chuangcheng.cases import projections

    program.done("office", "dispatch", unit=STREET)
    program.done("street", "accept")
    assert [str(found) for found in (*projections.check_reports(), *projections.check_cases())] == []


# Rights and slips ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persona", "name", "fields", "status", "code"),
    [
        ("street", "dispatch", {"unit": STREET}, 403, "common.not_allowed"),
        ("auditor", "void", {"reason_code": "mistake"}, 403, "common.not_allowed"),
        ("street2", "accept", {}, 404, "common.not_found"),
        ("office", "accept", {}, 403, "common.not_allowed"),
        ("street", "accept", {}, 409, "state.move_refused"),
        ("office", "close", {}, 409, "state.move_refused"),
        ("office", "grant", {}, 409, "state.stale"),
        ("office", "dispatch", {"unit": "U-NOWHERE"}, 422, "case.unknown_unit"),
        ("office", "dispatch", {"unit": STREET, "due_at": "2001-01-01T00:00:00Z"}, 422, "case.due_outside"),
        ("office", "void", {"reason_code": "bored"}, 422, "case.unknown_reason"),
    ],
)
def test_the_action_s_refusals_come_through(
    program: Program, persona: str, name: str, fields: dict[str, Any], status: int, code: str
) -> None:
    before = program.moved
    is_problem(program.move(persona, name, **fields), status, code)
    assert program.moved == before


@pytest.mark.parametrize(
    ("name", "fields", "field", "code"),
    [
        ("dispatch", {}, "unit", "value.required"),
        ("dispatch", {"unit": "街道"}, "unit", "value.bad_format"),
        ("dispatch", {"unit": STREET, "due_at": "2026-09-15T16:00:00"}, "due_at", "common.naive_time"),
        ("dispatch", {"unit": STREET, "due_at": "9999-12-31T23:59:59-14:00"}, "due_at", "value.too_old"),
        ("dispatch", {"unit": STREET, "due_at": "2500-01-01T00:00:00Z"}, "due_at", "value.too_far"),
        ("dispatch", {"unit": STREET, "co_units": ["x"] * 21}, "co_units", "value.too_many"),
        ("accept", {"note": "x"}, "note", "value.unknown"),
        ("rework", {"note": "  "}, "note", "value.bad_format"),
        ("verify", {"note": "长" * 1001}, "note", "value.too_long"),
        ("handle", {"outcome": "fixed", "photos": [{"sha256": "x", "role": "after"}]}, "photos.0.sha256",
         "value.bad_format"),
    ],
)  # fmt: skip
def test_a_bad_body_is_named(program: Program, name: str, fields: dict[str, Any], field: str, code: str) -> None:
    response = program.move("office", name, **fields)
    problem = is_problem(response, 422, "common.naive_time" if code == "common.naive_time" else "common.invalid")
    assert (field, code) in {(error["field"], error["code"]) for error in problem["errors"]}


def test_without_a_token_nothing_moves(program: Program, caller: Caller) -> None:
    path = f"{CASES}/{program.case.pk}/moves/dispatch"
    is_problem(caller.post({"id": str(new_id()), "unit": STREET}, path), 401, "common.sign_in")


def test_there_is_no_other_move(program: Program) -> None:
    is_problem(program.move("office", "delete"), 404, "api.no_such_path")
    is_problem(program._caller.get(f"{CASES}/{program.case.pk}/moves/accept"), 405, "api.method_not_allowed")


def test_a_photo_that_was_not_declared_is_refused(program: Program) -> None:
    program.done("office", "dispatch", unit=STREET)
    program.done("street", "accept")
    is_problem(program.photo("street", picture()), 404, "photos.undeclared")
    is_problem(program.photo("street2", picture()), 404, "common.not_found")
    wrong = program._caller.put(
        f"{CASES}/{program.case.pk}/photos/nonsense", b"", authorization=f"Bearer {program._tokens('street')}"
    )
    is_problem(wrong, 404, "common.not_found")


def test_a_move_takes_a_bounded_number_of_queries(program: Program) -> None:
    program.done("office", "dispatch", unit=STREET)
    with CaptureQueriesContext(connection) as captured:
        program.done("street", "accept")
    assert len(captured) <= 24, [query["sql"][:80] for query in captured]


# Every answer is as documented --------------------------------------------------------------------------------------


def _fuzz(name: str, examples: int, subject: Case, token: str) -> int:
    operation = served(OPENAPI)[f"{CASES}/{{case_id}}/moves/{name}"]["POST"]
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    thrown = 0

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def throw(case: schemathesis.Case) -> None:
        nonlocal thrown
        thrown += 1
        if thrown % 2:
            case.path_parameters["case_id"] = str(subject.pk)
        case.call_and_validate(checks=checks, headers={"Authorization": f"Bearer {token}"})

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        given(case=operation.as_strategy(generation_mode=mode))(throw)()
    return thrown


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("name", sorted(MOVES))
def test_every_answer_is_as_documented(program: Program, tokens: Tokens, name: str) -> None:
    assert _fuzz(name, 3, program.case, tokens("office")) >= 3


@pytest.mark.full
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("name", sorted(MOVES))
def test_every_answer_is_as_documented_deeply(program: Program, tokens: Tokens, name: str) -> None:
    program.done("office", "dispatch", unit=STREET)
    assert _fuzz(name, 25, program.case, tokens("street")) >= 25


def test_a_program_s_move_is_no_creation(program: Program, caller: Caller) -> None:
    """The citizens' limits do not count it, and the report's public state follows."""
    program.done("office", "dispatch", unit=STREET)
    report = program.case.reports.get()
    assert caller.get(f"{REPORTS}/{report.pk}").json()["case_state"] == "dispatched"
    with clock.at(NOON + timedelta(hours=1)):
        assert program.done("street", "accept")["state"] == "handling"
