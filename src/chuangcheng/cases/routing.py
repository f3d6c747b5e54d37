"""Which unit a case should go to: ordered rules over category, area and source. A suggestion, never an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from chuangcheng.cases.models import RoutingRule
from chuangcheng.framework import selectors as framework
from chuangcheng.history.versions import Cached, bump
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division

CACHE = "routing"

#: The rules of a city that has written none: what a street can see to itself goes to the street, what needs a trade
#: to the department of that trade. (order, category prefix, target, role of the unit, note); GB/T 47678.5 classes.
DEFAULTS = (
    (10, "07003", "unit", "urban_management", "违规户外广告"),
    (20, "08", "unit", "housing_construction", "施工管理"),
    (30, "02", "unit", "traffic_police", "交通设施"),
    (40, "04", "unit", "landscaping", "园林绿化设施"),
    (50, "01", "unit", "urban_management", "市政公用设施"),
    (60, "03", "unit", "sanitation", "市容环卫设施"),
    (900, "", "street", "", "其余归所在街道"),
    (910, "", "district", "", "没有街道的归所在区县"),
    (990, "", "unit", "urban_management", "无处可归的归城管"),
)


#: Finds the office of a kind (``street``, ``district``) that a place belongs to.
Territory = Callable[[str, str], Unit | None]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The unit that a rule names for a case, and why."""

    unit: Unit
    rule: RoutingRule
    explanation: Label
    supports: tuple[Unit, ...] = ()


def stored() -> list[RoutingRule]:
    """The rules in order, straight from the database."""
    return list(RoutingRule.objects.select_related("division", "unit__division").prefetch_related("supports"))


_rules = Cached(CACHE, stored)


def is_set_up() -> bool:
    """Whether the city has any rule: where it has none, that no rule fits says nothing."""
    return bool(_rules.get())


def suggest(category_code: str, division_path: str, source: str) -> Suggestion | None:
    """The unit of the first rule that fits and leads to a unit; None where no rule does."""
    return _suggest(_rules.get(), category_code, division_path, source, _read_territory)


def suggest_each(
    asked: Sequence[tuple[str, str, str]], rules: Sequence[RoutingRule] | None = None
) -> list[Suggestion | None]:
    """As :func:`suggest` for many (category code, division path, source), with one query for all territories; by the
    rules in force, or by others that are only being tried."""
    rules = _rules.get() if rules is None else rules
    paths = {path for _, path, _ in asked if path}
    units = people.territories(paths) if paths else []

    def territory(kind: str, division_path: str) -> Unit | None:
        inside = people.prefixes(division_path)
        return next(
            (unit for unit in units if unit.kind == kind and unit.division and unit.division.path in inside), None
        )

    return [_suggest(rules, *each, territory) for each in asked]


def _suggest(
    rules: Sequence[RoutingRule], category_code: str, division_path: str, source: str, territory: Territory
) -> Suggestion | None:
    for rule in rules:
        if not fits(rule, category_code, division_path, source):
            continue
        unit = _target(rule, division_path, territory)
        if unit:
            return Suggestion(unit, rule, _why(rule, category_code), _supports(rule, unit))
    return None


def fits(rule: RoutingRule, category_code: str, division_path: str, source: str) -> bool:
    """Whether category (by prefix), area (by subtree) and source are the rule's."""
    return (
        category_code.startswith(rule.category_prefix)
        and (rule.division is None or division_path.startswith(rule.division.path))
        and rule.source in ("", source)
    )


def supports_of(rule: RoutingRule) -> list[Unit]:
    """The units that help beside the lead, in official order; none for a rule that is only being tried."""
    if rule._state.adding:
        return []
    return sorted(rule.supports.all(), key=lambda unit: (unit.official_order, unit.code))


def _supports(rule: RoutingRule, lead: Unit) -> tuple[Unit, ...]:
    return tuple(unit for unit in supports_of(rule) if unit.pk != lead.pk)


def target(rule: RoutingRule, division_path: str) -> Unit | None:
    """The unit that a rule names at a place; None where its street or district has no office."""
    return _target(rule, division_path, _read_territory)


def _target(rule: RoutingRule, division_path: str, territory: Territory) -> Unit | None:
    return rule.unit if rule.target == "unit" else territory(rule.target, division_path)


def _read_territory(kind: str, division_path: str) -> Unit | None:
    return people.street_unit(division_path) if kind == "street" else people.district_unit(division_path)


def _why(rule: RoutingRule, category_code: str) -> Label:
    category = framework.category(category_code) if category_code else None
    name = category.zh if category else category_code or "—"
    note = rule.note or rule.get_target_display()
    return Label(f"按规则{rule.order}：{name} → {note}", f"Rule {rule.order}: {category_code or 'any'} → {rule.target}")


def save_rule(
    *, actor: Actor, order: int, target: str, unit: Unit | None = None, category_prefix: str = "",
    division: Division | None = None, source: str = "", note: str = "",
) -> RoutingRule:  # fmt: skip
    """Write the rule of that order; the processes notice within two seconds."""
    rights.require_or_system(actor, "framework.edit")
    with transaction.atomic():
        rule, _ = RoutingRule.objects.update_or_create(
            order=order, category_prefix=category_prefix,
            defaults={"target": target, "unit": unit, "division": division, "source": source, "note": note},
        )  # fmt: skip
        bump(CACHE)
    return rule


def ensure_default_routing(*, actor: Actor) -> int:
    """Write :data:`DEFAULTS` where the city has no rule yet; how many. Rules for trades without a unit are left out."""
    if RoutingRule.objects.exists():
        return 0
    written = 0
    with transaction.atomic():
        for order, prefix, target, role, note in DEFAULTS:
            unit = next(iter(people.units_by_role(role)), None)
            if target == "unit" and unit is None:
                continue
            save_rule(actor=actor, order=order, category_prefix=prefix, target=target, unit=unit, note=note)
            written += 1
    return written
