"""Reading editions, duties, categories and time limits. Reference data comes from a process cache."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from chuangcheng.framework.documents import EDITION_CACHE
from chuangcheng.framework.models import (
    Category,
    ChecklistItem,
    Duty,
    DutyKind,
    Edition,
    EditionState,
    Family,
    Node,
    SiteKind,
    Standard,
    TimeRule,
)
from chuangcheng.framework.reference import CACHE, newest_rules
from chuangcheng.framework.rules import Rules
from chuangcheng.history.versions import Cached
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class _Reference:
    categories: dict[str, Category]
    rules: dict[tuple[str, str], TimeRule]
    versions: dict[str, TimeRule]


def _load() -> _Reference:
    known = {str(rule.pk): rule for rule in TimeRule.objects.all()}
    return _Reference({row.code: row for row in Category.objects.order_by("code")}, newest_rules(), known)


_reference: Cached[_Reference] = Cached(CACHE, _load)


def _main_edition() -> Edition | None:
    published = {edition.family: edition for edition in Edition.objects.filter(state=EditionState.PUBLISHED)}
    return next((published[family] for family in Family.values if family in published), None)


_current: Cached[Edition | None] = Cached(EDITION_CACHE, _main_edition)
_rules: Cached[dict[UUID, Rules]] = Cached(EDITION_CACHE, dict)
_checklists: Cached[dict[UUID, dict[str, ChecklistItem]]] = Cached(EDITION_CACHE, dict)
_by_category: Cached[dict[UUID, dict[str, list[Standard]]]] = Cached(EDITION_CACHE, dict)


def editions() -> QuerySet[Edition]:
    """Every edition, the newest first."""
    return Edition.objects.order_by("-id")


def current_edition() -> Edition | None:
    """The published edition of the first family that has one, which everything is held against; for reading only (it
    comes from a cache)."""
    return _current.get()


def published_editions() -> list[Edition]:
    """The published edition of each family, the main one first."""
    order = list(Family.values)
    return sorted(Edition.objects.filter(state=EditionState.PUBLISHED), key=lambda one: order.index(one.family))


def get_edition(edition_id: UUID) -> Edition:
    """The edition, or ``common.not_found``. Whoever may see the framework may see all of it."""
    found = Edition.objects.filter(pk=edition_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def edition_by_code(code: str) -> Edition | None:
    """The edition of that code."""
    return Edition.objects.filter(code=code).first()


def rules_of(edition: Edition) -> Rules:
    """The edition's rules, typed."""
    return Rules.of(edition.rules)


def rules_at(kind_id: UUID) -> Rules:
    """The rules of the edition that a kind of sites belongs to; cached, for the hot path of checks."""
    held = _rules.get()
    if kind_id not in held:
        held[kind_id] = rules_of(Edition.objects.get(site_kinds=kind_id))
    return held[kind_id]


def nodes_of(edition: Edition) -> QuerySet[Node]:
    """Frameworks, projects and contents in the tree's order."""
    return edition.nodes.order_by("order")


def standards_of(edition: Edition) -> QuerySet[Standard]:
    """The edition's standards in the tree's order, content, project and framework loaded."""
    above = "__".join(["content", *["parent"] * (len(edition.level_names) - 1)])
    return edition.standards.select_related(above).order_by("order")


def standard_by_code(edition: Edition, code: str) -> Standard | None:
    """The edition's standard of that code."""
    return standards_of(edition).filter(code=code).first()


def get_standard(standard_id: UUID) -> Standard:
    """The standard, or ``common.not_found``. Whoever may see the framework may see all of it."""
    found = Standard.objects.select_related("edition", "content__parent__parent").filter(pk=standard_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def heirs(edition: Edition) -> dict[UUID, UUID | None]:
    """Which standards of this edition take over from older ones (old id → new id, None where it is settled that none
    does)."""
    return dict(edition.successions.values_list("old_id", "new_id"))


def kinds_of(edition: Edition) -> QuerySet[SiteKind]:
    """The edition's kinds of sites, in its order."""
    return edition.site_kinds.order_by("order")


def kind_by_code(edition: Edition, code: str) -> SiteKind | None:
    """The edition's kind of sites of that code."""
    return edition.site_kinds.filter(code=code).first()


def items_of(site_kind: SiteKind) -> QuerySet[ChecklistItem]:
    """The kind's checklist in order, each item with the standards it speaks for (heaviest first)."""
    return site_kind.items.prefetch_related(
        Prefetch("standards", queryset=Standard.objects.order_by("order"))
    ).order_by("order")


def checklist(kind_id: UUID) -> dict[str, ChecklistItem]:
    """The kind's items by code, in order, with their standards loaded; cached, for reading only."""
    held = _checklists.get()
    if kind_id not in held:
        rows = ChecklistItem.objects.filter(site_kind=kind_id).order_by("order").prefetch_related("standards")
        held[kind_id] = {item.code: item for item in rows}
    return held[kind_id]


def heaviest_standard(item: ChecklistItem) -> Standard | None:
    """Of the standards that an item speaks for the one with the most points; the first in the tree when equal."""
    standards = sorted(item.standards.all(), key=lambda standard: (-standard.weight, standard.order))
    return standards[0] if standards else None


def duties_of(standard: Standard) -> list[Duty]:
    """Who answers for a standard: lead before support before territory, then in official order."""
    kinds = list(DutyKind.values)
    found = standard.duties.select_related("unit", "person")
    return sorted(found, key=lambda duty: (kinds.index(duty.kind), duty.unit.official_order, duty.unit.code))


def lead_units(standard: Standard) -> list[Unit]:
    """The units that lead a standard, in official order."""
    leads = standard.duties.filter(kind=DutyKind.LEAD).values("unit")
    return list(Unit.objects.filter(pk__in=leads).select_related("division"))


def category(code: str) -> Category | None:
    """The case category of that code."""
    return _reference.get().categories.get(code)


def categories() -> list[Category]:
    """Every case category by code."""
    return list(_reference.get().categories.values())


def case_category(codes: Iterable[str]) -> Category | None:
    """The category under which a failed item's case is filed: the first code that exists.

    A component cannot be a case; its fault (the same code with ``F``) is.
    """
    known = _reference.get().categories
    for code in codes:
        found = known.get(f"{code}F") or known.get(code)
        if found is not None and found.kind == "matter":
            return found
    return None


def conditions(category_code: str) -> list[TimeRule]:
    """The limits to choose from when filing under a category: one for each filing condition, the default first."""
    names = {condition for prefix, condition in _reference.get().rules if category_code.startswith(prefix)}
    return [time_rule(category_code, name) for name in sorted(names, key=lambda name: (name != DEFAULT, name))]


def time_rule(category_code: str, condition: str = DEFAULT) -> TimeRule:
    """The limit in force: the longest prefix that has the condition, else the longest with the default.

    Raises ``framework.no_time_rule`` only where a city has loaded no rule for everything.
    """
    rules = _reference.get().rules
    for name in (condition, DEFAULT):
        for length in range(len(category_code), -1, -1):
            rule = rules.get((category_code[:length], name))
            if rule is not None:
                return rule
    raise Refused("framework.no_time_rule", category=category_code)


def time_rule_version(made_by: str) -> TimeRule | None:
    """The very version that a case's ``due_rule`` (``id@version``) names; None for a deadline made elsewhere."""
    return _reference.get().versions.get(made_by.partition("@")[0])


def standards_for_category(edition: Edition, code: str) -> list[Standard]:
    """The standards that a case of this category speaks for, the heaviest first: those of the items that would open
    such a case."""
    of_editions = _by_category.get()
    if edition.pk not in of_editions:
        of_editions[edition.pk] = _standards_by_category(edition)
    return of_editions[edition.pk].get(code, [])


def _standards_by_category(edition: Edition) -> dict[str, list[Standard]]:
    found: dict[str, set[Standard]] = {}
    items = ChecklistItem.objects.filter(site_kind__edition=edition).exclude(case_codes=[])
    for item in items.prefetch_related("standards"):
        filed = case_category(item.case_codes)
        for code in {*item.case_codes, *([filed.code] if filed else [])}:
            found.setdefault(code, set()).update(item.standards.all())
    return {code: sorted(some, key=lambda one: (-one.weight, one.order)) for code, some in found.items()}
