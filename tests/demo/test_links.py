"""Every way on from every page: what a persona is shown as a link or a button answers that persona."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from chuangcheng.people.models import Person
from tests.demo.test_city import END, play

WAY = re.compile(r"<(\w+)\b[^>]*?\s(href|action|formaction|src)=\"([^\"{]*)\"")
#: Sign-out ends the walk; scripts and styles are built by the front end.
ELSEWHERE = ("/static/", "/account/logout", "/preferences/post")
MOST = 900  # pages a persona


class Walk:
    """From the first page on, each kind of page (its name, with and without a query) once or twice."""

    def __init__(self, username: str, each: int = 1) -> None:
        self.client, self.each = Client(), each
        self.client.force_login(Person.objects.get(username=username))
        self.kinds: Counter[tuple[str, bool]] = Counter()
        self.todo: deque[tuple[str, str, bool]] = deque([("/", "", False)])
        self.wrong: list[str] = []
        self.seen: set[str] = set()

    def go(self) -> list[str]:
        """Walk on; the ways that end in an error page."""
        while self.todo and len(self.seen) < MOST:
            url, found_on, is_form = self.todo.popleft()
            if self._is_new(url):
                self.seen.add(url)
                self._open(url, found_on, is_form=is_form)
        return self.wrong

    def _is_new(self, url: str) -> bool:
        parts = urlsplit(url)
        if url in self.seen or parts.path.startswith(ELSEWHERE):
            return False
        try:
            name = resolve(parts.path).view_name
        except Resolver404:
            name = parts.path  # nothing answers there: opened, and told as wrong
        kind = (name, bool(parts.query))
        self.kinds[kind] += 1
        return self.kinds[kind] <= self.each

    def _open(self, url: str, found_on: str, *, is_form: bool) -> None:
        try:
            answer = self.client.get(url)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        except Exception as error:  # noqa: BLE001 - a page that falls over is told with the others
            self.wrong.append(f"{url} on {found_on}: {type(error).__name__} {error}")
            return
        if answer.status_code == 302:
            self.todo.append((urljoin(url, answer["Location"]), url, is_form))
        elif answer.status_code != 200:
            if not (is_form and answer.status_code == 405):  # the button of a form: whoever may not gets 403
                self.wrong.append(f"{url} on {found_on}: {answer.status_code}")
        elif answer["Content-Type"].startswith("text/html"):
            self._look(url, body.decode())

    def _look(self, url: str, page: str) -> None:
        for tag, attribute, raw in WAY.findall(page):
            way = html.unescape(raw)
            if tag == "script" or not way or way.startswith(("#", "//")) or urlsplit(way).scheme:
                continue
            self.todo.append((urljoin(url, way).split("#")[0], url, attribute in ("action", "formaction")))


@pytest.mark.full
def test_every_link_and_button_on_every_page_answers_who_is_shown_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.kernel import clock

    play(monkeypatch)
    wrong, pages = {}, {}
    with clock.at(END):
        for username in ("street", "office", "leader", "inspector", "community", "grid"):
            walk = Walk(username)
            wrong[username], pages[username] = walk.go(), len(walk.seen)
    assert wrong == {name: [] for name in wrong}
    assert all(40 < number < MOST for number in pages.values()) and pages["office"] > 250, pages
