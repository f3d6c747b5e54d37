"""Lists that can be saved as views, exported by a job and moved as a whole: known by name, with the rows they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from chuangcheng.kernel.actor import Actor
from chuangcheng.people import rights
from chuangcheng.web.tables.columns import narrow, read

if TYPE_CHECKING:
    from chuangcheng.web.tables.listing import Listing

RowsOf = Callable[[Any], QuerySet[Any]]


@dataclass(frozen=True)
class Offered:
    """A list with the right that opens it, the name of its address, and its rows for a request."""

    listing: Listing
    rows: RowsOf
    permission: str
    url_name: str

    def narrowed(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the request's filters leave."""
        return narrow(self.rows(request), read(self.listing.filters, request))

    def sound(self, query: str) -> str:
        """Of a query those parts that this list knows, in a settled order; two that mean the same are the same."""
        given = QueryDict(query)
        keys = sorted({each.key for each in self.listing.filters} | {"sort"})
        kept = [(key, given[key].strip()[:100]) for key in keys if given.get(key, "").strip()]
        known = {column.key for column in self.listing.columns}
        return urlencode([*kept, *(("cols", key) for key in given.getlist("cols") if key in known)])


_offered: dict[str, Offered] = {}


def offer(listing: Listing, *, rows: RowsOf, permission: str, url_name: str) -> None:
    """Called by the door that shows the list."""
    _offered[listing.key] = Offered(listing, rows, permission, url_name)


def offered(key: str) -> Offered | None:
    """The list of that name. The worker has loaded no doors: the first question loads the addresses, and with them
    every list."""
    if key not in _offered:
        import_module(settings.ROOT_URLCONF)
    return _offered.get(key)


def request_of(actor: Actor, query: str) -> HttpRequest:
    """What a list reads of a request, for the post that ordered a job. Refused: ``common.not_allowed`` once the post
    has ended."""
    post = rights.require(actor, "desk.enter")
    request = HttpRequest()
    request.method, request.GET = "GET", QueryDict(query)
    request.actor, request.post = actor, post  # type: ignore[attr-defined]
    return request
