"""Units and posts held against their history: a right that nobody gave shows here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.people import rights
from chuangcheng.people.facts import post_facts, unit_facts
from chuangcheng.people.models import Post, Unit

_UNIT_EVENTS = ("unit.created", "unit.changed")
_POST_EVENTS = ("unit.post_given", "unit.post_ended")
_KEYS = {"parent": "parent_id", "line_parent": "line_parent_id", "division": "division_id", "person": "person_id"}
_DAYS = ("valid_from", "valid_to")


@dataclass(slots=True)
class Told:
    """What the chains say in the end: of units by id, of posts by id (``unit`` among their facts)."""

    units: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)


def told() -> Told:
    """Fold the chains of all units."""
    found = Told()
    rows = Event.objects.filter(subject_kind="unit", action__in=(*_UNIT_EVENTS, *_POST_EVENTS))
    for subject_id, action, after in rows.order_by("subject_id", "seq").values_list("subject_id", "action", "after"):
        facts = dict(after)
        if action in _UNIT_EVENTS:
            facts.pop("renamed", None)
            found.units[str(subject_id)] = facts
        else:
            post = facts.pop("post")
            found.posts[post] = {**facts, "unit": str(subject_id)}
    return found


def check() -> Iterator[Difference]:
    """Units and posts that differ from their history. A unit without any chain was not made by an action of ours
    (another system's row) and is left to the check of the chains."""
    history = told()
    units = {str(unit.pk): unit for unit in Unit.objects.all()}
    for pk, facts in history.units.items():
        unit = units.get(pk)
        if unit is None:
            yield Difference(f"unit {facts['code']}", "has a history but no row")
        else:
            yield from _compare(f"unit {unit.code}", unit_facts(unit), facts)
    yield from _check_posts(history, units)


def _check_posts(history: Told, units: dict[str, Unit]) -> Iterator[Difference]:
    posts = {str(post.pk): post for post in Post.objects.select_related("unit")}
    for pk, facts in history.posts.items():
        post = posts.get(pk)
        if post is None:
            yield Difference(f"post {pk}", "was given but has no row")
        else:
            yield from _compare(f"post {pk}", {**post_facts(post), "unit": str(post.unit_id)}, facts)
    for pk, post in posts.items():
        if pk not in history.posts and units[str(post.unit_id)].chain_seq:
            yield Difference(f"post {pk}", f"{post.role} at {post.unit.code} was given by nobody")


def _compare(where: str, stored: dict[str, Any], wanted: dict[str, Any]) -> Iterator[Difference]:
    for name, value in wanted.items():
        if stored.get(name) != value:
            yield Difference(where, f"{name} is {stored.get(name)!r}, history says {value!r}")


def rebuild() -> int:
    """Give units and posts what their history says; posts that nobody gave are deleted. How many rows were written."""
    history, written = told(), 0
    with transaction.atomic():
        for unit in Unit.objects.select_for_update().filter(pk__in=history.units):
            written += _restore(unit, unit_facts(unit), history.units[str(unit.pk)])
        for post in Post.objects.select_for_update(of=("self",)).select_related("unit"):
            facts = history.posts.get(str(post.pk))
            if facts is not None:
                written += _restore(post, {**post_facts(post), "unit": str(post.unit_id)}, facts)
            elif post.unit.chain_seq:
                post.delete()
                written += 1
    rights.forget_posts()
    return written


def _restore(row: Unit | Post, stored: dict[str, Any], facts: dict[str, Any]) -> bool:
    changed = {name: value for name, value in facts.items() if stored.get(name) != value}
    for name, value in changed.items():
        column = "unit_id" if name == "unit" else _KEYS.get(name, name)
        setattr(row, column, date.fromisoformat(value) if name in _DAYS and value else value)
    if changed:
        row.save()
    return bool(changed)


register("people", check, rebuild)
