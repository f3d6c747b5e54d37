"""Saved views: lists as somebody wants to see them again, for oneself or for the posts of one's unit."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Person, SavedView

MOST = 30  # a person's own
LONGEST_NAME = 40
LONGEST_QUERY = 1000


def views_of(actor: Actor, listing: str = "") -> QuerySet[SavedView]:
    """The actor's own views and those shared with the unit, by name; ``is_default`` tells the actor's default, and
    ``mine`` whether it is the actor's own. One query."""
    post = rights.post_of(actor)
    if post is None:
        return SavedView.objects.none()
    rows = SavedView.objects.filter(Q(person=actor.person_id) | Q(unit=post.unit_id))
    if listing:
        rows = rows.filter(listing=listing)
    chosen = SavedView.defaults.through.objects.filter(savedview=OuterRef("pk"), person=actor.person_id)
    mine = SavedView.objects.filter(pk=OuterRef("pk"), person=actor.person_id)
    return rows.annotate(is_default=Exists(chosen), mine=Exists(mine)).order_by("listing", "name", "id")


def get_view_for(actor: Actor, view_id: UUID) -> SavedView:
    """A view that the actor may use, or ``common.not_found``."""
    view = views_of(actor).filter(pk=view_id).first()
    if view is None:
        raise Refused("common.not_found")
    return view


def default_of(actor: Actor, listing: str) -> SavedView | None:
    """The view that the actor sees on opening the list."""
    return next((view for view in views_of(actor, listing) if getattr(view, "is_default", False)), None)


def save_view(*, actor: Actor, listing: str, name: str, query: str, shared: bool = False) -> SavedView:
    """Save a view under a name; the same name again replaces what it held. Refused: ``view.no_name``,
    ``view.too_long``, ``view.too_many``."""
    name = " ".join(name.split())
    if not name:
        raise Refused("view.no_name")
    if len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise Refused("view.too_long", limit=LONGEST_NAME)
    with transaction.atomic():
        post = rights.require(actor, "desk.enter")
        own = SavedView.objects.filter(person=actor.person_id)
        view = own.filter(listing=listing, name=name).select_for_update().first()
        if view is None:
            if own.count() >= MOST:
                raise Refused("view.too_many", limit=MOST)
            view = SavedView(person_id=post.person_id, listing=listing, name=name)
        view.query, view.unit_id, view.saved_at = query, post.unit_id if shared else None, clock.now()
        view.save()
    return view


def change_view(*, actor: Actor, view_id: UUID, name: str, shared: bool) -> SavedView:
    """Another name, shared or not. Only one's own. Refused: as :func:`save_view`, ``view.name_taken``."""
    name = " ".join(name.split())
    if not name:
        raise Refused("view.no_name")
    if len(name) > LONGEST_NAME:
        raise Refused("view.too_long", limit=LONGEST_NAME)
    with transaction.atomic():
        post = rights.require(actor, "desk.enter")
        view = _own(actor, view_id)
        namesakes = SavedView.objects.filter(person=actor.person_id, listing=view.listing, name=name)
        if namesakes.exclude(pk=view.pk).exists():
            raise Refused("view.name_taken", name=name)
        view.name, view.unit_id = name, post.unit_id if shared else None
        view.save(update_fields=["name", "unit"])
        if not shared:  # who no longer sees it does not open the list with it
            view.defaults.remove(*view.defaults.exclude(pk=actor.person_id))
    return view


def drop_view(*, actor: Actor, view_id: UUID) -> None:
    """Delete one's own view."""
    with transaction.atomic():
        _own(actor, view_id).delete()


def make_default(*, actor: Actor, view_id: UUID, on: bool) -> None:
    """Open the list with this view from now on, or with no view. One default a list."""
    with transaction.atomic():
        view = get_view_for(actor, view_id)
        person = Person.objects.get(pk=rights.require(actor, "desk.enter").person_id)
        person.default_views.remove(*person.default_views.filter(listing=view.listing))
        if on:
            person.default_views.add(view)


def _own(actor: Actor, view_id: UUID) -> SavedView:
    view = SavedView.objects.select_for_update().filter(pk=view_id, person=actor.person_id).first()
    if view is None or actor.person_id is None:
        raise Refused("common.not_found")
    return view
