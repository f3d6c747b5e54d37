"""What a listing is declared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from chuangcheng.kernel.actor import Actor

Word = str | Promise
Choice = tuple[str, Word]


@dataclass(frozen=True)
class Column:
    """One column. ``value`` gives what is exported, and shown unless ``template`` (which gets ``row``) draws it.

    ``sort`` is a field of the model; a nullable one names in ``null_as`` the value that stands for nothing, because
    a page's key must be comparable. ``url`` makes the cell the row's link. On a phone a row is a slip of paper:
    ``corner`` puts the cell to its upper right, ``wide`` gives it a line of its own.
    """

    key: str
    label: Word
    value: Callable[[Any], object]
    template: str = ""
    sort: str = ""
    null_as: object = None
    url: Callable[[Any], str] | None = None
    number: bool = False
    wide: bool = False
    corner: bool = False
    shown: bool = True


@dataclass(frozen=True)
class Filter:
    """One filter: ``apply`` narrows the rows. With ``choices`` it is a drop-down (anything else is ignored), else a
    text or date field. A ``quiet`` one stands in the bar only while it is in use: figures link with it. What
    the filters named ``beside`` hold is handed to ``apply`` as well; such a filter's own ``apply`` changes nothing.
    One that ``asks`` is told the reader too, as ``actor``."""

    key: str
    label: Word
    apply: Callable[..., QuerySet[Any]]
    choices: Callable[[HttpRequest], Sequence[Choice]] | None = None
    kind: str = "text"
    quiet: bool = False
    beside: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True)
class Shown:
    """A filter with what was chosen, for the filter bar."""

    filter: Filter
    value: str
    choices: Sequence[Choice]
    actor: Actor | None = None

    @property
    def kind(self) -> str:
        """``select``, or the type of the field. (Templates call what they can call, so they must not touch
        ``filter.choices``.)"""
        return "select" if self.filter.choices else self.filter.kind


def read(filters: Sequence[Filter], request: HttpRequest) -> list[Shown]:
    """The filters with the request's values; a value outside of the choices counts as none. Without NUL, which
    PostgreSQL refuses to compare with."""
    found = []
    for each in filters:
        value = request.GET.get(each.key, "").replace("\0", "").strip()[:100]
        choices = each.choices(request) if each.choices else ()
        if each.choices and value not in {code for code, _ in choices}:
            value = ""
        found.append(Shown(each, value, choices, getattr(request, "actor", None)))
    return found


def narrow(rows: QuerySet[Any], chosen: Sequence[Shown]) -> QuerySet[Any]:
    """The rows that pass every filter in use."""
    values = {shown.filter.key: shown.value for shown in chosen}
    for shown in chosen:
        if shown.value:
            more = {"actor": shown.actor} if shown.filter.asks else {}
            rows = shown.filter.apply(rows, shown.value, *[values.get(key, "") for key in shown.filter.beside], **more)
    return rows
