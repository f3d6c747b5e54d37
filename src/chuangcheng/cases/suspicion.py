"""What is suspicious about two photos nearly the same, and what is known of it beside a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from chuangcheng.cases.models import AlarmKind, Case, PhotoAlarm, Report
from chuangcheng.cases.proof import round_started
from chuangcheng.photos.models import Photo, PhotoRole

#: Owners whose photos prove no work: the scan of an instruction, and what stands beside a reply to it.
PAPERS = frozenset({"instruction", "instructionreply"})
Owned = tuple[Case | None, Report | None]


def kind_of(photo: Photo, mine: Owned, other: Photo, theirs: Owned) -> AlarmKind | None:
    """What is suspicious about two photos nearly the same.

    Two shots of one round of work, or of one report, are none; nor are two citizens' reports of one trouble, which
    triage merges. But a proof that stood at another case or round, or that shows the trouble itself, is.
    """
    if PAPERS & {photo.owner_kind, other.owner_kind}:
        return None
    same_case = mine[0] is not None and theirs[0] is not None and mine[0].pk == theirs[0].pk
    if photo.role == PhotoRole.AFTER:
        if not same_case:
            return AlarmKind.AFTER_TWICE if other.role == PhotoRole.AFTER else AlarmKind.REUSED
        if other.role != PhotoRole.AFTER:
            return AlarmKind.BEFORE_AS_AFTER
        started = round_started(mine[0]) if mine[0] else photo.declared_at
        return AlarmKind.REUSED if other.declared_at < started <= photo.declared_at else None
    same_owner = (photo.owner_kind, photo.owner_id) == (other.owner_kind, other.owner_id)
    if same_owner or same_case:
        return None
    age = (photo.stored_at or photo.declared_at) - (other.stored_at or other.declared_at)
    return AlarmKind.REUSED if age > timedelta(hours=settings.CITY.proof_old_hours) else None


def owner_of(photo: Photo) -> Owned:
    """The case and the report that a photo belongs to, as far as there are any."""
    if photo.owner_kind == "case":
        return Case.objects.filter(pk=photo.owner_id).first(), None
    if photo.owner_kind == "report":
        report = Report.objects.select_related("case").filter(pk=photo.owner_id).first()
        return (report.case if report else None), report
    # The first finding of its trouble: later ones join its case without a trace on the case.
    return Case.objects.filter(origin_kind=photo.owner_kind, origin_id=photo.owner_id).first(), None


def unit_of(photo: Photo, case: Case | None) -> UUID | None:
    """Who shall have proved something with it."""
    if case is None or photo.role != PhotoRole.AFTER:
        return None
    return case.handled_unit_id or case.holder_id


def alarms_about(photos: Iterable[Photo]) -> list[PhotoAlarm]:
    """The alarms that speak of these photos as the later ones and that nobody has judged harmless; one query."""
    rows = PhotoAlarm.objects.filter(photo__in=list(photos), state__in=("open", "fraud"))
    return list(rows.order_by("found_at", "pk"))


def by_photo(alarms: Iterable[PhotoAlarm]) -> Counter[UUID]:
    """How many of the alarms speak of each photo by its pixels: the very same bytes are told by themselves."""
    return Counter(alarm.photo_id for alarm in alarms if alarm.likeness < 1)
