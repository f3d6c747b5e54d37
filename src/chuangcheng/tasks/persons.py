"""Persons as a ledger names them: by user name, or by a name that is theirs alone."""

from __future__ import annotations

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person, Unit


def find_person(text: str, unit: Unit | None = None) -> Person | None:
    """The person of that user name or name, of the unit where several bear it; None for no text. Refused:
    ``task.unknown_person``."""
    said = tidy(text)
    if not said:
        return None
    posts = people.valid_posts()
    exact = posts.filter(person__username=said).first()
    if exact is not None:
        return exact.person
    named = {post.person_id: post for post in posts.filter(person__name=said)}
    here = [post for post in named.values() if unit is not None and post.unit_id == unit.pk]
    found = here if len(here) == 1 else list(named.values())
    if len(found) != 1:
        raise Refused("task.unknown_person", given=said[:20])
    return found[0].person
