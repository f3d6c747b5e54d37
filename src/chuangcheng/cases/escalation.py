"""To whom a case speaks, by post and up the line: who handle it, the head of the unit, the units it answers to, the
sub-command, the office. A rung that finds nobody climbs on, so that no reminder goes to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from chuangcheng.cases.models import Case
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person, Post, Unit, UnitKind

#: How far a line is followed; a city has five levels.
HIGHEST = 8


def recipients(case: Case, to: Iterable[str], heads: Sequence[str]) -> list[Person]:
    """The persons behind the words of a rung, each once."""
    found: dict[UUID, Person] = {}
    for word in to:
        for person in _group(case, word, heads):
            found.setdefault(person.pk, person)
    return list(found.values()) or _holders("cases.dispatch", None)


def around(unit: Unit, to: Iterable[str], heads: Sequence[str], *, owes: str, office: str) -> list[Person]:
    """As :func:`recipients`, for what a unit owes apart from holding a case: ``owes`` is the permission of those who do
    it there, ``office`` that of those who watch over it for the whole city."""
    found: dict[UUID, Person] = {}
    for word in to:
        persons = _holders(office, None) if word == "office" else _near(unit, word, heads, owes)
        found |= {person.pk: person for person in persons if person.pk not in found}
    return list(found.values()) or _holders(office, None)


def _group(case: Case, word: str, heads: Sequence[str]) -> list[Person]:
    holder = case.holder
    if case.state == "arbitrating" and case.arbiter_id and word in ("holder", "head"):
        return _holders("cases.arbitrate", [case.arbiter_id])
    if word == "office" or holder is None:
        return _holders("cases.dispatch", None)
    return _near(holder, word, heads, "cases.handle")


def _near(unit: Unit, word: str, heads: Sequence[str], owes: str) -> list[Person]:
    if word == "holder":
        return _holders(owes, [unit.pk])
    if word == "head":
        return _heads(unit, heads)
    line = list(_line(unit))
    if word == "subcommand":
        line = [each for each in line if each.kind == UnitKind.SUBCOMMAND]
    else:
        line = line[: 2 if unit.line_parent_id and unit.parent_id else 1]
    return _holders("cases.view", [each.pk for each in line]) if line else []


def _line(unit: Unit) -> Iterator[Unit]:
    """The units above, the nearest first; at each level the line department before the territory's office."""
    seen = {unit.pk}
    level = [unit]
    for _ in range(HIGHEST):
        above = [parent for each in level for parent in (each.line_parent, each.parent) if parent is not None]
        level = [parent for parent in dict.fromkeys(above) if parent.pk not in seen]
        seen.update(parent.pk for parent in level)
        yield from level


def _holders(permission: str, units: list[UUID] | None) -> list[Person]:
    """Persons with a post that holds the permission in one of those units; without units, over the whole city."""
    roles = [role.code for role in rights.roles().values() if permission in role.permissions]
    if units is None:
        roles = [role for role in roles if rights.roles()[role].scope == "all"]
    posts = people.valid_posts().filter(role__in=roles)
    return _persons(posts if units is None else posts.filter(unit__in=units))


def _heads(unit: Unit, heads: Sequence[str]) -> list[Person]:
    posts = people.valid_posts().filter(unit=unit).exclude(title="")
    return _persons(post for post in posts if any(word in post.title for word in heads))


def _persons(posts: Iterable[Post]) -> list[Person]:
    return list({post.person_id: post.person for post in sorted(posts, key=lambda post: post.pk)}.values())
