"""A listing on a page: read the request, fetch one page of rows, draw the whole page or only the listing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import jobs, saved
from chuangcheng.people.models import SavedView
from chuangcheng.web.pages import holds
from chuangcheng.web.preferences import YEAR
from chuangcheng.web.tables import export, keyset, ordered
from chuangcheng.web.tables.columns import Column, Filter, Shown, Word, narrow, read
from chuangcheng.web.tables.export import Place
from chuangcheng.web.tables.offered import offered

COUNT_CAP = 10_000
#: A search reads every row it counts, and nobody pages through more.
SEARCH_CAP = 200
#: A file of fewer rows is made at once; a larger one is a job.
AT_ONCE = 5_000


@dataclass(frozen=True)
class Saved:
    """The views of a list for ``web/parts/saved.html``: ``current`` is the id of the one that is open, ``query`` what
    would be saved now."""

    key: str
    query: str
    views: list[SavedView]
    current: str


@dataclass(frozen=True)
class Head:
    """A column's head: ``sorted`` is ``ascending``, ``descending`` or empty; ``next_sort`` what a click asks for."""

    column: Column
    sorted: str
    next_sort: str


@dataclass(frozen=True)
class Slice:
    """One page of a listing, ready for ``web/parts/listing.html``."""

    listing: Listing
    rows: list[Any]
    heads: list[Head]
    filters: list[Shown]
    sort: str
    count: int
    cap: int
    after: str
    before: str
    may_export: bool

    @property
    def columns(self) -> list[Column]:
        """The columns shown."""
        return [head.column for head in self.heads]

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is in use: an empty page then says something else."""
        return any(shown.value for shown in self.filters)

    @property
    def count_text(self) -> str:
        """``1,234``, or ``10,000+`` where counting on would cost more than it tells."""
        return f"{self.cap:,}+" if self.count > self.cap else f"{self.count:,}"


@dataclass(frozen=True)
class Listing:
    """The declaration. ``key`` names cookies and files; ``sort`` is a column's key, ``-`` before it for descending."""

    key: str
    title: Word
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    size: int = 50
    place: Place | None = None

    def respond(
        self, request: HttpRequest, rows: QuerySet[Any], template: str, context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The page with the listing in ``listing``; only the listing for htmx; a file for ``?export=csv|xlsx|geojson``,
        or a job where it is large; the reader's default view where the address asks for nothing."""
        kind = request.GET.get("export", "")
        if kind:
            return self._export(request, rows, kind)
        kept = self.saved(request)
        if kept and not request.GET and "HX-Request" not in request.headers:
            for view in kept.views:
                if view.is_default:  # type: ignore[attr-defined]
                    return HttpResponseRedirect(f"{request.path}?{view.query}{'&' if view.query else ''}view={view.pk}")
        part = "HX-Request" in request.headers and request.headers.get("HX-Target") == "listing"
        shown = {**(context or {}), "listing": self.slice(request, rows), "saved": kept}
        found = shown["listing"]
        response = render(request, "web/parts/listing.html" if part else template, shown)
        response.headers["Vary"] = "HX-Request"
        if "cols" in request.GET:
            keys = ".".join(column.key for column in found.columns)
            response.set_cookie(f"cols_{self.key}", keys, max_age=YEAR, samesite="Lax", httponly=True)
        return response

    def slice(self, request: HttpRequest, rows: QuerySet[Any]) -> Slice:
        """One page of ``rows``: narrowed, sorted, cut."""
        filters = read(self.filters, request)
        rows = narrow(rows, filters)
        sort, order = self.order(request.GET.get("sort", ""))
        page = keyset.fetch(
            rows, order, self.size, after=request.GET.get("after", ""), before=request.GET.get("before", "")
        )
        heads = [self._head(column, sort) for column in self._shown(request)]
        searched = any(shown.filter.kind == "search" and shown.value for shown in filters)
        cap = SEARCH_CAP if searched else COUNT_CAP
        count = rows.order_by()[: cap + 1].count()
        return Slice(
            self, page.rows, heads, filters, sort, count, cap, page.after, page.before, holds(request, "exports.run")
        )

    def order(self, wanted: str) -> tuple[str, keyset.Order]:
        """The order that ``wanted`` names, or the list's own."""
        by_key = {column.key: column for column in self.columns if column.sort}
        sort = wanted if wanted.lstrip("-") in by_key else self.sort
        column = by_key[sort.lstrip("-")]
        return sort, keyset.Order(column.sort, sort.startswith("-"), column.null_as)

    def _shown(self, request: HttpRequest) -> Sequence[Column]:
        wanted = request.GET.getlist("cols") or request.COOKIES.get(f"cols_{self.key}", "").split(".")
        chosen = [column for column in self.columns if column.key in wanted]
        return chosen or [column for column in self.columns if column.shown]

    def _head(self, column: Column, sort: str) -> Head:
        if not column.sort:
            return Head(column, "", "")
        if sort.lstrip("-") != column.key:
            return Head(column, "", column.key)
        return (
            Head(column, "descending", column.key)
            if sort.startswith("-")
            else Head(column, "ascending", f"-{column.key}")
        )

    def saved(self, request: HttpRequest) -> Saved | None:
        """The reader's views; None for a list that is not offered, or nobody's request."""
        actor, wanted = getattr(request, "actor", None), offered(self.key)
        if wanted is None or actor is None or actor.person_id is None:
            return None
        views = list(saved.views_of(actor, self.key))
        return Saved(self.key, wanted.sound(request.GET.urlencode()), views, request.GET.get("view", ""))

    def _export(self, request: HttpRequest, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        if not holds(request, "exports.run"):
            raise Refused("web.no_export")
        if kind not in self.kinds:
            raise Refused("web.unknown_format", kind=kind[:20])
        rows = narrow(rows, read(self.filters, request))
        actor, wanted = getattr(request, "actor", None), offered(self.key)
        if wanted and actor and actor.person_id:
            params = {"listing": self.key, "format": kind, "query": wanted.sound(request.GET.urlencode())}
            count = rows.order_by()[:AT_ONCE].count()
            if count >= AT_ONCE:
                jobs.order(actor=actor, kind=ordered.KIND, params=params, permission="exports.run")
                messages.success(request, _("导出较大，已转入后台，完成后在此下载。"))
                return HttpResponseRedirect(reverse("desk:jobs"))
            jobs.note(actor=actor, kind=ordered.KIND, params=params, total=count)
        _sort, order = self.order(request.GET.get("sort", ""))
        mark = "-" if order.descending else ""
        day = clock.now().astimezone(CITY_ZONE)
        return export.respond(
            order.keyed(rows).order_by(f"{mark}{keyset.KEY}", f"{mark}pk"),
            self.columns,
            kind,
            f"{self.title}-{day:%Y%m%d}",
            self.place,
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        """The formats it is exported to."""
        return export.KINDS if self.place else export.KINDS[:2]
