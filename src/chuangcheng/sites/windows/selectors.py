"""Reading windows and what was said at them. The unit that runs a window is not among the readers."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.sites.site import Site, SiteState
from chuangcheng.sites.windows.models import Tone, Voice

#: Kinds of sites that are windows: halls, and the counters of public utilities.
WINDOW_KINDS = ("gov_service_hall", "service_window")
DAYS = 90


def windows_for(actor: Actor, now: datetime) -> QuerySet[Site]:
    """The windows with what was said in the last :data:`DAYS` days (``praises``, ``complaints``); none without the
    right, and never those that the reader's own unit runs."""
    scope = rights.scope(actor, "windows.view")
    post = rights.post_of(actor)
    if not scope.everything or post is None:
        return Site.objects.none()
    fresh = Q(voices__said_at__gte=now - timedelta(days=DAYS))
    rows = Site.objects.filter(kind_code__in=WINDOW_KINDS).exclude(unit=post.unit_id)
    return rows.select_related("kind", "unit__line_parent", "unit__parent", "division").annotate(
        praises=Count("voices", filter=fresh & Q(voices__tone=Tone.PRAISE)),
        complaints=Count("voices", filter=fresh & Q(voices__tone=Tone.COMPLAINT)),
    )


def get_window_for(actor: Actor, site_id: UUID, now: datetime) -> Site:
    """One of them, or ``common.not_found``."""
    found = windows_for(actor, now).filter(pk=site_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def public_window(site_id: UUID) -> Site:
    """A window in use, for whoever scans its code."""
    rows = Site.objects.select_related("unit__line_parent", "unit__parent", "kind")
    found = rows.filter(pk=site_id, kind_code__in=WINDOW_KINDS, state=SiteState.ACTIVE).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def superior_of(unit: Unit) -> Unit | None:
    """The unit above the one that runs a window: of its line, else of its territory, else the campaign office."""
    above = unit.line_parent or unit.parent
    if above is not None and above.kind != UnitKind.HEADQUARTERS:
        return above
    return people.units().filter(kind=UnitKind.OFFICE).exclude(pk=unit.pk).first()


def voices_of(site: Site) -> QuerySet[Voice]:
    """What was said at a window, the newest first."""
    return site.voices.order_by("-said_at", "-pk")


def running_units(report_ids: list[UUID]) -> set[UUID]:
    """The units that run the windows which these reports complain about."""
    return set(Voice.objects.filter(report_id__in=report_ids).values_list("site__unit_id", flat=True))


def window_of(report_id: UUID) -> Site | None:
    """The window that a report complains about."""
    voice = Voice.objects.select_related("site__unit__line_parent", "site__unit__parent").filter(report_id=report_id)
    found = voice.first()
    return found.site if found else None
