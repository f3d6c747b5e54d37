"""抽查复核: closures are drawn, somebody independent looks with a photo; what was not fixed is a case again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from chuangcheng.cases import lives, rechecks
from chuangcheng.cases.actions.dispatch import open_again
from chuangcheng.cases.chronicle import RECHECK_FIELDS
from chuangcheng.cases.models import Case, Recheck
from chuangcheng.cases.recheck_draw import Closure, pick
from chuangcheng.history.models import Event
from chuangcheng.history.numbers import take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.calendar import CALENDAR
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.people.models import Post
from chuangcheng.photos import actions as photos
from chuangcheng.photos.models import PhotoRole

_WEEK = timedelta(days=7)
#: A unit that closes cases is looked at at least once in so long.
SEEN = timedelta(weeks=4)
MAX_NOTE = 500


def draw_rechecks(*, now: datetime) -> int:
    """Draw from what was closed as fixed in this week and the last (the worker calls it daily); how many. What was
    drawn before stays drawn, also if it was opened again since."""
    share = settings.CITY.recheck_share
    if share <= 0:
        return 0
    week = _monday(now)
    since = week - _WEEK
    earlier = Recheck.objects.filter(closed_at__gte=since).values_list("case", "handled_unit", "closed_at")
    known = {Closure(*row) for row in earlier}
    closed = Case.objects.filter(
        state="closed", outcome="fixed", closed_at__gte=since, closed_at__lte=now, handled_unit__isnull=False
    )
    rows = {Closure(*row) for row in closed.values_list("pk", "handled_unit", "closed_at")}  # type: ignore[arg-type]
    fresh = rows - known
    lately = Recheck.objects.filter(closed_at__gte=week - SEEN).values_list("handled_unit", flat=True)
    chosen = pick(rows | known, share, week, set(lately))
    drawn = {each: why for each, why in chosen.items() if each in fresh}
    verifiers = _verifying_units(each.case_id for each in drawn)
    due = CALENDAR.add(now, Decimal(settings.CITY.recheck_days), "work_days").at
    return sum(_draw(each, why, verifiers.get(each.case_id), due) for each, why in drawn.items())


def _monday(now: datetime) -> datetime:
    day = now.astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _verifying_units(case_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """For which unit the last verifier of each case acted."""
    told = Event.objects.filter(subject_kind="case", subject_id__in=list(case_ids), action="case.verified")
    posts = dict(told.order_by("seq").values_list("subject_id", "actor_post"))
    units = dict(Post.objects.filter(pk__in=[post for post in posts.values() if post]).values_list("pk", "unit"))
    return {case: units[post] for case, post in posts.items() if post in units}


def _draw(closure: Closure, why: str, verified_unit: UUID | None, due: datetime) -> bool:
    now = clock.now()
    try:
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=closure.case_id)
            if case.state != "closed" or case.closed_at != closure.closed_at:
                return False
            row = Recheck(
                number=take("FH", now), case=case, why=why, closed_at=closure.closed_at,
                handled_unit_id=closure.unit_id, verified_unit_id=verified_unit, division_path=case.division_path,
                drawn_at=now, due_at=due,
            )  # fmt: skip
            lives.begin(row, "drawn", SYSTEM, RECHECK_FIELDS)
    except IntegrityError:
        if not Recheck.objects.filter(case=closure.case_id, closed_at=closure.closed_at).exists():
            raise
        return False  # another worker was faster
    return True


def answer_recheck(
    *, actor: Actor, recheck_id: UUID, fixed: bool, photo: photos.Shot | None = None, note: str = "",
    lat: float | None = None, lon: float | None = None,
) -> Recheck:  # fmt: skip
    """Somebody independent looked, and shows it: really fixed, or not. Then the case is open again, with the photo and
    what is wrong."""
    _answerable(actor, recheck_id)
    note = tidy(note)[:MAX_NOTE]
    if photo is None:
        raise Refused("recheck.photo_missing")
    if not fixed and not note:
        raise Refused("recheck.note_missing")
    picture = photos.prepare(data=photo)
    with transaction.atomic():
        # The case first: who reopens it holds its lock and then drops what waits.
        case = Case.objects.select_for_update().get(
            pk=Recheck.objects.values_list("case", flat=True).get(pk=recheck_id)
        )
        row = _answerable(actor, recheck_id, lock=True)
        if row.state == "waiting" and (case.state != "closed" or case.closed_at != row.closed_at):
            raise Refused("recheck.case_moved")
        post, now = rights.require(actor, "rechecks.answer"), clock.now()
        given = photos.Declaration(picture.original_sha256, PhotoRole.EVIDENCE, taken_at=now, lat=lat, lon=lon)
        changes = {"answered_at": now, "answered_by_id": actor.person_id, "answered_unit_id": post.unit_id}
        lives.take(
            row, "confirm" if fixed else "refute", actor, changes=changes, given={"photo": True, "note": note},
            facts={"sha256": picture.original_sha256}, payload={"case": str(case.pk)},
        )  # fmt: skip
        Recheck.objects.filter(pk=row.pk).update(note=note)
        stored = photos.put(owner=("recheck", row.pk), given=given, picture=picture)[0]
        if not fixed:
            photos.copy(photo_ids=[stored.pk], source=("recheck", row.pk), target=("case", case.pk))
            open_again(actor=actor, case=case, reason_code="closed_not_fixed", note=note)
    row.note = note
    return row


def _answerable(actor: Actor, recheck_id: UUID, *, lock: bool = False) -> Recheck:
    """The row if this actor may answer it (the state apart): who handled or verified the case is told why not, unless
    that would tell that it was drawn."""
    post = rights.require(actor, "rechecks.answer")
    row = rechecks.visible_to(actor).select_related("case").filter(pk=recheck_id).first()
    if row is None:
        raise Refused("common.not_found")
    if post.person_id in (row.case.handled_by_id, row.case.verified_by_id):
        raise Refused("recheck.own_work")
    units = (row.handled_unit_id, row.verified_unit_id) if rights.scope_of(post).units else (row.handled_unit_id,)
    if post.unit_id in units:
        raise Refused("recheck.own_unit")
    return Recheck.objects.select_for_update().get(pk=row.pk) if lock else row


def lapse_rechecks(*, now: datetime) -> int:
    """What nobody looked at in time is said to be so (the worker calls this); how many."""
    late = Recheck.objects.filter(state="waiting", due_at__lt=now).values_list("pk", flat=True)[:500]
    return sum(_end(pk, "lapse") for pk in list(late))


def drop_rechecks(*, case_id: UUID) -> int:
    """The case came back before anybody looked: what waits of it is no longer needed; how many."""
    waiting = Recheck.objects.filter(case=case_id, state="waiting").values_list("pk", flat=True)
    return sum(_end(pk, "drop") for pk in list(waiting))


def _end(recheck_id: UUID, move: str) -> bool:
    with transaction.atomic():
        row = Recheck.objects.select_for_update().get(pk=recheck_id)
        if row.state != "waiting":
            return False  # somebody was faster
        lives.take(row, move, SYSTEM)
    return True
