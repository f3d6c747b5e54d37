"""What filters and forms offer: units, areas, categories."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chuangcheng.cases.models import Source
from chuangcheng.cases.states import CASE, REPORT
from chuangcheng.cases.status import LABELS
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.states import StateTable
from chuangcheng.people import selectors as people
from chuangcheng.people.models import UnitKind
from chuangcheng.people.rights import scope_of
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.web.problems import language

Choices = list[tuple[str, str]]


def _states(table: StateTable) -> Choices:
    return [(state.code, state.label.text(language())) for state in table.states]


def case_states(_request: HttpRequest) -> Choices:
    """States of a case."""
    return _states(CASE)


def report_states(_request: HttpRequest) -> Choices:
    """States of a report."""
    return _states(REPORT)


def statuses(_request: HttpRequest) -> Choices:
    """How a case stands against its clock."""
    return [(code, label.text(language())) for code, label in LABELS.items()]


def sources(_request: HttpRequest) -> Choices:
    """Doors by which things come in."""
    return [(code, _(label)) for code, label in Source.choices]


def areas(request: HttpRequest) -> Choices:
    """Districts and streets in the post's reach, as path prefixes; a street stands below its district."""
    post = getattr(request, "post", None)
    if post is None:
        return []
    scope = scope_of(post)
    rows = Division.objects.filter(level__in=[DivisionLevel.DISTRICT, DivisionLevel.STREET])
    if scope.paths and not scope.everything:
        inside = Q()
        for path in scope.paths:
            inside |= Q(path__startswith=path)
        rows = rows.filter(inside)
    found = rows.order_by("path").values_list("path", "name", "level")
    return [(path, name if level == DivisionLevel.DISTRICT else f"　{name}") for path, name, level in found]


def units(_request: HttpRequest | None = None, *, without: Sequence[UUID] = ()) -> Choices:
    """Units that can hold a case, in official order."""
    kinds = [UnitKind.HEADQUARTERS, UnitKind.OFFICE]
    rows = people.units().exclude(kind__in=kinds).exclude(pk__in=without).values_list("pk", "short_name")
    return [(str(pk), name) for pk, name in rows]


def categories() -> list[tuple[str, Choices]]:
    """Case categories in groups, the ten that a campaign meets most first."""
    groups: dict[str, Choices] = {}
    for each in framework.categories():
        if each.is_top:
            groups.setdefault(_("常见"), []).append((each.code, each.zh))
    for each in framework.categories():
        groups.setdefault(each.class_zh, []).append((each.code, each.zh))
    return [("", [("", _("请选择"))]), *groups.items()]
