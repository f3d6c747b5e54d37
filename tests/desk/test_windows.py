"""Windows on the desk: what was said, the way up, and who is kept out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.models import Case
from chuangcheng.sites.models import Site
from tests.cases.test_window_work import complain, make_window

Sign = Callable[[str], Client]


@pytest.fixture
def window(small_city: Any, noon: Any, limits: None) -> Site:
    site = make_window(small_city)
    complain(site, text="没人理，打 13800138000 找我")
    complain(site, tone="praise", aspect="barrier_free", text="坡道很好")
    return site


def url(site: Site, name: str = "window", *more: str) -> str:
    return reverse(f"desk:{name}", args=[site.pk, *more])


def test_the_list_counts_praise_and_complaints(as_persona: Sign, window: Site) -> None:
    page = as_persona("office").get("/desk/windows/")
    (row,) = page.context["listing"].rows
    assert (row.praises, row.complaints) == (1, 1) and "东山区创城办" in page.content.decode()
    assert as_persona("office").get("/desk/windows/?q=无此").context["listing"].rows == []
    for role in ("street", "district", "department", "grid", "community"):
        assert as_persona(role).get("/desk/windows/").status_code == 403
        assert as_persona(role).get(url(window)).status_code == 403


def test_the_page_and_the_way_up(as_persona: Sign, window: Site, small_city: Any) -> None:
    client = as_persona("office")
    html = client.get(url(window)).content.decode()
    assert "坡道很好" in html and "转东山区创城办办理" in html and "13800138000" not in html
    (complaint,) = [voice for voice, report in client.get(url(window)).context["voices"] if report]
    hand_up = reverse("desk:window_hand_up", args=[complaint.report_id])
    assert as_persona("auditor").post(hand_up).status_code == 403
    assert client.post(hand_up).status_code == 302
    assert Case.objects.get().holder == small_city.units["district"]
    assert "转东山区创城办办理" not in client.get(url(window)).content.decode()
    assert client.post(reverse("desk:window_hand_up", args=[window.pk])).status_code == 404
    assert "转东山区创城办办理" not in as_persona("leader").get(url(window)).content.decode()


def test_codes_of_windows(as_persona: Sign, window: Site) -> None:
    client = as_persona("office")
    assert client.get(url(window, "window_code", "svg")).content.startswith(b"<svg")
    assert client.get(url(window, "window_code", "png")).content.startswith(b"\x89PNG")
    assert client.get(url(window, "window_code", "gif")).status_code == 404
    assert client.get("/desk/windows/codes/").content.startswith(b"%PDF")


def test_without_windows_the_page_says_what_to_do(as_persona: Sign, small_city: Any) -> None:
    client = as_persona("office")
    assert "登记为点位后" in client.get("/desk/windows/").content.decode()
    assert client.get("/desk/windows/codes/").status_code == 404


def test_pages_speak_english(as_persona: Sign, window: Site) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    assert "Window services" in client.get("/desk/windows/").content.decode()
    assert "Give to" in client.get(url(window)).content.decode()


@pytest.mark.parametrize("path", ["/desk/windows/", "page"])
def test_pages_cost_few_queries(as_persona: Sign, window: Site, path: str, django_assert_max_num_queries: Any) -> None:
    client, address = as_persona("office"), url(window) if path == "page" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200
