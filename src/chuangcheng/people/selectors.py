"""Reading units, persons and posts."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from chuangcheng.history import secrets
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Person, Post, Unit, UnitKind


def actor_of(post: Post) -> Actor:
    """The actor who acts from ``post``. The label names the post ("河东街道 · 网格员"), never the person."""
    title = post.title or rights.roles()[post.role].label.zh
    return Actor(post.person_id, post.pk, f"{post.unit.short_name} · {title}"[:100])


def valid_posts() -> QuerySet[Post]:
    """Posts that stand today, held by persons who may sign in; unit, division and person loaded."""
    today = clock.today().date()
    started = Q(valid_from=None) | Q(valid_from__lte=today)
    running = Q(valid_to=None) | Q(valid_to__gte=today)
    return Post.objects.filter(started, running, person__is_active=True).select_related("unit", "division", "person")


def posts_of(person: Person) -> list[Post]:
    """The person's valid posts, the oldest first."""
    return list(valid_posts().filter(person=person).order_by("id"))


def persons_with(role: str, unit: Unit | None = None, division_path: str | None = None) -> list[Person]:
    """Active persons who hold ``role`` today: of that unit, or with an area that contains ``division_path``
    (the deepest area first, so that a grid worker stands before a street's)."""
    posts = valid_posts().filter(role=role)
    if unit is not None:
        posts = posts.filter(unit=unit)
    if division_path is not None:
        posts = posts.filter(division__path__in=prefixes(division_path))
    found: dict[object, Person] = {}
    for post in sorted(posts, key=lambda post: (-len(post.division.path) if post.division else 0, post.pk)):
        found.setdefault(post.person_id, post.person)
    return list(found.values())


def holding(permission: str, unit: Unit | None) -> list[Person]:
    """Persons with a post that holds the permission, of that unit; without one, of posts over the whole city. One query
    a role."""
    roles = [role for role in rights.roles().values() if permission in role.permissions]
    if unit is None:
        roles = [role for role in roles if role.scope == "all"]
    found = {person.pk: person for role in roles for person in persons_with(role.code, unit=unit)}
    return list(found.values())


def prefixes(path: str) -> list[str]:
    """The paths of a division and of everything above it: ``a/b/`` → ``["a/", "a/b/"]``."""
    codes = [code for code in path.split("/") if code]
    return ["/".join(codes[: depth + 1]) + "/" for depth in range(len(codes))]


def phone_of(person: Person) -> str:
    """The person's phone in clear, "" when none is kept. For sending and for the person's own page only."""
    return secrets.decrypt(bytes(person.phone_cipher)) if person.phone_cipher else ""


def unit_by_code(code: str) -> Unit | None:
    """The unit of that code."""
    return Unit.objects.select_related("division").filter(code=code).first()


def units_by_role(role_code: str) -> list[Unit]:
    """The units that editions call ``role_code``, in official order; none for an empty code."""
    return list(Unit.objects.select_related("division").filter(role_code=role_code)) if role_code else []


def units() -> QuerySet[Unit]:
    """Every unit in official order, division loaded."""
    return Unit.objects.select_related("division")


def street_unit(division_path: str) -> Unit | None:
    """The street office that a place belongs to."""
    return _territory(UnitKind.STREET, division_path)


def district_unit(division_path: str) -> Unit | None:
    """The district office that a place belongs to."""
    return _territory(UnitKind.DISTRICT, division_path)


def territories(division_paths: Iterable[str]) -> list[Unit]:
    """The street and district offices above any of these places, in official order; one query however many."""
    above = {prefix for path in division_paths for prefix in prefixes(path)}
    rows = units().filter(kind__in=(UnitKind.STREET, UnitKind.DISTRICT), division__path__in=above)
    return list(rows.order_by("official_order", "code"))


def _territory(kind: str, division_path: str) -> Unit | None:
    return (
        Unit.objects.select_related("division")
        .filter(kind=kind, division__path__in=prefixes(division_path))
        .order_by("official_order", "code")
        .first()
    )


def visible_units(actor: Actor) -> QuerySet[Unit]:
    """Everybody at a desk sees the campaign's structure; without ``people.view`` there is none."""
    return units() if rights.can(actor, "people.view") else Unit.objects.none()


def get_unit_for(actor: Actor, code: str) -> Unit:
    """One unit by its code, or ``common.not_found``."""
    unit = visible_units(actor).filter(code=code).first()
    if unit is None:
        raise Refused("common.not_found")
    return unit


def visible_posts(actor: Actor) -> QuerySet[Post]:
    """The posts, past ones included, of the units in the actor's reach."""
    scope = rights.scope(actor, "people.view")
    posts = Post.objects.select_related("unit", "division", "person")
    if scope.everything:
        return posts
    rows = Q(unit__in=scope.units)
    for path in scope.paths:
        rows |= Q(division__path__startswith=path)
    return posts.filter(rows) if not scope.nothing else posts.none()


def visible_persons(actor: Actor) -> QuerySet[Person]:
    """The persons who hold or held a post in the actor's reach; who reaches everything sees those without any too."""
    if rights.scope(actor, "people.view").everything:
        return Person.objects.all()
    return Person.objects.filter(pk__in=visible_posts(actor).order_by().values("person"))


def get_person_for(actor: Actor, person_id: UUID) -> Person:
    """One person, or ``common.not_found``."""
    person = visible_persons(actor).filter(pk=person_id).first()
    if person is None:
        raise Refused("common.not_found")
    return person


def person_named(text: str, unit: Unit | None = None) -> Person | None:
    """The person of that user name, or else of that name if one alone bears it (of the unit, if several do); None for
    nobody or too many."""
    exact = Person.objects.filter(username=text, is_active=True).first()
    if exact is not None:
        return exact
    named = list(Person.objects.filter(name=text, is_active=True))
    if len(named) > 1 and unit is not None:
        named = [post.person for post in valid_posts().filter(person__in=named, unit=unit)]
    return named[0] if len({person.pk for person in named}) == 1 else None
