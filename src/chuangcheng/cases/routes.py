"""The set of routing rules as rows: changed one by one or as a whole from a workbook, and explained for one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import routing
from chuangcheng.cases.models import RoutingRule, Source
from chuangcheng.framework import selectors as framework
from chuangcheng.framework import time_rules
from chuangcheng.history.versions import bump
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.places import selectors as places

EDIT = "framework.edit"
TARGETS = ("unit", "street", "district")
STEP = 10
_NO_UNIT = Label("请选择承办单位", "Choose the unit")
_UNKNOWN_UNIT = Label("没有这个单位", "There is no such unit")


@dataclass(frozen=True, slots=True)
class Route:
    """One rule by codes: ``unit`` only for the target "unit", ``supports`` are codes of units that help 协办."""

    category_prefix: str = ""
    division: str = ""
    source: str = ""
    target: str = "unit"
    unit: str = ""
    supports: tuple[str, ...] = ()
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, read back by :meth:`of_json`."""
        return {**asdict(self), "supports": list(self.supports)}

    @classmethod
    def of_json(cls, row: Mapping[str, Any]) -> Route:
        """The rule of its JSON."""
        return cls(**{**row, "supports": tuple(row["supports"])})

    @classmethod
    def of_rule(cls, rule: RoutingRule) -> Route:
        """What a stored rule says."""
        return cls(
            rule.category_prefix, rule.division.code if rule.division else "", rule.source, rule.target,
            rule.unit.code if rule.unit else "", tuple(unit.code for unit in routing.supports_of(rule)), rule.note,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One rule as it was tried for a place: whether it took the case, or why it was passed over."""

    rule: RoutingRule
    taken: bool
    why: Label


def rules() -> list[RoutingRule]:
    """The rules in order, straight from the database."""
    return routing.stored()


def routes() -> list[Route]:
    """As :func:`rules`, by codes."""
    return [Route.of_rule(rule) for rule in rules()]


def basis() -> str:
    """A digest of the set that stands."""
    return sha256(repr(routes()).encode())[:16]


def get_rule(rule_id: UUID) -> RoutingRule:
    """The rule, or ``common.not_found``."""
    for rule in rules():
        if rule.pk == rule_id:
            return rule
    raise Refused("common.not_found")


def blame(route: Route) -> list[FieldProblem]:
    """What is wrong with one rule, by the names of its fields."""
    known = {unit.code for unit in people.units()}
    found = []
    if route.target not in TARGETS:
        found.append(
            FieldProblem(
                "target",
                "unknown_choice",
                Label(
                    "派往应为指定单位、所在街道或所在区县",
                    "It goes to a named unit, the street or the district of its place",
                ),
            )
        )
    if route.target == "unit" and route.unit not in known:
        found.append(FieldProblem("unit", "unknown_unit", _NO_UNIT if not route.unit else _UNKNOWN_UNIT))
    if any(code not in known for code in route.supports):
        found.append(
            FieldProblem(
                "supports",
                "unknown_unit",
                Label("协办单位中有未知的单位编码", "An unknown unit among the supporting ones"),
            )
        )
    if route.source and route.source not in Source.values:
        found.append(FieldProblem("source", "unknown_choice", Label("没有这个来源", "There is no such source")))
    if route.division and places.division_by_code(route.division) is None:
        found.append(FieldProblem("division", "unknown_division", Label("没有这个区划", "There is no such division")))
    codes = [category.code for category in framework.categories()]
    if route.category_prefix and not any(code.startswith(route.category_prefix) for code in codes):
        found.append(
            FieldProblem(
                "category_prefix", "unknown_category", Label("没有以此开头的案件类别", "No category begins so")
            )
        )
    return found


def unsaved(given: Sequence[Route]) -> list[RoutingRule]:
    """Rules in memory, in order, for trying; units that help are left to ``Route``."""
    units = {unit.code: unit for unit in people.units()}
    return [
        RoutingRule(
            order=number * STEP, category_prefix=route.category_prefix, source=route.source, target=route.target,
            division=places.division_by_code(route.division) if route.division else None,
            unit=units.get(route.unit) if route.target == "unit" else None, note=route.note,
        )
        for number, route in enumerate(given, 1)
    ]  # fmt: skip


def replace_routing(*, actor: Actor, given: Sequence[Route], held_against: str = "") -> int:
    """Put a whole set in force, in the order given; how many rules. All or nothing.

    Refused: ``framework.invalid``, ``framework.rules_moved`` when another set stands than was looked at.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        if held_against and held_against != basis():
            raise Refused("framework.rules_moved")
        problems = [problem for route in given for problem in blame(route)]
        if problems:
            raise Refused("framework.invalid", fields=tuple(problems), count=len(problems))
        RoutingRule.objects.all().delete()
        for rule, route in zip(unsaved(given), given, strict=True):
            rule.save(force_insert=True)
            rule.supports.set(_units(route.supports))
        bump(routing.CACHE)
    return len(given)


def _units(codes: Iterable[str]) -> list[Unit]:
    return list(people.units().filter(code__in=list(codes)))


def save_route(*, actor: Actor, route: Route, rule_id: UUID | None = None) -> None:
    """Write one rule: a new one stands last, a known one keeps its place. Refused: ``framework.invalid``."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        given = [(rule.pk, Route.of_rule(rule)) for rule in rules()]
        if rule_id is None:
            changed = [each for _, each in given] + [route]
        else:
            get_rule(rule_id)
            changed = [route if pk == rule_id else each for pk, each in given]
        replace_routing(actor=actor, given=changed)


def move_route(*, actor: Actor, rule_id: UUID, by: int) -> None:
    """Let a rule stand one place earlier (``by`` -1) or later (1); at the end it stays."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        standing = rules()
        at = next((index for index, rule in enumerate(standing) if rule.pk == rule_id), None)
        if at is None:
            raise Refused("common.not_found")
        to = min(max(at + by, 0), len(standing) - 1)
        standing.insert(to, standing.pop(at))
        for number, rule in enumerate(standing, 1):
            rule.order = number * STEP
        RoutingRule.objects.bulk_update(standing, ["order"])
        bump(routing.CACHE)


def remove_route(*, actor: Actor, rule_id: UUID) -> None:
    """Take a rule away."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        get_rule(rule_id).delete()
        bump(routing.CACHE)


def explain(category_code: str, division_path: str, source: str) -> list[Step]:
    """Rule by rule down to the one that takes the case: which were passed over and why."""
    steps: list[Step] = []
    for rule in rules():
        why = _why_not(rule, category_code, division_path, source)
        if why is None:
            unit = routing.target(rule, division_path)
            why = Label(f"派给{unit.short_name}", f"to {unit.short_name}") if unit else None
            if why is not None:
                return [*steps, Step(rule, True, why)]
            why = Label("该位置没有对应单位", "no such office at this place")
        steps.append(Step(rule, False, why))
    return steps


def _why_not(rule: RoutingRule, category_code: str, division_path: str, source: str) -> Label | None:
    if not category_code.startswith(rule.category_prefix):
        return Label("类别不符", "another category")
    if rule.division is not None and not division_path.startswith(rule.division.path):
        return Label("区域不符", "another area")
    if rule.source not in ("", source):
        return Label("来源不符", "another source")
    return None


def apply_draft(*, actor: Actor, draft_id: UUID, held_against: str) -> int:
    """Put a draft of routing rules in force: see :func:`replace_routing`."""
    with transaction.atomic():
        draft = time_rules.end_draft(actor=actor, draft_id=draft_id, kind="routing", state="applied")
        return replace_routing(actor=actor, given=[Route.of_json(row) for row in draft.rows], held_against=held_against)
