"""The press for many histories makes what the builders make, digest by digest."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases.replay import MARKS, Telling, _digests, play, tell_of
from chuangcheng.cases.requests311 import Request
from chuangcheng.cases.stencil import Rows, Stencil, _prepared
from chuangcheng.history import bulk
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.text import normalise
from chuangcheng.places.locator import NOWHERE, UNKNOWN, Located

ACTOR = Actor(None, None, "原系统")
NOW = datetime(2026, 9, 15, 4, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC))
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).map(normalise)
PLACES = st.sampled_from([NOWHERE, UNKNOWN, Located(uuid4(), uuid4(), "990100/990101/", inside=True)])


@st.composite
def a_request(draw: st.DrawFn) -> Request:
    opened = draw(MOMENTS)
    length = st.none() | st.timedeltas(timedelta(0), timedelta(days=400))
    wait, limit = draw(length), draw(length)
    return Request(
        row=1, number=draw(WORDS) or "1", opened=opened, target=None if limit is None else opened + limit,
        closed=None if wait is None else opened + wait, flag="", department="PW", text=draw(WORDS) or "x",
        address=draw(WORDS), lat=draw(st.none() | st.floats(-90, 90)), lon=draw(st.none() | st.floats(-180, 180)),
        source=draw(st.sampled_from(["hotline", "portal"])), outcome="" if wait is None else "fixed",
        note="" if wait is None else draw(WORDS),
    )  # fmt: skip


def comparable(value: Any) -> Any:
    """psycopg's wrapper of binary values does not compare by content."""
    return bytes(value.obj) if hasattr(value, "obj") else value


def built(telling: Telling) -> dict[str, list[dict[str, Any]]]:
    """The rows as the builders leave them, prepared for the database."""
    scene = play(telling, ACTOR, NOW)
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in (*scene.subjects, *scene.others, *scene.events):
        values = {f.attname: comparable(_prepared(f, getattr(row, f.attname))) for f in bulk.columns(type(row))}
        if isinstance(row, Event):
            values |= {"before": row.before, "after": row.after}
        rows.setdefault(type(row).__name__, []).append(values)
    return rows


def pressed(telling: Telling) -> dict[str, list[dict[str, Any]]]:
    """The same rows out of a stencil."""
    marks = {**MARKS, **_digests(str(MARKS["text"]), str(MARKS["note"]))}
    stencil = Stencil(play(Telling(telling.shape, marks), ACTOR, NOW), marks)
    filled: Rows = {}
    stencil.fill(telling.values, filled)
    rows: dict[str, list[dict[str, Any]]] = {}
    for model, lines in filled.items():
        for line in lines:
            values = dict(zip((f.attname for f in bulk.columns(model)), map(comparable, line), strict=True))
            if model is Event:
                values |= {name: json.loads(values[name]) for name in ("before", "after")}
            rows.setdefault(model.__name__, []).append(values)
    return rows


@given(a_request(), PLACES)
def test_a_stencil_makes_what_the_builders_make(request: Request, located: Located) -> None:
    telling = tell_of(request, uuid4(), located, ("SB20260915-000001", "AJ20260915-000001"))
    assert pressed(telling) == built(telling)


def test_marks_are_unlike_each_other() -> None:
    marks = {**MARKS, **_digests("text", "note")}
    assert len({str(mark) for mark in marks.values()}) == len(marks)


@pytest.mark.django_db
def test_bulk_rows_read_back_as_written() -> None:
    values = {
        "subject_kind": "x", "subject_id": uuid4(), "seq": 1, "action": "x.y", "actor_person": None,
        "actor_post": None, "actor_label": "系统 100%", "happened_at": NOW, "recorded_at": NOW, "before": {},
        "after": {"a": [1, "二%s"]}, "reason": "", "digest": "d",
    }  # fmt: skip
    row = [
        json.dumps(values[f.attname]) if f.attname in {"before", "after"} else _prepared(f, values[f.attname])
        for f in bulk.columns(Event)
    ]
    bulk.insert(Event, [row])
    bulk.insert(Event, [])
    stored = Event.objects.get()
    assert {name: getattr(stored, name) for name in values} == values
