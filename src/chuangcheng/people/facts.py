"""What history remembers of units and posts: codes, ids and days. Names are text that may be corrected or erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from chuangcheng.people.models import Post, Unit


def unit_facts(unit: Unit) -> dict[str, Any]:
    """The columns of a unit that its history carries, as plain JSON."""
    return {
        "code": unit.code, "kind": str(unit.kind), "group": str(unit.group), "role_code": unit.role_code,
        "parent": _id(unit.parent_id), "line_parent": _id(unit.line_parent_id), "division": _id(unit.division_id),
        "official_order": unit.official_order, "valid_from": _day(unit.valid_from), "valid_to": _day(unit.valid_to),
        "successor": _id(unit.successor_id),
    }  # fmt: skip


def charge_facts(held: Mapping[str, UUID | None]) -> dict[str, Any]:
    """Who stands on a unit's card, by kind, as its history carries it."""
    return {"charges": {kind: _id(person) for kind, person in sorted(held.items())}}


def post_facts(post: Post) -> dict[str, Any]:
    """The columns of a post that the history of its unit carries, as plain JSON."""
    return {
        "person": _id(post.person_id), "role": post.role, "division": _id(post.division_id),
        "valid_from": _day(post.valid_from), "valid_to": _day(post.valid_to),
    }  # fmt: skip


def _id(value: UUID | None) -> str | None:
    return str(value) if value else None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
