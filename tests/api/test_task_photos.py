"""Proof of a task by token: declared with a step by its hash, sent after, and nothing struck off before it has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from chuangcheng.api import task_shapes, tasks
from chuangcheng.history.models import Event
from chuangcheng.photos.models import Photo
from chuangcheng.tasks.models import Task
from tests.api.conftest import Caller, is_problem
from tests.api.test_reports import picture, sha
from tests.tasks.conftest import Make

pytestmark = pytest.mark.django_db
ONE, TWO = picture(), picture(120)
Send = Callable[..., HttpResponse]


def declared(*data: bytes, **more: Any) -> list[dict[str, Any]]:
    return [{"sha256": sha(each), **more} for each in data]


@pytest.fixture
def step(caller: Caller, tokens: Callable[[str], str]) -> Send:
    """``step(task, "submit", who, **body)``."""

    def send(task: Task, name: str, who: str = "department", **body: Any) -> HttpResponse:
        given = {"id": str(uuid4()), **body}
        path = f"/api/v1/tasks/{task.pk}/moves/{name}"
        return caller.post(given, path, authorization=f"Bearer {tokens(who)}")

    return send


@pytest.fixture
def put(caller: Caller, tokens: Callable[[str], str]) -> Send:
    """``put(task, bytes, who)``, under the hash of ``named`` where another is meant."""

    def send(task: Task, data: bytes, who: str = "department", named: str = "") -> HttpResponse:
        path = f"/api/v1/tasks/{task.pk}/photos/{named or sha(data)}"
        return caller.put(path, data, authorization=f"Bearer {tokens(who)}")

    return send


def test_the_moves_that_take_proof_are_those_whose_actions_do() -> None:
    proved = {name for name, (shape, _run) in tasks.MOVES.items() if "photos" in shape.model_fields}
    assert proved == {"progress", "submit", "check", "petition"}
    assert set(task_shapes.TaskPhotoIn.model_fields) == {"sha256", "taken_at", "lat", "lon"}


def test_a_strike_off_is_proved_by_token_from_end_to_end(make: Make, step: Send, put: Send) -> None:
    task = make(state="under_way")
    is_problem(step(task, "submit", words="已完成"), 422, "state.missing")
    place = {"taken_at": "2026-09-15T09:00:00+08:00", "lat": 30.002, "lon": 120.002}
    answer = step(task, "submit", words="已完成", photos=declared(ONE, **place) + declared(TWO, TWO))
    body = answer.json()
    assert answer.status_code == 200 and (body["state"], body["proofs"]) == ("in_review", 2)
    assert body["missing_photos"] == sorted([sha(ONE), sha(TWO)])
    is_problem(step(task, "pass", "subcommand"), 409, "task.photos_missing")
    first = put(task, ONE)
    assert (first.status_code, first.json()) == (200, {"missing_photos": [sha(TWO)]})
    assert put(task, ONE).json() == {"missing_photos": [sha(TWO)]}, "a repeat is harmless"
    is_problem(step(task, "pass", "subcommand"), 409, "task.photos_missing")
    assert put(task, TWO).json() == {"missing_photos": []}
    assert step(task, "pass", "subcommand").status_code == 200
    ended = step(task, "strike_off", "office").json()
    assert (ended["state"], ended["missing_photos"], ended["proofs"]) == ("struck_off", [], 2)
    photo = Photo.objects.get(original_sha256=sha(ONE))
    assert (photo.owner_kind, photo.role, photo.lat, photo.taken_at is not None) == (
        "taskentry",
        "evidence",
        30.002,
        True,
    )
    said = Event.objects.get(subject_id=task.pk, action="task.submitted").after
    assert said["photos"] == 2 and not any(sha(ONE) in str(event.after) for event in Event.objects.all())


def test_photos_that_never_come_hold_up_nobody_for_ever(make: Make, step: Send, put: Send) -> None:
    task = make(state="under_way")
    step(task, "submit", words="已完成", photos=declared(ONE))
    for move, who in (("pass", "subcommand"), ("uphold", "office")):
        assert step(task, move, who, **({"days": 30} if move == "uphold" else {})).status_code in (403, 409)
    assert step(task, "send_back", "subcommand", words="照片没有传来").status_code == 200
    answer = step(task, "submit", words="重新提交", photos=declared(TWO)).json()
    assert answer["missing_photos"] == sorted([sha(ONE), sha(TWO)])
    put(task, TWO)
    assert step(task, "pass", "subcommand").status_code == 200
    assert step(task, "strike_off", "office").json()["missing_photos"] == [sha(ONE)]


def test_the_same_request_again_declares_nothing_twice(make: Make, step: Send, put: Send) -> None:
    task, key = make(state="under_way"), str(uuid4())
    given = {"id": key, "words": "清运一半", "share": 50, "photos": declared(ONE)}
    assert [step(task, "progress", **given).json()["proofs"] for _ in range(2)] == [1, 1]
    assert Photo.objects.count() == 1
    is_problem(step(task, "progress", **{**given, "photos": declared(TWO)}), 409, "common.different_body")
    plain = {"id": str(uuid4()), "words": "再报"}
    assert step(task, "progress", **plain).status_code == 200
    assert step(task, "progress", **plain, photos=[]).json()["proofs"] == 1, "no photos said is no photos"
    again = step(task, "progress", words="同一张照片", photos=declared(ONE)).json()
    assert (again["proofs"], again["missing_photos"]) == (2, [sha(ONE)])
    assert put(task, ONE).json() == {"missing_photos": []}, "one sending serves both entries"
    assert Photo.objects.filter(stored_at=None).count() == 0 and Photo.objects.count() == 2


def test_what_is_refused(make: Make, step: Send, put: Send) -> None:
    task, other = make(state="under_way"), make(state="under_way")
    many = [{"sha256": f"{n:064x}"} for n in range(10)]
    for photos in (
        many,
        [{"sha256": "x"}],
        [{"sha256": sha(ONE), "role": "after"}],
        [{"sha256": sha(ONE), "lat": 30.0}],
    ):
        is_problem(step(task, "progress", words="进展", photos=photos), 422, "common.invalid")
    assert not Photo.objects.exists() and Task.objects.get(pk=task.pk).proofs == 0
    is_problem(step(task, "postpone", "office", words="雨季", due_on="2026-12-01", photos=[]), 422, "common.invalid")
    assert step(task, "progress", words="进展", photos=declared(ONE)).status_code == 200
    is_problem(put(task, TWO), 404, "photos.undeclared")
    is_problem(put(other, ONE), 404, "photos.undeclared")
    is_problem(put(task, TWO, named=sha(ONE)), 422, "photos.hash_mismatch")
    is_problem(put(task, ONE, named="no-hash"), 404, "common.not_found")
    is_problem(put(task, ONE, "street2"), 404, "common.not_found")
    is_problem(put(task, ONE, "subcommand"), 403, "task.other_unit")  # it sees the task, and reports for nobody
    assert put(task, ONE, named=sha(ONE).upper()).status_code == 200


def test_a_check_and_a_petition_bring_photos_too(make: Make, step: Send, put: Send, ledger: dict[str, Any]) -> None:
    kept = make(state="upheld", upkeep_days=30)
    assert step(kept, "check", words="保持良好", photos=declared(ONE)).json()["missing_photos"] == [sha(ONE)]
    assert put(kept, ONE).json() == {"missing_photos": []}
    task = make(supports=(ledger["street"],))
    asked = step(task, "petition", "street", words="连日降雨", due_on="2026-11-01", photos=declared(TWO)).json()
    assert asked["petition_on"] == "2026-11-01" and asked["missing_photos"] == [sha(TWO)]
    assert put(task, TWO, "street").json() == {"missing_photos": []}, "who asked may send it, the lead unit or not"
