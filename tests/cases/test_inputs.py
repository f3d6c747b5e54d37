"""Whatever a client sends, the answer is a report or a list of wrong fields; and equal bodies have equal digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given as examples
from hypothesis import strategies as st

from chuangcheng.cases.building import body_digest
from chuangcheng.cases.chronicle import CASE_FIELDS, COUNTERS, Fold, plain
from chuangcheng.cases.inputs import MAX_TEXT, ReportInput, check_report
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos.actions import Declaration
from tests.conftest import NOON

moments = st.none() | st.datetimes(min_value=datetime(1990, 1, 1)) | st.datetimes(
    min_value=datetime(1990, 1, 1), timezones=st.sampled_from([UTC])
)  # fmt: skip
numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)
declarations = st.builds(
    Declaration, sha256=st.text(max_size=70) | st.just("a" * 64), role=st.sampled_from(["near", "after", "x"]),
    taken_at=moments, lat=numbers, lon=numbers,
)  # fmt: skip
inputs = st.builds(
    ReportInput, id=st.uuids(), text=st.text(max_size=40), source=st.sampled_from(["portal", "grid", "x"]),
    lat=numbers, lon=numbers, address=st.text(max_size=10), observed_at=moments, contact_name=st.text(max_size=70),
    contact_phone=st.text(max_size=30), photos=st.lists(declarations, max_size=3).map(tuple),
)  # fmt: skip


@examples(inputs)
def test_a_body_is_taken_or_its_fields_are_named(body: ReportInput) -> None:
    try:
        check_report(body, NOON)
    except Refused as refusal:
        assert refusal.code == "common.invalid"
        assert refusal.fields
        assert all(problem.field and problem.code and problem.message for problem in refusal.fields)
        return
    assert 0 < len(body.text.strip()) <= len(body.text) <= MAX_TEXT
    assert (body.lat is None) == (body.lon is None)
    assert body.lat is None or -90 <= body.lat <= 90
    assert body.observed_at is None or body.observed_at.tzinfo is not None
    assert len(body_digest(body)) == 64


@examples(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20), st.uuids())
def test_equal_bodies_and_only_they_have_equal_digests(one: str, other: str, key: object) -> None:
    body = ReportInput(id=key, text=one, source="portal")  # type: ignore[arg-type]
    assert body_digest(body) == body_digest(replace(body))
    assert (body_digest(body) == body_digest(replace(body, text=other))) == (one == other)


@examples(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-12, 12))
def test_one_instant_has_one_form(moment: datetime, hours: int) -> None:
    from datetime import timezone

    utc = moment.replace(tzinfo=UTC)
    assert plain(utc.astimezone(timezone(timedelta(hours=hours)))) == plain(utc)
    assert datetime.fromisoformat(plain(utc)) == utc


@examples(st.lists(st.tuples(
    st.sampled_from(["case.filed", "case.reworked", "case.returned", "case.sent_back", "case.extended"]),
    st.dictionaries(st.sampled_from([*CASE_FIELDS, "note", "text"]), st.integers()),
)))  # fmt: skip
def test_a_fold_keeps_the_last_word_and_counts_for_itself(rows: list[tuple[str, dict[str, int]]]) -> None:
    folded = Fold(CASE_FIELDS)
    for action, after in rows:
        folded.add(action, after)
    result = folded.result()
    for name in CASE_FIELDS:
        said = [after[name] for _, after in rows if name in after]
        if name in COUNTERS:
            assert result[name] == sum(action in COUNTERS[name] for action, _ in rows)
        else:
            assert result.get(name) == (said[-1] if said else None)
    assert "note" not in result
    assert "text" not in result
