"""Planning, calling, putting off and calling off; the agenda."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from chuangcheng.history.numbers import take as take_number
from chuangcheng.history.once import once
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.meetings import agenda
from chuangcheng.meetings.inputs import MeetingInput, check_meeting, said
from chuangcheng.meetings.models import AgendaItem, Invitation, Meeting
from chuangcheng.meetings.policies import allow
from chuangcheng.meetings.states import MEETING
from chuangcheng.meetings.steps import begin, locked, take
from chuangcheng.people import rights
from chuangcheng.people.models import Person, Unit

AMENDED = ("title", "starts_at", "place", "chair", "units", "persons")


def plan_meeting(*, actor: Actor, given: MeetingInput) -> tuple[Meeting, bool]:
    """Enter a meeting; its agenda is built at once. The same id with the same body again answers with the stored row
    and False. Refused: ``common.invalid``, ``common.different_body``, ``meeting.other_unit``."""
    allow(actor, given.unit)
    check_meeting(given, clock.now())
    meeting = Meeting(
        id=given.id, number=take_number("HY", clock.now()), body_digest=digest_of("meeting.body", given.body()),
        kind=given.kind, title=tidy(given.title), unit=given.unit, chair=given.chair, starts_at=given.starts_at,
        place=tidy(given.place), previous=_previous(given), created_at=clock.now(),
    )  # fmt: skip

    def write() -> None:
        begin(meeting, actor)
        _invite(meeting, given.units, given.persons)
        _build(meeting, actor)

    return once(meeting, write)


def _previous(given: MeetingInput) -> Meeting | None:
    rows = Meeting.objects.filter(kind=given.kind, unit=given.unit, starts_at__lt=given.starts_at)
    return rows.exclude(state="cancelled").exclude(pk=given.id).order_by("-starts_at").first()


def _invite(meeting: Meeting, units: Sequence[Unit], persons: Sequence[Person]) -> None:
    """Exactly these; who was invited already keeps what stands beside the invitation."""
    wanted = {unit.pk for unit in units}
    Invitation.objects.filter(meeting=meeting).exclude(unit__in=wanted).delete()
    known = set(Invitation.objects.filter(meeting=meeting).values_list("unit_id", flat=True))
    Invitation.objects.bulk_create([Invitation(meeting=meeting, unit_id=pk) for pk in sorted(wanted - known, key=str)])
    meeting.persons.set(persons)


def amend_meeting(*, actor: Actor, meeting_id: UUID, **values: Any) -> Meeting:
    """Change what was planned; ``values`` are fields of :data:`AMENDED`. The agenda follows the units invited."""
    if unknown := set(values) - set(AMENDED):
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        if problems := tuple(said(values, clock.now())):
            raise Refused("common.invalid", fields=problems)
        units = values.pop("units", None)
        persons = values.pop("persons", None)
        chair = {"chair_id": getattr(values.pop("chair"), "pk", None)} if "chair" in values else {}
        words = {name: tidy(value) if isinstance(value, str) else value for name, value in values.items()}
        changes = {name: value for name, value in {**words, **chair}.items() if getattr(meeting, name) != value}
        take(meeting, "amend", actor, changes=changes)
        if units is not None or persons is not None:
            invited = [row.unit for row in meeting.invitations.select_related("unit")] if units is None else units
            _invite(meeting, invited, list(meeting.persons.all()) if persons is None else persons)
            _build(meeting, actor)
    return meeting


def call_meeting(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """Send the notice: from now on the invited units see it."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        take(meeting, "call", actor, changes={"note": ""})
    return meeting


def postpone_meeting(*, actor: Actor, meeting_id: UUID, note: str, starts_at: datetime | None = None) -> Meeting:
    """Put it off, to a time if that is known; it is called anew."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        if problems := tuple(said({"starts_at": starts_at}, clock.now())):
            raise Refused("common.invalid", fields=problems)
        changes = {"starts_at": starts_at} if starts_at else {}
        take(meeting, "postpone", actor, changes={**changes, "note": tidy(note)[:500]}, given={"note": tidy(note)})
    return meeting


def cancel_meeting(*, actor: Actor, meeting_id: UUID, note: str) -> Meeting:
    """Call it off."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        take(meeting, "cancel", actor, changes={"note": tidy(note)[:500]}, given={"note": tidy(note)})
    return meeting


def build_agenda(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """Collect the open debts anew; items in words stay."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        take(meeting, "build", actor, facts={"items": _build(meeting, actor)})
    return meeting


def _build(meeting: Meeting, actor: Actor) -> int:
    """Put fresh items before those in words; how many there are now."""
    units = frozenset(meeting.invitations.values_list("unit_id", flat=True))
    fresh = agenda.collect(agenda.Asked(meeting, actor, units, clock.now()))
    own = list(meeting.items.filter(source=""))
    meeting.items.exclude(source="").delete()
    for place, item in enumerate([*fresh, *own], 1):
        item.place = place
    AgendaItem.objects.bulk_create(fresh)
    AgendaItem.objects.bulk_update(own, ["place"])
    return len(fresh) + len(own)


def note_read(*, actor: Actor, meeting_id: UUID) -> bool:
    """Note the first look of an invited unit, where the city has switched read-receipts on; whether it was noted now.
    No history row: it is no fact that anybody should rely on."""
    post = rights.post_of(actor)
    if not settings.CITY.read_receipts or post is None:
        return False
    unread = Invitation.objects.filter(meeting=meeting_id, unit=post.unit_id, read_at=None)
    return bool(unread.update(read_at=clock.now()))


def add_item(*, actor: Actor, meeting_id: UUID, words: str) -> AgendaItem:
    """An item in words, at the end. Refused: ``common.invalid``."""
    said_words = tidy(words)
    if not 0 < len(said_words) <= 200:
        raise Refused(
            "common.invalid", fields=(FieldProblem("words", "length", Label("请写 1–200 字", "1 to 200 characters")),)
        )
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        MEETING.next(meeting.state, "build")
        if meeting.items.filter(source="").count() >= agenda.OWN:
            raise Refused(
                "common.invalid",
                fields=(FieldProblem("words", "many", Label(f"最多 {agenda.OWN} 条", f"At most {agenda.OWN}")),),
            )
        last = meeting.items.aggregate(last=Max("place"))["last"] or 0
        item = AgendaItem.objects.create(meeting=meeting, place=last + 1, words=said_words)
        take(meeting, "build", actor, facts={"items": last + 1})
    return item


def drop_item(*, actor: Actor, meeting_id: UUID, item_id: UUID) -> None:
    """Take an item off the agenda; the rows behind it stay what they are."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        item = meeting.items.filter(pk=item_id).first()
        if item is None:
            raise Refused("common.not_found")
        take(meeting, "build", actor, facts={"dropped": item.source or "own"})
        item.delete()
