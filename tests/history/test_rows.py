"""Rows of history before any database: what they keep of a value, what their digest covers, and rows inserted raw."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.history import actions, bulk, outbox
from chuangcheng.history.models import Event, Outbox, Series
from chuangcheng.kernel import clock, digest
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.notices import alarms
from chuangcheng.notices.models import Alarm
from chuangcheng.people.models import Unit
from tests.conftest import NOON

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=12), st.uuids(), st.dates(),
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC)), st.fractions(),
    st.decimals(allow_nan=False, allow_infinity=False),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FACTS = st.dictionaries(st.text("abc_", min_size=1, max_size=6), VALUES, max_size=4)


def unit() -> Unit:
    """A subject that was never saved."""
    return Unit(code="U1", name="甲", short_name="甲")


@given(FACTS)
@settings(max_examples=60)
def test_what_is_kept_of_any_value_is_json_and_keeps_itself(facts: dict[str, Any]) -> None:
    kept = actions._plain(facts)
    assert json.loads(json.dumps(kept)) == kept, "as either database gives it back"
    assert actions._plain(kept) == kept
    assert digest.canonical(kept) == digest.canonical(json.loads(json.dumps(kept)))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("1.50"), "1.50"), (Fraction(1, 3), "1/3"), (date(2026, 9, 15), "2026-09-15"), (NOON, "2026-09-15T04:00:00+00:00"),
        ((1, Decimal(2)), [1, "2"]), ({1: UUID(int=1)}, {"1": str(UUID(int=1))}), (True, True), (None, None), (0, 0), ("", ""),
    ],
)  # fmt: skip
def test_how_a_value_is_told(value: object, kept: object) -> None:
    assert actions._value(value) == kept


class TestBuilding:
    def test_a_chain_commits_to_every_row_before(self, noon: datetime) -> None:
        subject = unit()
        events = [actions.build(subject, "unit.changed", SYSTEM, after={"n": n}) for n in range(3)]
        assert [event.seq for event in events] == [1, 2, 3]
        head = unit().chain_head
        for event in events:
            head = digest.chain(head, actions.content(event))
            assert event.digest == head
        assert (subject.chain_seq, subject.chain_head) == (3, head)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("subject_kind", "site"), ("subject_id", UUID(int=7)), ("seq", 2), ("action", "unit.other"), ("actor_person", UUID(int=7)),
            ("actor_post", UUID(int=7)), ("actor_label", "乙"), ("before", {"a": 1}), ("after", {"a": 2}), ("reason", "mistake"),
            ("happened_at", NOON + timedelta(microseconds=1)), ("recorded_at", NOON + timedelta(microseconds=1)),
        ],
    )  # fmt: skip
    def test_each_part_of_a_row_is_covered(self, noon: datetime, name: str, value: object) -> None:
        event = actions.build(unit(), "unit.created", Actor(UUID(int=1), UUID(int=2), "甲"), after={"a": 1})
        before = actions.content(event)
        setattr(event, name, value)
        assert actions.content(event) != before

    def test_what_the_database_adds_is_not(self, noon: datetime) -> None:
        event = actions.build(unit(), "unit.created", CITIZEN)
        before = actions.content(event)
        event.id, event.digest = 99, "f" * 64
        assert actions.content(event) == before

    @given(st.integers(-12, 14))
    @settings(max_examples=15)
    def test_one_moment_in_any_zone_is_one_digest(self, hours: int) -> None:
        here = NOON.astimezone(timezone(timedelta(hours=hours)))
        with clock.at(NOON):
            subject = unit()
            one, other = (
                actions.build(Unit(pk=subject.pk), "unit.changed", SYSTEM, happened_at=at) for at in (NOON, here)
            )
        assert one.digest == other.digest

    def test_a_fact_from_earlier_says_when_it_happened_and_when_it_was_told(self, noon: datetime) -> None:
        event = actions.build(unit(), "unit.changed", SYSTEM, happened_at=NOON - timedelta(days=9))
        assert (event.happened_at, event.recorded_at) == (NOON - timedelta(days=9), NOON)
        assert actions.build(unit(), "unit.changed", SYSTEM).happened_at == NOON


@pytest.mark.django_db
class TestRaw:
    def test_rows_inserted_raw_read_back_as_the_same_chain(self, noon: datetime) -> None:
        subject = unit()
        built = [
            actions.build(subject, "unit.changed", SYSTEM, after={"小": n, "nested": {"k": [n, None]}})
            for n in range(3)
        ]
        names = [field.attname for field in bulk.columns(Event)]
        assert "id" not in names, "the database hands that number out"
        rows = [
            [json.dumps(value) if isinstance(value, dict) else field.get_db_prep_save(value, connection())
             for field, value in ((field, getattr(event, field.attname)) for field in bulk.columns(Event))]
            for event in built
        ]  # fmt: skip
        with transaction.atomic():
            bulk.insert(Event, rows)
        stored = list(Event.objects.filter(subject_id=subject.pk).order_by("seq"))
        assert [actions.content(event) for event in stored] == [actions.content(event) for event in built]
        assert [event.digest for event in stored] == [event.digest for event in built]

    def test_nothing_to_insert_asks_the_database_nothing(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            bulk.insert(Event, [])

    def test_a_table_keyed_by_its_name_keeps_its_key(self) -> None:
        bulk.insert(Series, [[{"name": "x1", "last": 7}[field.attname] for field in bulk.columns(Series)]])
        assert Series.objects.get(name="x1").last == 7

    @pytest.mark.parametrize(("topic", "waits"), [("nobody.listens", False), ("case.closed", True)])
    def test_news_waits_only_where_somebody_listens(self, noon: datetime, topic: str, waits: bool) -> None:
        row = outbox.emit(topic, ("case", UUID(int=1)), {"n": 1})
        later = outbox.emit(topic, ("case", UUID(int=1)), due_at=NOON + timedelta(hours=1))
        assert (row.done_at is None) is waits and bool(outbox.effects_of(topic)) is waits
        assert (row.due_at, later.due_at, later.payload) == (NOON, NOON + timedelta(hours=1), {})
        assert Outbox.objects.filter(topic=topic, done_at=None).count() == (2 if waits else 0)


def connection() -> Any:
    from django.db import connection as found

    return found


@pytest.mark.django_db
class TestAlarms:
    def put(self, number: int, minutes: int, kind: str = "case", note: str = "") -> None:
        alarms.put(kind, UUID(int=number), NOON + timedelta(minutes=minutes), note)

    def test_setting_an_alarm_again_moves_it(self, noon: datetime) -> None:
        self.put(1, 5, note="a")
        self.put(1, -5, note="b")
        assert [(alarm.subject_id.int, alarm.note) for alarm in alarms.due("case")] == [(1, "b")]
        self.put(1, 1)
        assert alarms.due("case") == [] and Alarm.objects.count() == 1

    @pytest.mark.parametrize(("minutes", "rings"), [(-1, True), (0, True), (1, False)])
    def test_it_rings_from_its_very_moment_on(self, noon: datetime, minutes: int, rings: bool) -> None:
        self.put(1, minutes)
        self.put(1, -9, kind="task")
        assert alarms.rings("case") is rings is bool(alarms.due("case"))
        alarms.clear("case", UUID(int=1))
        assert not alarms.rings("case") and alarms.rings("task"), "another kind's alarm of that subject stays"

    def test_who_waits_longest_is_answered_first_and_no_more_than_asked(self, noon: datetime) -> None:
        count = alarms.put_many("case", [(UUID(int=n + 1), NOON - timedelta(minutes=n), "") for n in range(6)])
        assert count == 6 and alarms.put_many("case", []) == 0
        assert [alarm.subject_id.int for alarm in alarms.due("case", 4)] == [6, 5, 4, 3]
        assert {pk.int for pk in alarms.subjects("case")} == set(range(1, 7))

    def test_of_two_workers_one_answers(self, noon: datetime) -> None:
        self.put(1, -5)
        [seen] = alarms.due("case")
        move: dict[str, Callable[[], object]] = {
            "moved": lambda: self.put(1, 30), "answered": lambda: alarms.clear("case", UUID(int=1)),
        }  # fmt: skip
        with transaction.atomic():
            assert alarms.still(seen)
        for act in move.values():
            act()
            with transaction.atomic():
                assert not alarms.still(seen)
