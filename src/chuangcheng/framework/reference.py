"""Writing the reference data that outlives editions: case categories and time limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from chuangcheng.framework.models import Category, TimeRule
from chuangcheng.history import versions
from chuangcheng.kernel.actor import Actor
from chuangcheng.people import rights

CACHE = "framework.reference"
_CATEGORY = ("zh", "kind", "class_code", "class_zh", "taxonomy", "is_top")
_RULE = ("condition_zh", "amount", "unit", "close_when", "source_ref")


def save_categories(*, actor: Actor, rows: Iterable[Mapping[str, Any]]) -> int:
    """Make or change the categories of those codes; others stay. Returns how many rows changed."""
    with transaction.atomic():
        rights.require_or_system(actor, "framework.edit")
        known = {category.code: category for category in Category.objects.all()}
        fresh = [Category(**_only(row, ("code", *_CATEGORY))) for row in rows if row["code"] not in known]
        changed = [row for row in rows if row["code"] in known and _differs(known[row["code"]], row, _CATEGORY)]
        for row in changed:
            _assign(known[row["code"]], row, _CATEGORY)
        Category.objects.bulk_create(fresh)
        Category.objects.bulk_update([known[row["code"]] for row in changed], _CATEGORY)
        if fresh or changed:
            versions.bump(CACHE)
        return len(fresh) + len(changed)


def save_time_rules(*, actor: Actor, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add each limit that differs from the newest version for its category and condition, as a next version.

    An old version stays, because deadlines remember the one that made them. Returns how many were added.
    """
    with transaction.atomic():
        rights.require_or_system(actor, "framework.edit")
        newest = newest_rules()
        fresh = []
        for given in rows:
            row = {**given, "amount": Decimal(given["amount"])}
            last = newest.get((row["category_code"], row["condition"]))
            if last is None or _differs(last, row, _RULE):
                version = last.version + 1 if last else 1
                fresh.append(TimeRule(version=version, **_only(row, ("category_code", "condition", *_RULE))))
        TimeRule.objects.bulk_create(fresh)
        if fresh:
            versions.bump(CACHE)
        return len(fresh)


def newest_rules() -> dict[tuple[str, str], TimeRule]:
    """The limit in force by (category prefix, condition), straight from the database."""
    return {(rule.category_code, rule.condition): rule for rule in TimeRule.objects.order_by("version", "id")}


def _only(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _differs(stored: object, row: Mapping[str, Any], names: Iterable[str]) -> bool:
    return any(getattr(stored, name) != row[name] for name in names)


def _assign(stored: object, row: Mapping[str, Any], names: Iterable[str]) -> None:
    for name in names:
        setattr(stored, name, row[name])
