"""Services and discovery: what a citizen may choose from, the same in both forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.http import UnreadablePostError
from django.test import Client
from pytest_django import Settings

from tests.api.open311.client import Geo, as_words, refused, root_of, spark

pytestmark = pytest.mark.django_db


@pytest.fixture
def categories(category: Any) -> Any:
    """Beside the one: a matter that is none of the top, a component, and its fault."""
    from chuangcheng.framework.models import Category
    from chuangcheng.history import versions

    for code, kind, top in (("06011", "matter", False), ("03002", "component", True), ("03002F", "matter", True)):
        Category.objects.create(
            code=code, zh=f"类别{code}", kind=kind, class_code=code[:2], class_zh="某类", taxonomy="test", is_top=top
        )
    versions.bump("framework")
    return category


def test_the_list_holds_the_top_matters(reader: Geo, categories: Any) -> None:
    found = reader.json("/services")
    assert [row["service_code"] for row in found] == ["03002F", "06010"]
    assert found[1] == {
        "service_code": "06010", "service_name": "暴露垃圾", "description": "市容环境：暴露垃圾", "metadata": False,
        "type": "realtime", "keywords": "暴露垃圾,市容环境", "group": "市容环境",
    }  # fmt: skip


def test_the_list_holds_what_the_published_edition_judges(reader: Geo, personas: Any) -> None:
    from chuangcheng.framework import selectors
    from chuangcheng.framework.actions import load_sample, publish_edition

    publish_edition(actor=personas["office"], edition=load_sample(actor=personas["office"]))
    edition = selectors.current_edition()
    assert edition is not None
    codes = {row["service_code"] for row in reader.json("/services")}
    judged = {row.code for row in selectors.categories() if selectors.standards_for_category(edition, row.code)}
    matters = {row.code for row in selectors.categories() if row.kind == "matter"}
    assert judged & matters <= codes <= matters
    assert {row.code for row in selectors.categories() if row.kind == "matter" and row.is_top} <= codes


def test_both_forms_say_the_same(reader: Geo, categories: Any) -> None:
    for path in ("/services", "/services/06010"):
        assert spark(reader.xml(path)) == as_words(reader.json(path))
    assert reader.xml("/services").tag == "services"
    assert reader.xml("/services/06010").tag == "service_definition"


@pytest.mark.parametrize("code", ["06010", "06011", "03002F"])
def test_every_matter_has_a_definition(reader: Geo, categories: Any, code: str) -> None:
    assert reader.json(f"/services/{code}") == {"service_code": code, "attributes": []}


@pytest.mark.parametrize("code", ["03002", "99999", "暴露垃圾", "a" * 500])
def test_what_is_no_matter_is_404_in_both_forms(reader: Geo, categories: Any, code: str) -> None:
    refused(reader.ask(f"/services/{code}.json"), 404, "open311.no_service")
    response = reader.ask(f"/services/{code}.xml")
    assert response.status_code == 404
    (error,) = spark(root_of(response))
    assert error["code"] == "404" and "open311.no_service" in error["description"]


def test_without_categories_the_list_is_empty(reader: Geo, db: None) -> None:
    assert reader.json("/services") == []
    assert spark(reader.xml("/services")) == []


def test_errors_follow_the_caller_s_language(reader: Geo, categories: Any) -> None:
    response = reader.ask("/services/99999.json", headers={"accept-language": "en"})
    assert response.json() == [{"code": 404, "description": "There is no service_code 99999 (open311.no_service)"}]
    assert response["Content-Language"] == "en"


# Jurisdiction -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["", "990100", "wm.example.org"])
def test_the_city_may_be_named(reader: Geo, categories: Any, settings: Settings, named: str) -> None:
    settings.CITY = replace(settings.CITY, city_code="990100", public_url="https://www.wm.example.org/")
    assert reader.json("/services", jurisdiction_id=named)


@pytest.mark.parametrize("path", ["/services", "/services/06010", "/requests", "/requests/x", "/tokens/x"])
def test_another_city_is_404(reader: Geo, categories: Any, path: str) -> None:
    refused(reader.ask(f"{path}.json", jurisdiction_id="sfgov.org"), 404, "open311.no_jurisdiction")


# Discovery and what lies beside the resources -----------------------------------------------------------------------


def test_the_discovery_names_the_endpoint_in_both_forms(db: None, settings: Settings) -> None:
    settings.CITY = replace(settings.CITY, public_url="https://wm.example.org/", clock="")
    found = Client().get("/open311/discovery.json").json()
    (endpoint,) = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "https://wm.example.org/open311/v2"
    assert endpoint["type"] == "production"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert set(found) == {"changeset", "contact", "key_service", "endpoints"}
    assert spark(root_of(Client().get("/open311/discovery.xml"))) == as_words(found)


def test_a_demo_calls_itself_a_test(db: None, settings: Settings) -> None:
    settings.CITY = replace(settings.CITY, clock="2026-09-15T08:30:00+08:00")
    found = Client().get("/open311/discovery.json").json()
    assert found["endpoints"][0]["type"] == "test"
    assert found["endpoints"][0]["url"] == "http://testserver/open311/v2"


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/services", "", "text/xml"),
        ("/services.html", "", "text/xml"),
        ("/services", "application/json", "application/json"),
        ("/nothing.json", "", "application/json"),
        ("/requests.json/", "", "text/xml"),
    ],
)
def test_any_other_address_is_404_in_a_form(reader: Geo, path: str, accept: str, kind: str) -> None:
    response = reader.ask(path, headers={"accept": accept})
    assert response.status_code == 404
    assert response["Content-Type"].startswith(kind)
    assert b"open311.no_path" in response.content


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/services.json", "GET, HEAD"),
        ("DELETE", "/requests.json", "GET, POST, HEAD"),
        ("PUT", "/requests/x.json", "GET, HEAD"),
    ],
)
def test_any_other_method_is_405(reader: Geo, db: None, method: str, path: str, allowed: str) -> None:
    response = reader.ask(path, method=method)
    refused(response, 405, "api.method_not_allowed")
    assert response["Allow"] == allowed


def test_head_answers_as_get_without_a_body(reader: Geo, categories: Any) -> None:
    response = reader.ask("/services.json", method="HEAD")
    assert response.status_code == 200 and response.content == b""


def test_no_session_and_no_cookie(reader: Geo, categories: Any) -> None:
    response = reader.ask("/services.json")
    assert not response.cookies
    assert "default-src 'none'" in response["Content-Security-Policy"]


# When something breaks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("database is locked"), 503, "api.busy"),
        (DataError("out of range"), 400, "common.invalid"),
        (RuntimeError("a secret of the house"), 500, "common.internal"),
        (UnreadablePostError("gone"), 400, "api.bad_request"),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_breaks_is_told_in_the_standard_s_form(
    reader: Geo, db: None, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str, form: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("chuangcheng.api.open311.services.offered", fail)
    response = reader.ask(f"/services.{form}")
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/json" if form == "json" else "text/xml")
    assert code in response.content.decode() and "secret" not in response.content.decode()
    assert ("Retry-After" in response) == (status == 503)
