"""即知即改 on the phone: what the queue sends, what it is answered, and the second look."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel.ids import new_id
from tests.cases.play import LITTER, POINT, picture

if TYPE_CHECKING:
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Phone = Callable[[str], Client]
QUEUE = "/field/quickfixes"


@pytest.fixture(params=[0])
def share(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "CITY", replace(settings.CITY, quickfix_share=request.param))
    yield


def body(**more: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "category": LITTER, **POINT, **more}


def send(client: Client, given: dict[str, Any]) -> Any:
    return client.post(
        QUEUE, json.dumps(given), content_type="application/json", headers={"Accept": "application/json"}
    )


def drawn(play: Play) -> Any:
    from chuangcheng.cases import actions

    given = actions.QuickFixInput(id=new_id(), category_code=LITTER, **POINT)
    return actions.record_quickfix(actor=play.by["grid"], given=given)[0]


def test_the_screen_asks_for_little(play: Play, phone: Phone, share: None) -> None:
    page = phone("grid").get(reverse("field:quickfix")).content.decode()
    assert "即知即改" in page and f'data-quickfix="{QUEUE}"' in page and 'name="csrf"' in page
    assert "required" not in page
    assert phone("inspector").get(reverse("field:quickfix")).status_code == 403


def test_the_site_whose_page_led_here_is_the_place(play: Play, phone: Phone, site: Any, share: None) -> None:
    page = phone("street").get(reverse("field:quickfix"), {"site": str(site.pk)}).content.decode()
    assert f'name="site" value="{site.pk}"' in page and 'name="address"' not in page
    for nonsense in ("x", str(new_id())):
        assert 'name="address"' in phone("street").get(reverse("field:quickfix"), {"site": nonsense}).content.decode()


def test_the_queue_may_send_as_often_as_it_likes(play: Play, phone: Phone, share: None) -> None:
    data = picture()
    sha = hashlib.sha256(data).hexdigest()
    given = body(photos=[{"sha256": sha, "role": "after"}], fixed_at="2026-09-15T03:00:00Z")
    client = phone("grid")
    first, again = send(client, given), send(client, given)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() and first.json()["missing_photos"] == [sha]
    assert set(first.json()) == {"id", "number", "url", "received_at", "missing_photos"}
    put = lambda: client.put(  # noqa: E731
        f"{QUEUE}/{given['id']}/photos/{sha}", data, content_type="application/octet-stream"
    )
    assert put().json()["missing_photos"] == [] and put().status_code == 200
    page = client.get(reverse("desk:quickfix", args=[given["id"]])).content.decode()
    assert first.json()["number"] in page and "desk/quickfixes" in page


def test_a_drawn_one_is_answered_like_any_other(play: Play, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for percent in (0, 100):
        monkeypatch.setattr(settings, "CITY", replace(settings.CITY, quickfix_share=percent))
        given = body()
        answers.append({**send(phone("grid"), given).json(), "id": "", "number": "", "url": ""})
        page = phone("grid").get(reverse("desk:quickfix", args=[given["id"]])).content.decode()
        assert "待回看" not in page and "抽中" not in page
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("text", "status"),
    [("{", 422), ("[]", 422), ('{"id": "x", "category": "06010"}', 422), ("x" * 70_000, 413), ('{"a": 1}', 422)],
)
def test_nonsense_is_refused_with_a_reason(play: Play, phone: Phone, share: None, text: str, status: int) -> None:
    answer = phone("grid").post(QUEUE, text, content_type="application/json", headers={"Accept": "application/json"})
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize("more", [{"category": "99999"}, {"lat": 95}, {"lat": None, "lon": None}, {"more": 1}])
def test_a_wrong_field_is_named(play: Play, phone: Phone, share: None, more: dict[str, Any]) -> None:
    answer = send(phone("grid"), body(**more))
    assert answer.status_code == 422 and answer.json()["errors"]


def test_another_body_under_the_same_id_is_refused(play: Play, phone: Phone, share: None) -> None:
    given = body()
    send(phone("grid"), given)
    assert send(phone("grid"), {**given, "text": "别的"}).status_code == 409


def test_photos_are_only_taken_as_declared(play: Play, phone: Phone, share: None) -> None:
    client, given, data = phone("grid"), body(), picture()
    send(client, given)

    def put(sha: str, by: Client, size: str | None = None) -> HttpResponse:
        more = {"CONTENT_LENGTH": size} if size else {}
        return by.put(
            f"{QUEUE}/{given['id']}/photos/{sha}", data, content_type="application/octet-stream",
            headers={"Accept": "application/json"}, **more,
        )  # type: ignore[return-value]  # fmt: skip

    sha = hashlib.sha256(data).hexdigest()
    assert put(sha, client).status_code == 404
    assert put("zz", client).status_code == 404
    assert put(sha, client, size=str(10**9)).status_code == 413
    assert put(sha, phone("street")).status_code == 404


def test_without_the_token_of_the_page_nothing_is_taken(play: Play, share: None) -> None:
    from chuangcheng.people.models import Person

    client = Client(enforce_csrf_checks=True)
    client.force_login(
        Person.objects.get(username="grid"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert send(client, body()).status_code == 403
    page = client.get(reverse("field:quickfix")).content.decode()
    token = page.partition('name="csrf" content="')[2].partition('"')[0]
    answer = client.post(QUEUE, json.dumps(body()), content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201


@pytest.mark.parametrize("share", [100], indirect=True)
def test_an_inspector_looks_again(play: Play, phone: Phone, share: None) -> None:
    row, client = drawn(play), phone("inspector")
    page = client.get(reverse("field:home")).content.decode()
    address = reverse("field:look", args=[row.pk])
    assert "等待回看" in page and address in page
    assert "仍然完好" in client.get(address).content.decode()
    done = client.post(address, {"held": "yes"}, follow=True).content.decode()
    assert row.number in done and "等待回看" not in done
    row.refresh_from_db()
    assert row.state == "held"
    assert "不由您回看" in client.get(address).content.decode()


@pytest.mark.parametrize("share", [100], indirect=True)
def test_back_again_needs_a_photo(play: Play, phone: Phone, share: None) -> None:
    row, client = drawn(play), phone("inspector")
    address = reverse("field:look", args=[row.pk])
    client.post(address, {"held": "no"})
    client.post(address, {"held": "maybe"})
    row.refresh_from_db()
    assert row.state == "sampled"
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    client.post(address, {"held": "no", "photos": shot, "lat": "30.002", "lon": "120.002", "note": "又堆上了"})
    row.refresh_from_db()
    assert row.state == "relapsed" and row.relapse.text == "又堆上了"


@pytest.mark.parametrize("share", [100], indirect=True)
def test_the_worker_is_not_asked_and_a_stranger_sees_nothing(play: Play, phone: Phone, share: None) -> None:
    row = drawn(play)
    assert "等待回看" not in phone("grid").get(reverse("field:home")).content.decode()
    assert phone("grid").get(reverse("field:look", args=[row.pk])).status_code == 403
    assert phone("inspector").get(reverse("field:look", args=[UUID(int=7)])).status_code == 404
