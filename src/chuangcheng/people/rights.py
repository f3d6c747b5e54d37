"""The engine of rights: a permission is held by a role, over the rows of the post's scope. Deny by default."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Post


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

    @property
    def nothing(self) -> bool:
        """True when no row at all is in reach."""
        return not (self.everything or self.units or self.paths)


NOTHING = Scope()
_permissions: dict[str, Permission] = {}


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
    """The actor's post if it is valid today, with unit and division loaded."""
    if actor.post_id is None:
        return None
    post = Post.objects.select_related("unit", "division", "person").filter(pk=actor.post_id).first()
    return post if post and is_valid(post) else None


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
        raise Refused("common.not_allowed", permission=known.label.zh if known else permission)
    return post


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
    return Scope(units=units, paths=paths)


def _role(post: Post) -> Role:
    return roles()[post.role]
