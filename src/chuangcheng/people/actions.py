"""Changes of units, persons and posts. The system itself may set up a city; otherwise ``people.edit`` is needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from chuangcheng.history import actions as history
from chuangcheng.history import secrets, versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise
from chuangcheng.people import handover, rights, selectors, successors
from chuangcheng.people.facts import post_facts, unit_facts
from chuangcheng.people.models import Person, Post, Unit, UnitGroup, UnitKind
from chuangcheng.people.phones import phone_text
from chuangcheng.places.models import Division

EDIT = "people.edit"
LINES = ("parent", "line_parent")


def save_unit(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    short_name: str = "",
    group: str = UnitGroup.NONE,
    role_code: str = "",
    parent: Unit | None = None,
    line_parent: Unit | None = None,
    division: Division | None = None,
    section: str = "",
    official_order: int = 0,
    valid_from: date | None = None,
    valid_to: date | None = None,
    successor: Unit | None = None,
) -> Unit:
    """Make or change the unit of that code. Saving what already stands changes nothing, not even its history.

    Refused: ``people.unknown_kind|unknown_group|period|own_superior``; for one that ends also what
    :func:`successors.check` says.
    """
    values: dict[str, Any] = {
        "name": _text("单位名称", name, 100), "short_name": _text("单位简称", short_name or name[:40], 40),
        "kind": kind, "group": group, "role_code": role_code, "parent": parent, "line_parent": line_parent,
        "division": division, "official_order": official_order, "valid_from": valid_from, "valid_to": valid_to,
        "successor": successor, "section": _text("责任科室", section, 60) if section.strip() else "",
    }  # fmt: skip
    code = _text("单位编码", code, 40)
    _check_unit(values)
    with transaction.atomic():
        _hold_structure(code, values)
        unit = Unit.objects.select_for_update(no_key=True).filter(code=code).first()
        place = (unit.division if unit else division) or division
        rights.require_or_system(actor, EDIT, unit_id=unit.pk if unit else None, path=place.path if place else "")
        fresh = unit is None
        unit = unit or Unit(code=code)
        changed = [name for name, value in values.items() if fresh or getattr(unit, name) != value]
        if not changed:
            return unit
        before, was_over = {} if fresh else unit_facts(unit), successors.is_over(unit)
        for name in changed:
            setattr(unit, name, values[name])
        _refuse_circle(unit, [] if fresh else [line for line in LINES if line in changed])
        successors.check(unit, was_over)
        action = "unit.created" if fresh else "unit.changed"
        # Names are text that may be corrected; history says only that they changed.
        renamed = bool({"name", "short_name", "section"} & set(changed))
        history.append(unit, action, actor, before=before, after={**unit_facts(unit), "renamed": renamed})
        unit.save(force_insert=fresh)
    _forget()
    return unit


def _hold_structure(code: str, values: dict[str, Any]) -> None:
    """Who moves a unit under another, or names its successor, waits for others who do: two at once would make a ring
    that neither sees. A new unit is above nobody."""
    lines = (*LINES, "successor")
    stored = Unit.objects.filter(code=code).values(*(f"{line}_id" for line in lines)).first()
    moved = [line for line in lines if values[line] is not None]
    if stored is not None and any(stored[f"{line}_id"] != values[line].pk for line in moved):
        versions.hold(handover.STRUCTURE)


def _check_unit(values: dict[str, Any]) -> None:
    if values["kind"] not in UnitKind.values:
        raise Refused("people.unknown_kind", kind=values["kind"])
    if values["group"] not in UnitGroup.values:
        raise Refused("people.unknown_group", group=values["group"])
    _check_period(values["valid_from"], values["valid_to"])


def _check_period(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise Refused("people.period")


def _refuse_circle(unit: Unit, lines: Iterable[str]) -> None:
    """None of the lines may lead back to the unit itself, as they stand now: what the caller read may be old."""
    for line in lines:
        above = getattr(unit, f"{line}_id")
        while above is not None:
            if above == unit.pk:
                raise Refused("people.own_superior", unit=unit.short_name)
            above = Unit.objects.values_list(f"{line}_id", flat=True).get(pk=above)


def save_person(
    *,
    actor: Actor,
    username: str,
    name: str,
    password: str | None = None,
    email: str = "",
    phone: str | None = None,
    language: str = "",
    is_active: bool = True,
) -> Person:
    """Make or change the person of that username. ``None`` keeps password and phone; a new person without a
    password cannot sign in by one. The phone is stored encrypted; ``""`` erases it."""
    username = _text("用户名", username, 60)
    values: dict[str, Any] = {
        "name": _text("姓名", name, 60), "email": email, "language": language, "is_active": is_active,
    }  # fmt: skip
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).filter(username=username).first()
        _require_person(actor, person)
        fresh = person is None
        if person is not None and person.is_active and not is_active:
            handover.refuse_holding(person)
        person = person or Person(username=username)
        for field, value in values.items():
            setattr(person, field, value)
        if phone is not None and phone != selectors.phone_of(person):
            person.phone_cipher = secrets.encrypt(phone_text(phone)) if phone else b""
        _set_password(person, password, fresh)
        person.save(force_insert=fresh)
    _forget()
    return person


def _require_person(actor: Actor, person: Person | None) -> None:
    """Whose scope is narrower than the city edits only persons with a post inside of it."""
    post = None if person is None else person.posts.select_related("unit", "division").order_by("id").first()
    path = post.division.path if post and post.division else ""
    rights.require_or_system(actor, EDIT, unit_id=post.unit_id if post else None, path=path)


def _set_password(person: Person, password: str | None, fresh: bool) -> None:
    if password is None:
        if fresh:
            person.set_unusable_password()
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("people.weak_password", reason=" ".join(error.messages)) from error
    person.set_password(password)


def give_post(
    *,
    actor: Actor,
    person: Person,
    role: str,
    unit: Unit,
    division: Division | None = None,
    title: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Post:
    """Give the person a post, the only source of rights. The same post again is changed, not doubled."""
    if role not in rights.roles():
        raise Refused("people.unknown_role", role=role)
    if division is None and rights.roles()[role].scope == "division":
        raise Refused("people.division_needed", role=rights.roles()[role].label)
    _check_period(valid_from, valid_to)
    values: dict[str, Any] = {"title": title[:60], "valid_from": valid_from, "valid_to": valid_to}
    with transaction.atomic():
        unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        rights.require_or_system(actor, EDIT, unit_id=unit.pk, path=division.path if division else "")
        # Looked up by hand: NULL divisions never collide in a unique constraint.
        post = Post.objects.filter(person=person, role=role, unit=unit, division=division).first()
        fresh = post is None
        post = post or Post(person=person, role=role, unit=unit, division=division)
        if not fresh and all(getattr(post, name) == value for name, value in values.items()):
            return post
        for name, value in values.items():
            setattr(post, name, value)
        post.save(force_insert=fresh)
        _record(unit, "unit.post_given", actor, post)
    _forget()
    return post


def end_post(*, actor: Actor, post: Post, last_day: date | None = None) -> Post:
    """End a post; by default its rights are gone at once (its last day was yesterday)."""
    last_day = last_day or clock.today().date() - timedelta(days=1)
    with transaction.atomic():
        unit = Unit.objects.select_for_update(no_key=True).get(pk=post.unit_id)
        path = post.division.path if post.division else ""
        rights.require_or_system(actor, EDIT, unit_id=unit.pk, path=path)
        post = Post.objects.select_for_update(of=("self",)).select_related("unit", "division").get(pk=post.pk)
        if post.valid_to == last_day:
            return post
        post.valid_to = last_day
        if post.valid_from and post.valid_from > last_day:
            post.valid_from = last_day
        post.save(update_fields=["valid_from", "valid_to"])
        _record(unit, "unit.post_ended", actor, post)
    _forget()
    return post


def _record(unit: Unit, action: str, actor: Actor, post: Post) -> None:
    """Who was given which rights is history of the unit: ids and codes only."""
    history.append(unit, action, actor, after={"post": post.pk, **post_facts(post)})
    unit.save(update_fields=[*history.CHAIN_FIELDS])


def _forget() -> None:
    """Now, for the rest of this transaction, and again once others can read it: between the two a neighbour thread
    may have read the old row."""
    rights.forget_posts()
    transaction.on_commit(rights.forget_posts)


def _text(field: str, value: str, limit: int) -> str:
    value = normalise(value)
    if not value:
        raise Refused("people.nothing_given", field=field)
    if len(value) > limit:
        raise Refused("people.too_long", field=field, limit=limit)
    return value
