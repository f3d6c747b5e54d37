"""Writing the reference data that outlives editions: case categories and time limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from chuangcheng.framework.models import Category, TimeRule
from chuangcheng.history import versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.people import rights

CACHE = "framework.reference"
_CATEGORY = ("zh", "kind", "class_code", "class_zh", "taxonomy", "is_top")
_RULE = ("condition_zh", "amount", "unit", "close_when", "handling", "severity", "source_ref")


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
        return write_versions(actor, [_typed(row) for row in rows])


def write_versions(actor: Actor, rows: Iterable[Mapping[str, Any]], withdrawn: Iterable[TimeRule] = ()) -> int:
    """Write next versions of what differs, and of what is ``withdrawn``, in the caller's transaction; how many."""
    newest = newest_versions()
    now = clock.now()
    fresh = []
    for row in rows:
        last = newest.get((row["category_code"], row["condition"]))
        if last is None or last.withdrawn or _differs(last, row, _RULE):
            fresh.append(_next(last, actor, now, **_only(row, ("category_code", "condition", *_RULE))))
    fresh += [
        _next(rule, actor, now, withdrawn=True, **_values(rule, ("category_code", "condition", *_RULE)))
        for rule in withdrawn
    ]
    TimeRule.objects.bulk_create(fresh)
    if fresh:
        versions.bump(CACHE)
    return len(fresh)


def _next(last: TimeRule | None, actor: Actor, now: datetime, **values: Any) -> TimeRule:
    return TimeRule(version=last.version + 1 if last else 1, made_at=now, made_by_id=actor.person_id, **values)


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a document, whose figures are texts and which may lack what came later."""
    severity = row.get("severity")
    return {
        **row,
        "amount": Decimal(row["amount"]),
        "handling": row.get("handling") or "",
        "severity": int(severity) if severity else None,
    }


def newest_versions() -> dict[tuple[str, str], TimeRule]:
    """The last word on each (category prefix, condition), withdrawn ones included, straight from the database."""
    return {(rule.category_code, rule.condition): rule for rule in TimeRule.objects.order_by("version", "id")}


def newest_rules() -> dict[tuple[str, str], TimeRule]:
    """The limit in force by (category prefix, condition), straight from the database."""
    return {key: rule for key, rule in newest_versions().items() if not rule.withdrawn}


def _values(row: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _only(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _differs(stored: object, row: Mapping[str, Any], names: Iterable[str]) -> bool:
    return any(getattr(stored, name) != row[name] for name in names)


def _assign(stored: object, row: Mapping[str, Any], names: Iterable[str]) -> None:
    for name in names:
        setattr(stored, name, row[name])
