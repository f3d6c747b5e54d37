"""What filters and forms offer: units, areas, categories, filing conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chuangcheng.cases.deadlines import due_for
from chuangcheng.cases.models import Source
from chuangcheng.cases.states import CASE, PLEA, REPORT
from chuangcheng.cases.status import LABELS
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Standard, TimeRule
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import StateTable
from chuangcheng.people import selectors as people
from chuangcheng.people.models import UnitKind
from chuangcheng.people.rights import scope_of
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.web.moments import short_moment
from chuangcheng.web.problems import language

Choices = list[tuple[str, str]]


def _states(table: StateTable) -> Choices:
    return [(state.code, state.label.text(language())) for state in table.states]


def place_of(row: Any) -> tuple[float, float] | None:
    """(longitude, latitude) of a case or report."""
    return (row.lon, row.lat) if row.lon is not None and row.lat is not None else None


def case_states(_request: HttpRequest) -> Choices:
    """States of a case."""
    return _states(CASE)


def report_states(_request: HttpRequest) -> Choices:
    """States of a report."""
    return _states(REPORT)


def pleas(_request: HttpRequest) -> Choices:
    """What became of reporters' pleas to reopen."""
    return _states(PLEA)


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
    """Case categories in groups, the ten that a campaign meets most first. A component is no case; its fault is."""
    groups: dict[str, Choices] = {}
    matters = [each for each in framework.categories() if each.kind == "matter"]
    for each in matters:
        if each.is_top:
            groups.setdefault(_("常见"), []).append((each.code, each.zh))
    for each in matters:
        groups.setdefault(each.class_zh, []).append((each.code, each.zh))
    return [("", [("", _("请选择"))]), *groups.items()]


def conditions(category_code: str) -> Choices:
    """The filing conditions 立案条件 of a category, each with the limit that it gives a case filed now; the default
    stands first. A city without any rule has the default alone."""
    found = [(rule, *due_for(category_code, rule.condition, clock.now())) for rule in _rules(category_code)]
    said = _("%(condition)s：%(limit)s，至 %(due)s")
    return [
        (rule.condition, said % {
            "condition": rule.condition_zh or _("一般情形"), "limit": limit_words(rule),
            "due": short_moment(deadline.at, clock.now()),
        })
        for rule, deadline, _rule in found
    ] or [(framework.DEFAULT, _("一般情形"))]  # fmt: skip


def _rules(category_code: str) -> list[TimeRule]:
    """The rules of a category; a name that none of them has falls back to the default and is not offered twice."""
    return list({rule.condition: rule for rule in framework.conditions(category_code)}.values())


def limit_words(rule: TimeRule) -> str:
    """``4 工作时``: a time limit in its own unit of working time."""
    said = {"urgent_hours": _("%(n)s 紧急工作时"), "work_hours": _("%(n)s 工作时"), "work_days": _("%(n)s 工作日")}
    return said[rule.unit] % {"n": f"{rule.amount.normalize():f}"}


def standard(code: str) -> Standard | None:
    """The standard of a code that was typed, in any published edition; None for nothing. Refused:
    ``task.unknown_standard``."""
    if not code.strip():
        return None
    for edition in framework.published_editions():
        found = framework.standard_by_code(edition, code.strip())
        if found is not None:
            return found
    raise Refused("task.unknown_standard", given=code[:20])
