"""What may be entered for a document and a session: each bound from both sides, in both languages, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chuangcheng.kernel.problems import Refused
from chuangcheng.library.inputs import FAR, LONGEST, MOST, DocumentInput, TrainingInput, check_document, check_training
from chuangcheng.people.models import Unit

NOW = datetime(2026, 9, 15, 4, tzinfo=UTC)
TODAY, SECOND, HOUR = date(2026, 9, 15), timedelta(seconds=1), timedelta(hours=1)
UNIT, OTHER = Unit(code="A", short_name="甲"), Unit(code="B", short_name="乙")


def document(**more: Any) -> DocumentInput:
    return DocumentInput(**{"kind": "plan", "title": "方案", "unit": UNIT, **more})


def training(**more: Any) -> TrainingInput:
    return TrainingInput(**{"topic": "培训", "unit": UNIT, "starts_at": NOW, "ends_at": NOW + HOUR, **more})


def wrong(check: Any, *given: Any) -> list[tuple[str, str]]:
    """(field, code) of everything that is wrong."""
    try:
        check(*given)
    except Refused as refused:
        assert refused.code == "common.invalid"
        assert all(problem.said("en").isascii() and problem.said("zh-hans") for problem in refused.fields)
        return [(problem.field, problem.code) for problem in refused.fields]
    return []


#: Changes to a sound document, what is wrong with it.
DOCUMENTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"kind": "rule"}, []),
    ({"kind": "method"}, []),
    ({"kind": "notice"}, []),
    ({"kind": "material"}, []),
    ({"kind": "PLAN"}, [("kind", "choice")]),
    ({"kind": ""}, [("kind", "choice")]),
    ({"title": ""}, [("title", "required")]),
    ({"title": " \u200b"}, [("title", "required")]),
    ({"title": "长" * 200}, []),
    ({"title": "长" * 201}, [("title", "length")]),
    ({"title": "a\0"}, [("title", "length")]),
    ({"reference": "云" * 60}, []),
    ({"reference": "云" * 61}, [("reference", "length")]),
    ({"remarks": "注" * 4000}, []),
    ({"remarks": "注" * 4001}, [("remarks", "length")]),
    ({"audience": "office"}, []),
    ({"audience": "nobody"}, [("audience", "choice")]),
    ({"audience": "units"}, [("units", "required")]),
    ({"audience": "units", "units": (UNIT,)}, []),
    ({"units": (UNIT,) * MOST}, []),
    ({"units": (UNIT,) * (MOST + 1)}, [("units", "many")]),
    ({"standards": (1,) * (MOST + 1)}, [("standards", "many")]),
    ({"from_on": TODAY, "to_on": TODAY}, []),
    ({"from_on": TODAY, "to_on": TODAY - timedelta(days=1)}, [("to_on", "order")]),
    ({"to_on": date(1950, 1, 1)}, []),
    ({"issued_on": date(1900, 1, 1)}, []),
    ({"issued_on": date(1899, 12, 31)}, [("issued_on", "far")]),
    ({"from_on": date(2200, 1, 1)}, [("from_on", "far")]),
    ({"title": "", "kind": "x"}, [("title", "required"), ("kind", "choice")]),
]


@pytest.mark.parametrize(("more", "found"), DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_documents(more: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert wrong(check_document, document(**more)) == found


#: Changes to a sound session, what is wrong with it.
TRAININGS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"topic": "长" * 120, "place": "长" * 120, "lecturer": "长" * 60}, []),
    ({"topic": ""}, [("topic", "required")]),
    ({"topic": "长" * 121}, [("topic", "length")]),
    ({"place": "长" * 121}, [("place", "length")]),
    ({"lecturer": "长" * 61}, [("lecturer", "length")]),
    ({"lecturer": "a\0"}, [("lecturer", "length")]),
    ({"ends_at": NOW}, [("ends_at", "order")]),
    ({"ends_at": NOW + SECOND}, []),
    ({"ends_at": NOW - SECOND}, [("ends_at", "order")]),
    ({"ends_at": NOW + LONGEST}, []),
    ({"ends_at": NOW + LONGEST + SECOND}, [("ends_at", "order")]),
    ({"starts_at": NOW + FAR - SECOND, "ends_at": NOW + FAR}, []),
    ({"starts_at": NOW + FAR, "ends_at": NOW + FAR + HOUR}, [("starts_at", "far")]),
    ({"starts_at": NOW - FAR, "ends_at": NOW - FAR + HOUR}, [("starts_at", "far")]),
    ({"persons": (1,) * MOST}, []),
    ({"persons": (1,) * (MOST + 1)}, [("persons", "many")]),
    ({"materials": (1,) * (MOST + 1)}, [("materials", "many")]),
]


@pytest.mark.parametrize(("more", "found"), TRAININGS, ids=range(len(TRAININGS)))
def test_trainings(more: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert wrong(check_training, training(**more), NOW) == found


KEY = UUID(int=1)

#: Two inputs, whether their bodies are equal.
BODIES: list[tuple[Any, Any, bool]] = [
    (document(id=KEY), document(id=UUID(int=2)), True),
    (document(), document(title="别的"), False),
    (document(), document(unit=OTHER), False),
    (document(), document(issued_on=TODAY), False),
    (document(audience="units", units=(UNIT, OTHER)), document(audience="units", units=(OTHER, UNIT)), True),
    (document(audience="units", units=(UNIT,)), document(audience="units", units=(OTHER,)), False),
    (training(), training(), True),
    (training(), training(starts_at=NOW - SECOND), False),
    (training(), training(starts_at=NOW.astimezone(tz=None)), True),
    (training(units=(UNIT, OTHER)), training(units=(OTHER, UNIT)), True),
    (training(), training(lecturer="王老师"), False),
]


@pytest.mark.parametrize(("one", "other", "equal"), BODIES, ids=range(len(BODIES)))
def test_equal_inputs_have_equal_bodies(one: Any, other: Any, equal: bool) -> None:
    assert (one.body() == other.body()) is equal


def test_words_are_tidied() -> None:
    found = document(title="  方\u200b案 ", reference=" 1 号 ", units=(UNIT,)).tidied()
    assert (found.title, found.reference, found.units) == ("方案", "1 号", ())
    assert document(audience="units", units=(UNIT,)).tidied().units == (UNIT,)
    assert training(topic=" 课\n\n题 ", lecturer=" 王 ").tidied().lecturer == "王"
