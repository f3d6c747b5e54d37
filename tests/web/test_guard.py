"""Deny by default: what the guard of a staff page answers to whom, and how a refusal is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import override

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people.models import Person, Post
from chuangcheng.people.rights import declared, roles
from chuangcheng.web import pages, problems

REFUSALS = {"common.not_found": 404, "state.stale": 409, "web.unknown_format": 422, "common.too_large": 413}
PARAMS: dict[str, dict[str, str]] = {"web.unknown_format": {"kind": "x"}, "common.too_large": {"limit": "10 MB"}}


def ask(method: str = "get", post: Post | None = None, user: object = None, data: Any = None, **headers: str) -> Any:
    """A request behind the middleware, of a post (or of a signed-in person without one)."""
    make = getattr(RequestFactory(), method)
    request = make("/desk/x/?a=1", data or {}, headers=headers)
    request.user = user or (post.person if post else Person(username="x"))
    request.post, request.posts = post, [post] if post else []
    request._messages = CookieStorage(request)
    return request


@pytest.fixture
def post_of(personas: dict[str, Actor]) -> Callable[[str], Post]:
    return lambda name: Post.objects.select_related("person", "unit").get(pk=personas[name].post_id)


def guarded(permission: str, code: str = "") -> Any:
    """A page that says "open", or is refused by what it calls."""

    @pages.page(permission)
    def view(_request: HttpRequest) -> HttpResponse:
        """What the page is for."""
        if code:
            raise Refused(code, **PARAMS.get(code, {}))
        return HttpResponse("open")

    return view


@pytest.mark.parametrize("permission", ["cases.view", pages.SIGNED_IN, "cases.invented"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(db: None, permission: str) -> None:
    answer = guarded(permission)(ask(user=AnonymousUser()))
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/desk/x/%3Fa%3D1"


@pytest.mark.parametrize("name", ["office", "street", "grid", "auditor"])
def test_a_page_opens_to_the_roles_that_hold_its_right(post_of: Callable[[str], Post], name: str) -> None:
    post = post_of(name)
    for permission in declared():
        status = 200 if permission in roles()[post.role].permissions else 403
        assert guarded(permission)(ask(post=post)).status_code == status, permission


def test_an_undeclared_right_opens_nothing_to_anybody(post_of: Callable[[str], Post]) -> None:
    answer = guarded("cases.invented")(ask(post=post_of("office")))
    assert answer.status_code == 403
    assert "cases.invented" in answer.content.decode()


def test_without_a_post_only_pages_for_anybody_signed_in_open(db: None) -> None:
    assert guarded(pages.SIGNED_IN)(ask()).content == b"open"
    assert guarded("desk.enter")(ask()).status_code == 403


def test_the_missing_right_is_named_in_the_readers_language(post_of: Callable[[str], Post]) -> None:
    refused = guarded("cases.dispatch")
    assert "派遣案件" in refused(ask(post=post_of("grid"))).content.decode()
    with override("en"):
        said = refused(ask(post=post_of("grid"))).content.decode()
    assert "Dispatch cases" in said
    assert "派遣" not in said


def test_a_page_keeps_its_name_its_words_and_its_policy() -> None:
    view = guarded("cases.view")
    assert (view.__name__, view.__doc__, view.permission) == ("view", "What the page is for.", "cases.view")
    assert pages.public(lambda request: HttpResponse()).permission == pages.PUBLIC


@pytest.mark.parametrize(("code", "status"), REFUSALS.items())
def test_a_refusal_of_a_page_is_a_page_with_its_status(post_of: Callable[[str], Post], code: str, status: int) -> None:
    answer = guarded("cases.view", code)(ask(post=post_of("grid")))
    assert answer.status_code == status
    assert str(status) in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("code", "status"), REFUSALS.items())
@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}])
def test_a_refusal_of_a_script_is_problem_details_whatever_the_method(
    post_of: Callable[[str], Post], code: str, status: int, headers: dict[str, str]
) -> None:
    for method in ("get", "post"):
        answer = guarded("cases.view", code)(ask(method, post_of("grid"), **headers))
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["title"] == code


@pytest.mark.parametrize(("code", "status"), REFUSALS.items())
def test_a_refused_button_is_a_message_on_the_page_it_stood_on(
    post_of: Callable[[str], Post], code: str, status: int
) -> None:
    request = ask("post", post_of("grid"), Referer="http://testserver/desk/cases/1/")
    answer = guarded("cases.view", code)(request)
    said = [str(message) for message in get_messages(request)]
    if status == 404:  # the page it stood on is gone too
        assert (answer.status_code, said) == (404, [])
    else:
        assert (answer.status_code, answer.headers["Location"]) == (302, "http://testserver/desk/cases/1/")
        assert said == [Refused(code, **PARAMS.get(code, {})).message()]


def test_a_button_without_the_right_is_no_message_but_a_page(post_of: Callable[[str], Post]) -> None:
    request = ask("post", post_of("grid"), Referer="http://testserver/desk/")
    assert guarded("cases.dispatch")(request).status_code == 403
    assert list(get_messages(request)) == []


def test_errors_that_are_no_refusals_pass_through(post_of: Callable[[str], Post]) -> None:
    @pages.page("cases.view")
    def broken(_request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken(ask(post=post_of("grid")))


@pytest.mark.parametrize(
    ("headers", "json"),
    [
        ({}, False), ({"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, False), ({"Accept": "*/*"}, False),
        ({"Accept": "application/json"}, True), ({"Accept": "application/problem+json"}, True),
        ({"Accept": "text/html, application/json;q=0.1"}, False), ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "Accept": "text/html"}, True),
    ],
)  # fmt: skip
def test_who_wants_problem_details(headers: dict[str, str], json: bool) -> None:
    assert problems.wants_json(RequestFactory().get("/", headers=headers)) is json


def test_problem_details_have_a_title_a_status_and_a_sentence_in_the_readers_language() -> None:
    refused, request = Refused("state.stale"), RequestFactory().get("/", headers={"Accept": "application/json"})
    body = json.loads(problems.problem_response(refused, request).content)
    assert body == {"type": "about:blank", "title": "state.stale", "status": 409, "detail": refused.message("zh")}
    with override("en"):
        english = json.loads(problems.problem_response(refused, request).content)
    assert english["detail"] == refused.message("en") != body["detail"]


def test_problem_details_list_each_field() -> None:
    fields = (FieldProblem("text", "required", "请写明问题"), FieldProblem("lat", "range", "超出范围"))
    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    body = json.loads(problems.problem_response(Refused("common.invalid", fields=fields), request).content)
    assert body["errors"] == [
        {"field": "text", "code": "required", "message": "请写明问题"},
        {"field": "lat", "code": "range", "message": "超出范围"},
    ]


def test_a_refusal_page_escapes_what_it_quotes(post_of: Callable[[str], Post]) -> None:
    refused = Refused("web.unknown_format", kind="<script>")
    html = problems.problem_response(refused, ask(post=post_of("grid"))).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


FOREIGN = (
    "https://elsewhere.example/", "//elsewhere.example/", "///elsewhere.example", "/\\elsewhere.example/",
    "javascript:alert(1)", "http://testserver@elsewhere.example/", "http://testserver.elsewhere.example/",
    "\thttps://elsewhere.example/", "ftp://testserver/", "http:///elsewhere.example",
)  # fmt: skip


@pytest.mark.parametrize("target", FOREIGN)
def test_no_form_leads_away_from_here(target: str) -> None:
    given = RequestFactory().post("/", {"next": target})
    assert pages.back(given) == "/"
    assert pages.back(RequestFactory().get("/", {"next": target}), "/desk/") == "/desk/"
    if target.isprintable():
        assert pages.back(RequestFactory().get("/", headers={"Referer": target})) == "/"


@pytest.mark.parametrize("target", ["/desk/cases/?state=filed&after=x", "/", "http://testserver/desk/", "/desk/#main"])
def test_a_form_leads_back_to_a_page_of_ours(target: str) -> None:
    assert pages.back(RequestFactory().post("/", {"next": target})) == target
    assert pages.back(RequestFactory().get("/", headers={"Referer": target})) == target


def test_the_forms_own_word_comes_before_the_address_and_the_referring_page() -> None:
    def request(data: dict[str, str], query: str = "?next=/b/") -> HttpRequest:
        return RequestFactory().post(f"/{query}", data, headers={"Referer": "http://testserver/c/"})

    assert pages.back(request({"next": "/a/"})) == "/a/"
    assert pages.back(request({})) == "/b/"
    assert pages.back(request({}, "")) == "http://testserver/c/"
    assert pages.back(request({"next": FOREIGN[0]})) == "/b/", "a foreign target is passed over, not obeyed"


def test_an_encrypted_page_does_not_lead_back_to_a_plain_one() -> None:
    request = RequestFactory().post("/", {"next": "http://testserver/desk/"}, secure=True)
    assert pages.back(request) == "/"
    same = RequestFactory().post("/", {"next": "https://testserver/desk/"}, secure=True)
    assert pages.back(same) == "https://testserver/desk/"


def test_leaving_a_form_from_a_page_and_from_a_dialog() -> None:
    plain = pages.leave(RequestFactory().post("/"), "/desk/")
    assert (plain.status_code, plain.headers["Location"]) == (302, "/desk/")
    dialog = pages.leave(RequestFactory().post("/", headers={"HX-Request": "true"}), "/desk/")
    assert (dialog.status_code, dialog.headers["HX-Redirect"], dialog.content) == (204, "/desk/", b"")


@pytest.mark.parametrize("path", ["/preferences/", "/preferences/language/", "/preferences/post/"])
def test_choices_are_not_changed_by_a_link(as_persona: Callable[[str], Client], path: str) -> None:
    answer = as_persona("office").get(path, {"theme": "dark", "language": "en"})
    assert answer.status_code == 405
    assert not answer.cookies


def test_switching_the_post_needs_a_person(client: Client, db: None) -> None:
    answer = client.post("/preferences/post/", {"post": "x"})
    assert answer.headers["Location"].startswith("/account/login/")
