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


def _group(case: Case, word: str, heads: Sequence[str]) -> list[Person]:
    holder = case.holder
    if case.state == "arbitrating" and case.arbiter_id and word in ("holder", "head"):
        return _holders("cases.arbitrate", [case.arbiter_id])
    if word == "office" or holder is None:
        return _holders("cases.dispatch", None)
    if word == "holder":
        return _holders("cases.handle", [holder.pk])
    if word == "head":
        return _heads(holder, heads)
    line = list(_line(holder))
    if word == "subcommand":
        line = [unit for unit in line if unit.kind == UnitKind.SUBCOMMAND]
    else:
        line = line[: 2 if holder.line_parent_id and holder.parent_id else 1]
    return _holders("cases.view", [unit.pk for unit in line]) if line else []


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
