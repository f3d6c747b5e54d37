"""What every staff page goes through: sign-in, rights, refusals, headers, preferences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people.models import Post
from chuangcheng.web import pages
from chuangcheng.web.problems import problem_response
from tests.conftest import City

Sign = Callable[[str], Client]


def test_a_visitor_is_led_to_the_sign_in_page_and_back(client: Client, db: None) -> None:
    answer = client.get("/desk/cases/?state=filed")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/desk/cases/%3Fstate%3Dfiled"


def test_a_person_without_a_post_sees_nothing(as_persona: Sign) -> None:
    client = as_persona("office")
    Post.objects.filter(person__username="office").update(valid_to=clock.today().date().replace(day=1))
    from chuangcheng.people.rights import forget_posts

    forget_posts()
    assert client.get("/desk/").status_code == 403


def test_a_right_that_is_missing_is_named(as_persona: Sign) -> None:
    @pages.page("people.edit")
    def view(request: object) -> HttpResponse:
        return HttpResponse("open")

    assert view.permission == "people.edit"
    assert as_persona("grid").get("/desk/history/").status_code in {403, 404}


def test_error_pages_speak_both_languages(client: Client, db: None) -> None:
    answer = client.get("/desk/nowhere/")
    assert answer.status_code == 404 and "没有找到" in answer.content.decode()
    english = client.get("/desk/nowhere/", headers={"Accept-Language": "en"})
    assert 'lang="en"' in english.content.decode()


def test_scripts_get_problem_details(client: Client, db: None) -> None:
    answer = client.get("/desk/nowhere/", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "common.not_found"


def test_problem_details_name_the_fields() -> None:
    refused = Refused("common.invalid", fields=(FieldProblem("text", "required", "请写明问题"),))
    request = RequestFactory().get("/x", headers={"HX-Request": "true"})
    answer = problem_response(refused, request)
    assert answer.status_code == 422
    assert b'"field": "text"' in answer.content


def test_a_form_without_its_token_is_refused_with_advice(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/preferences/language/", {"language": "en"})
    assert answer.status_code == 403 and "请返回" in answer.content.decode()


def test_every_page_carries_the_policy_and_no_inline_code(as_persona: Sign) -> None:
    answer = as_persona("office").get("/style/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    html = answer.content.decode()
    assert " style=" not in html and "onclick=" not in html and "<style" not in html
    assert html.count("<script") == html.count('<script type="module" src="') + html.count('type="application/json"')


@pytest.mark.parametrize(("name", "value"), [("theme", "dark"), ("density", "compact")])
def test_preferences_are_kept_in_a_cookie(client: Client, db: None, name: str, value: str) -> None:
    answer = client.post("/preferences/", {name: value, "next": "/account/login/"})
    assert answer.headers["Location"] == "/account/login/"
    assert f'data-{name}="{value}"' in client.get("/account/login/").content.decode()
    client.post("/preferences/", {name: "nonsense"})
    assert client.cookies[name].value == value


def test_the_language_can_be_changed(client: Client, db: None) -> None:
    client.post("/preferences/language/", {"language": "en", "next": "/account/login/"})
    assert 'lang="en"' in client.get("/account/login/").content.decode()
    client.post("/preferences/language/", {"language": "fr"})
    assert client.cookies["django_language"].value == "en"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_nobody_is_led_away(client: Client, db: None, target: str) -> None:
    answer = client.post("/preferences/", {"theme": "dark", "next": target}, headers={"Referer": target})
    assert answer.headers["Location"] == "/"


def test_one_acts_from_the_chosen_post_and_never_from_anothers(
    as_persona: Sign, small_city: City, personas: dict[str, Actor]
) -> None:
    client = as_persona("community")
    second = Post.objects.create(
        person_id=personas["community"].person_id, role="grid", unit=small_city.units["street"],
        division=small_city.communities[1],
    )  # fmt: skip
    client.post("/preferences/post/", {"post": str(second.pk)})
    assert client.get("/desk/").context["post"] == second
    client.post("/preferences/post/", {"post": str(personas["office"].post_id)})
    assert client.get("/desk/").context["post"] == second


def test_a_wrong_password_is_refused_and_then_locked(
    client: Client, personas: dict[str, Actor], noon: datetime
) -> None:
    for _ in range(8):
        answer = client.post("/account/login/", {"login": "office", "password": "wrong"})
    assert answer.status_code == 429 and "已暂时锁定" in answer.content.decode()


def test_signing_in_leads_to_today_and_out_again(client: Client, personas: dict[str, Actor], noon: datetime) -> None:
    from chuangcheng.people.models import Person

    person = Person.objects.get(username="office")
    person.set_password("right-Password-1")
    person.save()
    answer = client.post("/account/login/", {"login": "office", "password": "right-Password-1"})
    assert answer.headers["Location"] == "/desk/"
    assert client.post("/account/logout/").headers["Location"] == "/account/login/"
    assert client.get("/desk/").status_code == 302


def test_nobody_signs_up(client: Client, db: None) -> None:
    answer = client.post(
        "/account/signup/", {"username": "x", "password1": "long-Pass-77", "password2": "long-Pass-77"}
    )
    from chuangcheng.people.models import Person

    assert answer.status_code == 200 and not Person.objects.filter(username="x").exists()


def test_the_rail_shows_only_what_the_post_may_use(as_persona: Sign) -> None:
    words = [str(room.label) for room in as_persona("grid").get("/desk/").context["rail"]]
    assert words[:3] == ["今日", "问题", "点位"] and "测评" not in words


def test_a_link_is_known_to_open_before_it_is_shown(personas: dict[str, Actor]) -> None:
    def asked(name: str, address: str) -> bool:
        request = RequestFactory().get("/")
        request.post = Post.objects.get(pk=personas[name].post_id)  # type: ignore[attr-defined]
        return pages.opens(request, address)

    readings = "/desk/indicators/?late=yes"
    assert asked("office", readings) and not asked("community", readings)
    assert asked("community", "/desk/") and asked("community", "/")
    assert not pages.opens(RequestFactory().get("/"), readings), "a visitor"
