"""Verification on the phone: the list by distance, a verdict taken in once, a stale one told, the camera's word."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel.ids import new_id
from tests.cases.play import OTHER_STREET, POINT, picture

if TYPE_CHECKING:
    from chuangcheng.cases.models import Case
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Phone = Callable[[str], Client]
FAR = {"lat": 30.008, "lon": 120.008}


def body(case: Case, *, fixed: bool = True, **more: Any) -> dict[str, Any]:
    assert case.handled_at is not None
    values = {"id": str(new_id()), "handled_at": case.handled_at.isoformat(), "fixed": fixed, "note": "", "photos": []}
    return {**values, **more}


def send(client: Client, case: Case, given: dict[str, Any]) -> Any:
    address = reverse("field:verdicts", args=[case.pk])
    return client.post(address, given, content_type="application/json", headers={"Accept": "application/json"})


def shot(data: bytes, **more: Any) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), **more}


def put(client: Client, case: Case, verdict: str, data: bytes) -> Any:
    address = reverse("field:verdict_photo", args=[case.pk, verdict, hashlib.sha256(data).hexdigest()])
    headers = {"Accept": "application/json"}
    return client.put(address, data, content_type="application/octet-stream", headers=headers)


def test_the_list_is_mine_and_the_near_come_first(
    play: Play, phone: Phone, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    """The grid worker of community 永安 stands at POINT; what the own unit did and what lies elsewhere is not there."""
    near, far = play.handled("department"), play.handled("department", **FAR)
    play.handled("department", **OTHER_STREET)
    play.handled("street", found_from_above=True), play.verified(), play.handling()
    report = play.joined(near, text="电话 13800000000")
    client, address = phone("grid"), reverse("field:verifying_list")
    here = {"lat": str(POINT["lat"]), "lon": str(POINT["lon"])}
    there = {"lat": str(FAR["lat"]), "lon": str(FAR["lon"])}
    with django_assert_max_num_queries(15):
        told = client.get(address, here).json()
    assert [one["id"] for one in told["cases"]] == [str(near.pk), str(far.pk)]
    assert [one["id"] for one in client.get(address, there).json()["cases"]] == [str(far.pk), str(near.pk)]
    assert len(client.get(address, {"lat": "nan"}).json()["cases"]) == 2, "without a place all the same"
    one = told["cases"][0]
    assert (one["number"], one["unit"], one["lat"]) == (near.number, "城市管理局", POINT["lat"])
    assert [shown["grade"] for shown in one["after"]] == ["C"] and one["before"] == [] and report.case_id == near.pk
    assert near.handled_at and one["due_at"] == (near.handled_at + timedelta(hours=24)).isoformat()
    shell = client.get(reverse("field:verifying"))
    assert near.number not in shell.content.decode() and "data-verifying" in shell.content.decode()
    assert phone("community").get(address).status_code == 403


@pytest.mark.parametrize("fixed", [True, False])
def test_a_verdict_counts_once_however_often_it_comes(play: Play, phone: Phone, fixed: bool) -> None:
    from chuangcheng.cases.models import Case, Remark
    from chuangcheng.history.selectors import events_of
    from chuangcheng.photos import selectors as photos

    case, client, data = play.handled("department"), phone("grid"), picture()
    given = body(case, fixed=fixed, note="" if fixed else "还剩半堆", photos=[shot(data)])
    first, again = send(client, case, given), send(client, case, given)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert first.json()["missing_photos"] == again.json()["missing_photos"] == [shot(data)["sha256"]]
    case = Case.objects.get(pk=case.pk)
    assert case.state == ("verified" if fixed else "handling")
    moves = [event.action for event in events_of("case", case.pk)]
    assert moves.count("case.verified" if fixed else "case.reworked") == 1
    assert Remark.objects.filter(case=case, text="还剩半堆").exists() is not fixed
    assert put(client, case, given["id"], data).json()["missing_photos"] == []
    assert put(client, case, given["id"], data).status_code == 200
    assert photos.of(("case", case.pk)).get(original_sha256=shot(data)["sha256"]).role == (
        "after" if fixed else "evidence"
    )
    other = send(client, case, {**given, "fixed": not fixed, "note": "换了说法"})
    assert (other.status_code, other.json()["title"]) == (409, "common.different_body")
    assert put(client, case, given["id"], picture()).status_code == 404, "only what was declared"
    for stranger, verdict in (("inspector", given["id"]), ("grid", str(new_id()))):
        assert put(phone(stranger), case, verdict, data).status_code == 404


def test_a_stale_verdict_is_told_and_changes_nothing(play: Play, phone: Phone) -> None:
    """Somebody else was there first; or the unit has worked anew since."""
    from chuangcheng.cases import actions
    from chuangcheng.cases.models import Case

    case, client = play.handled("department"), phone("grid")
    given = body(case, photos=[shot(picture())])
    actions.rework_case(actor=play.by["inspector"], case_id=case.pk, note="没扫净")
    answer = send(client, case, given)
    assert (answer.status_code, answer.json()["title"]) == (409, "case.moved_on")
    assert case.number in answer.json()["detail"] and "处置中" in answer.json()["detail"]
    play.prove(case, "department")
    actions.handle_case(actor=play.by["department"], case_id=case.pk, outcome="fixed")
    Case.objects.filter(pk=case.pk).update(handled_at=case.handled_at + timedelta(hours=1))  # type: ignore[operator]
    assert send(client, case, given).json()["title"] == "case.moved_on", "it speaks of the round before"
    row = Case.objects.get(pk=case.pk)
    assert row.state == "handled"
    assert send(client, case, body(row)).status_code == 201


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"fixed": False}, "common.invalid"), ({"fixed": False, "note": "  "}, "common.invalid"),
        ({"note": "长" * 501}, "common.invalid"), ({"handled_at": "2026-09-15T12:00:00"}, "common.invalid"),
        ({"what": 1}, "common.invalid"), ({"photos": [{"sha256": "x"}]}, "common.invalid"),
        ({"photos": [{"sha256": f"{n:064x}"} for n in range(4)]}, "common.invalid"), ({"note": "长" * 40000}, "common.too_large"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_whole(play: Play, phone: Phone, more: dict[str, Any], code: str) -> None:
    from chuangcheng.cases.models import Case

    case = play.handled("department")
    answer = send(phone("grid"), case, body(case, **more))
    assert answer.json()["title"] == code
    assert Case.objects.get(pk=case.pk).state == "handled"


def test_who_may_not_verify_may_not_by_phone_either(play: Play, phone: Phone) -> None:
    own = play.handled("street", found_from_above=True)
    given = body(own)
    assert send(phone("grid"), own, given).json()["title"] == "case.own_unit"
    assert send(phone("street2"), own, given).status_code == 404
    assert send(phone("community"), own, given).status_code == 403
    away = play.handled("department", **OTHER_STREET)
    assert send(phone("grid"), away, body(away)).status_code in (403, 404)


def test_only_our_own_camera_gives_an_a(play: Play, phone: Phone) -> None:
    from chuangcheng.kernel import clock
    from chuangcheng.photos import selectors as photos

    case, client = play.handled("department"), phone("grid")
    word = client.get(reverse("field:verifying_list")).json()["camera_pass"]
    true, forged = picture(), picture()
    live = {"taken_at": clock.now().isoformat(), "in_camera": True}
    shots = [shot(true, **live, **POINT), shot(forged, in_camera=True)]
    answer = send(client, case, body(case, photos=shots, camera_pass=word))
    assert answer.status_code == 201, answer.content
    grades = dict(photos.of(("case", case.pk)).values_list("original_sha256", "grade"))
    assert (grades[shots[0]["sha256"]], grades[shots[1]["sha256"]]) == ("A", "C")
    other = play.handled("department")
    fake = shot(picture(), **live, **POINT)
    assert send(client, other, body(other, photos=[fake], camera_pass="1.00")).status_code == 201
    assert photos.of(("case", other.pk)).get(original_sha256=fake["sha256"]).grade == "C"
