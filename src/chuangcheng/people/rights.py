"""The engine of rights: a permission is held by a role, over the rows of the post's scope. Deny by default."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Post, Unit


@dataclass(frozen=True, slots=True)
class Permission:
    """A right a room declares in its ``policies.py``."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True)
class Role:
    """A row of ``roles.toml``."""

    code: str
    label: Label
    scope: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Over which rows a right reaches: everything, or any of a unit and a division subtree (``paths`` are prefixes)."""

    everything: bool = False
    units: tuple[UUID, ...] = ()
    paths: tuple[str, ...] = ()
    leads: bool = True  # False: no unit answers to these in their line or is succeeded by them: nobody need ask which

    @property
    def nothing(self) -> bool:
        """True when no row at all is in reach."""
        return not (self.everything or self.units or self.paths)

    def reaches(self, *, unit_id: UUID | None = None, path: str = "") -> bool:
        """Whether a row of that unit, or at that division path, is in reach."""
        if self.everything or (unit_id is not None and unit_id in self.units):
            return True
        return bool(path) and path.startswith(self.paths)


NOTHING = Scope()
#: For how long a process trusts a post it has read; whatever this process changes is forgotten at once.
POST_SECONDS = 2.0
_keep_seconds = POST_SECONDS
_permissions: dict[str, Permission] = {}
_posts: dict[UUID, tuple[float, Post]] = {}
_lines: dict[frozenset[UUID], tuple[float, tuple[UUID, ...]]] = {}


def declare(*permissions: Permission) -> None:
    """Called once by each room's ``policies.py``."""
    for permission in permissions:
        _permissions[permission.code] = permission


def declared() -> dict[str, Permission]:
    """Every declared permission by code."""
    return dict(_permissions)


@cache
def roles() -> dict[str, Role]:
    """The role table."""
    table = tomllib.loads(Path(__file__).with_name("roles.toml").read_text(encoding="utf-8"))
    return {
        code: Role(code, Label(row["zh"], row["en"]), row["scope"], frozenset(row["permissions"]))
        for code, row in table.items()
    }


def post_of(actor: Actor) -> Post | None:
    """The actor's post if it is valid today, with unit, division and person loaded (for reading only).

    A page asks several times, so a process keeps the row for :data:`POST_SECONDS`; whether it is valid *now* is
    judged at every call. An unknown post is never remembered.
    """
    if actor.post_id is None:
        return None
    post = _read_post(actor.post_id)
    return post if post and is_valid(post) else None


def _read_post(post_id: UUID) -> Post | None:
    kept = _posts.get(post_id)
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    answers = Q(line_parent=OuterRef("unit")) | Q(successor=OuterRef("unit"))
    rows = Post.objects.annotate(leads=Exists(Unit.objects.filter(answers)))
    post = rows.select_related("unit", "division", "person").filter(pk=post_id).first()
    if post is None:
        _posts.pop(post_id, None)
        return None
    if len(_posts) > 5000:
        _posts.clear()
    _posts[post_id] = (time.monotonic() + _keep_seconds, post)
    return post


@contextmanager
def posts_kept(seconds: float = 600.0) -> Iterator[None]:
    """For a process that alone writes a home (the demo, an import): keep posts longer than a page may."""
    global _keep_seconds
    before, _keep_seconds = _keep_seconds, seconds
    try:
        yield
    finally:
        _keep_seconds = before
        forget_posts()


def forget_posts() -> None:
    """Called by the actions of this room: what this process changed counts at once."""
    _posts.clear()
    _lines.clear()


def with_line(scope: Scope) -> tuple[UUID, ...]:
    """The scope's units, those that answer to them in their line (条线), and the ended ones that they succeed; kept as
    long as a post is."""
    if not scope.leads:
        return scope.units
    wanted = frozenset(scope.units)
    kept = _lines.get(wanted)
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    found: dict[UUID, None] = dict.fromkeys(scope.units)
    above, ended = wanted, Q(valid_to__lt=clock.today().date())
    answers = Q(line_parent__in=wanted) | Q(successor__in=wanted) & ended
    while above:
        rows = dict(Unit.objects.filter(answers).exclude(pk__in=found).values_list("pk", "successor"))
        found |= dict.fromkeys(rows)
        above = frozenset(pk for pk, successor in rows.items() if successor in above)
        answers = Q(successor__in=above) & ended
    _lines[wanted] = (time.monotonic() + _keep_seconds, tuple(found))
    return tuple(found)


def is_valid(post: Post) -> bool:
    """Whether the post stands today and its person may sign in."""
    today = clock.today().date()
    started = post.valid_from is None or post.valid_from <= today
    return started and (post.valid_to is None or today <= post.valid_to) and post.person.is_active


def can(actor: Actor, permission: str) -> bool:
    """Whether the actor's post holds the permission at all (over whichever rows)."""
    post = post_of(actor)
    return post is not None and permission in _role(post).permissions


def require(actor: Actor, permission: str) -> Post:
    """The actor's post, or ``common.not_allowed``."""
    post = post_of(actor)
    if post is None or permission not in _role(post).permissions:
        known = _permissions.get(permission)
        raise Refused("common.not_allowed", permission=known.label if known else permission)
    return post


def require_or_system(actor: Actor, permission: str, *, unit_id: UUID | None = None, path: str = "") -> None:
    """As :func:`require`, over that very row; the system itself may too, for set-up and imports by command."""
    if actor == SYSTEM:
        return
    post = require(actor, permission)
    if not scope_of(post).reaches(unit_id=unit_id, path=path):
        raise Refused("common.not_found")


def scope(actor: Actor, permission: str) -> Scope:
    """Over which rows the actor may use the permission; :data:`NOTHING` without it."""
    post = post_of(actor)
    if post is None or permission not in _role(post).permissions:
        return NOTHING
    return scope_of(post)


def scope_of(post: Post) -> Scope:
    """The rows a post reaches, by its role's scope."""
    kind = _role(post).scope
    if kind == "all":
        return Scope(everything=True)
    paths = (post.division.path,) if post.division and kind in {"division", "unit_and_division"} else ()
    units = (post.unit_id,) if kind in {"unit", "unit_and_division"} else ()
    return Scope(units=units, paths=paths, leads=getattr(post, "leads", True))


def _role(post: Post) -> Role:
    return roles()[post.role]
