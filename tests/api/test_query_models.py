"""Queries, bodies and answers of the API as plain values: what is taken, what is named, and pages that lose no row."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from chuangcheng.api import answers, body, paging, problems
from chuangcheng.api.filters import CaseQuery, InstructionQuery, ReportQuery, between, midnight
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused, catalogue
from chuangcheng.people.models import SavedView
from tests.conftest import NOON

QUERIES = [CaseQuery, ReportQuery, InstructionQuery]
DAYS = sorted(
    {(query, name) for query in QUERIES for name in query.model_fields if name.endswith(("_from", "_to"))}, key=str
)


def wrong(query: type[BaseModel], **given_values: Any) -> list[tuple[str, str]]:
    """Field and kind of every error."""
    try:
        query.model_validate(given_values)
    except ValidationError as error:
        return [(str(each["loc"][0]), each["type"]) for each in error.errors()]
    return []


class TestQueries:
    @pytest.mark.parametrize(
        ("text", "is_day"),
        [
            ("2026-09-15", True), ("1901-01-01", True), ("2199-12-31", True), ("2024-02-29", True), ("1900-12-31", False),
            ("2200-01-01", False), ("2026-02-29", False), ("2026-9-5", False), ("20260915", False), ("2026-W38-2", False),
            ("2026-09-15T00:00", False), ("", False), (" 2026-09-15", False),
        ],
    )  # fmt: skip
    def test_a_day_has_one_form(self, text: str, is_day: bool) -> None:
        for query, name in DAYS:
            assert wrong(query, **{name: text}) == ([] if is_day else [(name, "not_day")])

    @pytest.mark.parametrize("query", QUERIES)
    @pytest.mark.parametrize(
        ("limit", "kind"),
        [(1, ""), (200, ""), (0, "greater_than_equal"), (201, "less_than_equal"), ("x", "int_parsing")],
    )
    def test_a_page_has_a_size(self, query: type[BaseModel], limit: object, kind: str) -> None:
        assert wrong(query, limit=limit) == ([("limit", kind)] if kind else [])

    @pytest.mark.parametrize("query", QUERIES)
    @given(text=st.text(max_size=20))
    def test_no_word_holds_what_a_database_cannot(self, query: type[BaseModel], text: str) -> None:
        for name, field in query.model_fields.items():
            if "code of" in (field.description or "") or name == "q":
                kept = getattr(query.model_validate({name: text + "\0"}), name)
                assert kept == text.replace("\0", "")

    @pytest.mark.parametrize(
        ("query", "name", "value", "is_known"),
        [
            (CaseQuery, "rate", "handle", True), (CaseQuery, "rate", "nothing", False), (CaseQuery, "of", "base", True),
            (CaseQuery, "of", "", False), (CaseQuery, "counted", "yes", True), (CaseQuery, "counted", "no", False),
            (CaseQuery, "flagged", "ever", True), (CaseQuery, "flagged", "no", False), (CaseQuery, "state", "filed", True),
            (CaseQuery, "state", "received", False), (ReportQuery, "state", "received", True), (ReportQuery, "state", "dispatched", False),
            (ReportQuery, "taken", "yes", True), (ReportQuery, "taken", "1", False), (InstructionQuery, "state", "open", True),
            (InstructionQuery, "state", "filed", False), (InstructionQuery, "reply", "waiting", True), (InstructionQuery, "reply", "open", False),
            (InstructionQuery, "overdue", "yes", True), (InstructionQuery, "overdue", "true", False),
        ],
    )  # fmt: skip
    def test_a_code_is_of_its_own_list(self, query: type[BaseModel], name: str, value: str, is_known: bool) -> None:
        found = wrong(query, **{name: value})
        assert [field for field, _ in found] == ([] if is_known else [name])
        assert all(kind in problems.CODES for _, kind in found), "the caller is told by a code of ours"

    @given(st.dates(date(1901, 1, 1), date(2199, 12, 31)), st.integers(-86_400 * 2, 86_400 * 2))
    def test_a_day_is_the_citys_frommidnight_tomidnight(self, day: date, seconds: int) -> None:
        at = midnight(day) + timedelta(seconds=seconds)
        is_in = at.astimezone(CITY_ZONE).date() == day
        assert (midnight(day) <= at < midnight(day + timedelta(days=1))) is is_in


class TestBodies:
    def ask(self, data: bytes, declared: str | None = None, **meta: str) -> HttpRequest:
        request = RequestFactory().generic("POST", "/", data, "application/json", **meta)
        if declared is not None:
            request.META["CONTENT_LENGTH"] = declared
        return request

    @pytest.mark.parametrize(("size", "is_taken"), [(0, True), (99, True), (100, True), (101, False)])
    def test_the_limit_itself_is_taken(self, size: int, is_taken: bool) -> None:
        request = self.ask(b"x" * size)
        if is_taken:
            assert body.read(request, 100) == b"x" * size
        else:
            with pytest.raises(Refused, match=r"common\.too_large"):
                body.read(request, 100)

    @pytest.mark.parametrize("reader", [body.read, body.read_chunks])
    def test_a_body_of_unknown_length_is_refused_before_it_is_read(self, reader: Any) -> None:
        with pytest.raises(Refused, match=r"api\.length_required"):
            reader(self.ask(b"x", "", HTTP_TRANSFER_ENCODING="chunked"), 100)
        with pytest.raises(Refused, match=r"common\.too_large"):
            reader(self.ask(b"", "99999999999"), 100)

    @pytest.mark.parametrize("declared", ["", "-1", "1.5", "abc", "0x10"])
    def test_nonsense_for_a_length_is_nothing(self, declared: str) -> None:
        assert body.read(self.ask(b"hidden", declared), 100) == b""

    @pytest.mark.parametrize(
        ("size", "said"),
        [(256 * 1024, "256 KB"), (1023, "0 KB"), (1024**2, "1 MB"), (20 * 1024**2, "20 MB"), (1024**2 - 1, "1023 KB")],
    )
    def test_sizes_in_words(self, size: int, said: str) -> None:
        assert body._readable(size) == said

    class Spot(BaseModel):
        """A body with a nested place."""

        note: str
        at: dict[str, float] | None = None

    @pytest.mark.parametrize(
        ("data", "kinds"),
        [
            (b"", ["json_invalid"]), (b"{", ["json_invalid"]), (b"[]", ["model_type"]), (b"{}", ["missing"]), (b'"x"', ["model_type"]),
            (b'{"note": 1}', ["string_type"]), (b'{"note": "\\ud800"}', ["json_invalid"]), (b"\xff", ["json_invalid"]),
            (b'{"note": "a", "at": {"lat": "x"}}', ["float_parsing"]), (b"[" * 2000, ["json_invalid"]),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_and_never_raised(self, data: bytes, kinds: list[str]) -> None:
        with pytest.raises(body.BadBody) as caught:
            body.read_model(self.ask(data), self.Spot)
        assert [error["type"] for error in caught.value.errors] == kinds
        response = problems.from_pydantic(self.ask(b""), caught.value.errors)
        told = json.loads(response.content)
        assert response.status_code in (400, 422) and told["code"] in catalogue()
        assert all(error["code"] in catalogue() and error["message"] for error in told["errors"])

    @given(
        st.text(max_size=40),
        st.dictionaries(st.text(max_size=4), st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    )
    @settings(max_examples=40)
    def test_a_sound_body_comes_back_as_it_went(self, note: str, at: dict[str, float]) -> None:
        found = body.read_model(self.ask(json.dumps({"note": note, "at": at}).encode()), self.Spot)
        assert (found.note, found.at) == (note, at)


class TestAnswers:
    @given(st.datetimes(timezones=st.timezones()), st.integers(-14, 14))
    @settings(max_examples=40)
    def test_a_moment_is_told_in_utc(self, at: datetime, hours: int) -> None:
        told = answers.iso(at.astimezone(timezone(timedelta(hours=hours)))) if 1 < at.year < 9999 else None
        if told:
            # an hour that a zone has twice equals no moment of another zone (PEP 495), so both are told in UTC
            assert told.endswith("+00:00") and datetime.fromisoformat(told) == at.astimezone(UTC)

    @given(
        st.dictionaries(
            st.text(max_size=5), st.none() | st.text(max_size=9) | st.integers() | st.booleans(), max_size=5
        )
    )
    def test_an_answer_says_how_long_it_is_and_is_kept_by_nobody(self, given_body: dict[str, Any]) -> None:
        response = answers.answer(given_body, 201, {"X-More": "1"})
        assert json.loads(response.content) == given_body and response.status_code == 201
        assert int(response["Content-Length"]) == len(response.content)
        assert (response["Cache-Control"], response["X-More"]) == ("no-store", "1")

    @pytest.mark.parametrize(
        ("code", "name", "told"), [("a", "b", {"code": "a", "name": "b"}), ("", "b", None), (None, None, None)]
    )
    def test_a_row_with_a_code(self, code: str | None, name: str | None, told: object) -> None:
        assert answers.code_and_name(code, name) == told

    @pytest.mark.parametrize(
        ("header", "tongue"),
        [("en", "en"), ("zh;q=0.1,en;q=0.2", "en"), ("en;q=0.2,zh;q=0.2", "en"), ("zh;q=0.2,en;q=0.2", "zh-hans"), ("EN-us", "en"),
         ("en;q=0,zh;q=0.1", "zh-hans"), ("de,fr", "zh-hans"), ("," * 300 + "en", "zh-hans")],
    )  # fmt: skip
    def test_a_problem_speaks_as_the_caller_prefers(self, header: str, tongue: str) -> None:
        request = RequestFactory().get("/", HTTP_ACCEPT_LANGUAGE=header)
        fields = (FieldProblem("lead", "x", Label("没有", "None")), FieldProblem("", "y", "中"))
        response = problems.problem(request, Refused("common.too_many", seconds=7, fields=fields))
        told = json.loads(response.content)
        assert told["detail"] == Refused("common.too_many", seconds=7).message(tongue)
        assert [each["message"] for each in told["errors"]] == [fields[0].said(tongue), "中"]
        assert response["Retry-After"] == "7" and response["Content-Language"].lower() == tongue


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_of_any_size_show_every_row_once_though_moments_are_equal(personas: dict[str, Any], limit: int) -> None:
    """Saved views have a moment and an id, and cost nothing to make."""
    owner = personas["office"].person_id
    for number in range(7):
        saved_at = NOON + timedelta(hours=number // 3)
        SavedView.objects.create(person_id=owner, listing="x", name=str(number), saved_at=saved_at)
    rows = list(SavedView.objects.order_by("-saved_at", "-id").values_list("pk", flat=True))
    seen: list[UUID] = []
    word: str | None = None
    for _ in range(8):
        query = paging.PageQuery(limit=limit, cursor=word)
        response = paging.page(
            SavedView.objects.all(), "saved_at", query, ("id", "saved_at"), lambda row: {"id": str(row["id"])}
        )
        told = json.loads(response.content)
        seen += [UUID(item["id"]) for item in told["items"]]
        assert len(told["items"]) <= limit
        word = told["next"]
        if word is None:
            break
    assert seen == rows


@pytest.mark.django_db
def test_what_comes_inbetween_shifts_no_page(personas: dict[str, Any]) -> None:
    owner = personas["office"].person_id
    for number in range(6):
        SavedView.objects.create(
            person_id=owner, listing="x", name=str(number), saved_at=NOON + timedelta(hours=number)
        )
    first = list(paging.after(SavedView.objects.all(), "saved_at", None)[:2])
    word = paging.cursor(first[-1].saved_at, first[-1].pk)
    first[-1].delete()
    SavedView.objects.create(person_id=owner, listing="x", name="newer", saved_at=NOON + timedelta(days=2))
    following = paging.after(SavedView.objects.all(), "saved_at", word)
    assert [view.name for view in following] == ["3", "2", "1", "0"]
    within = between(SavedView.objects.all(), "saved_at", NOON.date(), NOON.date())  # type: ignore[type-var]
    assert sorted(view.name for view in within) == ["0", "1", "2", "3", "5"]
