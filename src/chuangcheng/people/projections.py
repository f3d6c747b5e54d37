"""Units, posts and unit cards held against their history: a right that nobody gave shows here."""

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
from chuangcheng.people.models import Charge, Post, Unit

_UNIT_EVENTS = ("unit.created", "unit.changed")
_POST_EVENTS = ("unit.post_given", "unit.post_ended")
_CHARGED = "unit.charged"
_KEYS = {name: f"{name}_id" for name in ("parent", "line_parent", "successor", "division", "person")}
_DAYS = ("valid_from", "valid_to")


@dataclass(slots=True)
class Told:
    """What the chains say in the end: of units by id, of posts by id (``unit`` among their facts), of cards by unit and
    kind."""

    units: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    charges: dict[tuple[str, str], str] = field(default_factory=dict)

    def put(self, unit: str, charges: dict[str, str | None]) -> None:
        """Who stands on a unit's card from now on; nobody where a kind says so."""
        for kind, person in charges.items():
            self.charges.pop((unit, kind), None)
            if person is not None:
                self.charges[unit, kind] = person


def told() -> Told:
    """Fold the chains of all units."""
    found = Told()
    rows = Event.objects.filter(subject_kind="unit", action__in=(*_UNIT_EVENTS, *_POST_EVENTS, _CHARGED))
    for subject_id, action, after in rows.order_by("subject_id", "seq").values_list("subject_id", "action", "after"):
        facts = dict(after)
        if action in _UNIT_EVENTS:
            facts.pop("renamed", None)
            found.units[str(subject_id)] = facts
        elif action == _CHARGED:
            found.put(str(subject_id), facts["charges"])
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
    for unit_id, kind in _charges_amiss(history):
        code = units[unit_id].code if unit_id in units else unit_id
        yield Difference(f"card of unit {code}", f"{kind} is not who history says")


def _charges_amiss(history: Told) -> list[tuple[str, str]]:
    """The places on cards that are not as history says; rows of units without a chain are another system's."""
    rows = Charge.objects.exclude(unit__chain_seq=0).values_list("unit", "kind", "person")
    stored = {(str(unit), kind): str(person) for unit, kind, person in rows}
    places = sorted(set(stored) | set(history.charges))
    return [place for place in places if stored.get(place) != history.charges.get(place)]


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
        for unit in Unit.objects.select_for_update().filter(pk__in=history.units).order_by("pk"):
            written += _restore(unit, unit_facts(unit), history.units[str(unit.pk)])
        for post in Post.objects.select_for_update(of=("self",)).select_related("unit"):
            facts = history.posts.get(str(post.pk))
            if facts is not None:
                written += _restore(post, {**post_facts(post), "unit": str(post.unit_id)}, facts)
            elif post.unit.chain_seq:
                post.delete()
                written += 1
        for unit_id, kind in _charges_amiss(history):
            written += 1
            Charge.objects.filter(unit_id=unit_id, kind=kind).delete()
            if (unit_id, kind) in history.charges:
                Charge.objects.create(unit_id=unit_id, kind=kind, person_id=history.charges[unit_id, kind])
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
