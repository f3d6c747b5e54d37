"""A client of GeoReport that speaks both forms, and what a test says of its answers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

V2 = "/open311/v2"
#: Lists of the standard: in XML an element of the name around its entries.
LISTS = {"services", "service_requests", "errors", "attributes", "values", "endpoints", "formats"}


class Geo:
    """A program that speaks GeoReport."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        self._client = Client(raise_request_exception=True)

    def ask(
        self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, **query: str
    ) -> HttpResponse:
        """Any request without a body."""
        return self._client.generic(method, V2 + path, query_params=query, headers=headers or {})

    def json(self, path: str, **query: str) -> Any:
        """The content of a good JSON answer."""
        response = self.ask(f"{path}.json", **query)
        assert response.status_code == 200, response.content
        assert response["Content-Type"] == "application/json; charset=utf-8"
        return response.json()

    def xml(self, path: str, **query: str) -> ET.Element:
        """The root of a good XML answer."""
        response = self.ask(f"{path}.xml", **query)
        assert response.status_code == 200, response.content
        return root_of(response)

    def post(self, form: str = "json", *, headers: dict[str, str] | None = None, **given: Any) -> HttpResponse:
        """Create with this client's key; a value of None is left out."""
        sent = {"api_key": self.key, **given}
        sent = {name: value for name, value in sent.items() if value is not None}
        if any(hasattr(value, "read") or isinstance(value, list) for value in sent.values()):
            return self._client.post(f"{V2}/requests.{form}", sent, headers=headers or {})
        return self._client.post(
            f"{V2}/requests.{form}", urlencode(sent), content_type="application/x-www-form-urlencoded",
            headers=headers or {},
        )  # fmt: skip

    def raw(self, data: bytes, content_type: str) -> HttpResponse:
        """Create with any body."""
        return self._client.post(f"{V2}/requests.json", data, content_type=content_type)


def root_of(response: HttpResponse) -> ET.Element:
    """The root element of an XML answer, its declaration checked."""
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    return ET.fromstring(response.content)


def spark(element: ET.Element) -> Any:
    """What the Spark convention makes of XML: text stays text, an empty element is None."""
    if element.tag in LISTS:
        return [spark(child) for child in element]
    if len(element):
        return {child.tag: spark(child) for child in element}
    return element.text


def as_words(value: Any) -> Any:
    """JSON in which every value is written as XML writes it."""
    if isinstance(value, dict):
        return {name: as_words(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_words(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value in (None, "") else str(value)


def refused(response: HttpResponse, status: int, *codes: str) -> list[dict[str, Any]]:
    """Assert that the answer is GeoReport's list of errors, each with our code behind its sentence; returns it."""
    assert response.status_code == status, response.content
    errors: list[dict[str, Any]] = response.json()
    assert [error["description"].rsplit("(", 1)[-1] for error in errors] == [f"{code})" for code in codes]
    assert errors[0]["code"] == status
    return errors
