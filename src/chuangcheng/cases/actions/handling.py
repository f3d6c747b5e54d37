"""What the holder does: accept, photograph, report as handled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import policies
from chuangcheng.cases.links import drop_search, drop_steps, lapse_petition, live_helpers, open_lead, responsible_after
from chuangcheng.cases.locks import find_case, lock_case, permit
from chuangcheng.cases.models import Case, Outcome
from chuangcheng.cases.proof import require_proof
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import altered, amend, step, write
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.models import Photo, PhotoRole


def accept_case(*, actor: Actor, case_id: UUID) -> Case:
    """The holder takes the case on, and answers for it from now on."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "accept")
        write(step(case, "accept", actor, changes={"responsible_id": responsible_after(case, case.holder_id)}))
    return case


def handle_case(
    *, actor: Actor, case_id: UUID, outcome: str, note: str = "", photos: tuple[Declaration, ...] = ()
) -> Case:
    """The holder says that it is done. "Fixed" needs an "after" photo, at least declared; any other outcome a note."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        post = permit(actor, case, "handle")
        if outcome not in Outcome.values:
            raise Refused("case.unknown_outcome")
        now = clock.now()
        if photos:
            _declare(case, photos, now)
        CASE.next(case.state, "handle", outcome=outcome)
        require_proof(case, outcome, note, stored=False)
        _require_helpers_done(case)
        changes = {
            "outcome": outcome, "handled_at": now, "handled_by_id": actor.person_id, "handled_unit_id": post.unit_id,
        }  # fmt: skip
        touched = [
            altered(open_lead(case), state="done", ended_at=now), *lapse_petition(case, now), *drop_steps(case),
            *drop_search(case, now),
        ]  # fmt: skip
        taken = step(
            case, "handle", actor, given={"outcome": outcome}, changes=changes, touched=touched, note=note, at=now
        )
        write(taken, {"outcome": outcome})
    return case


def _require_helpers_done(case: Case) -> None:
    """The lead is done when all are: a supporting unit has finished its part, or was released with a reason."""
    helpers = live_helpers(case)
    if helpers:
        raise Refused("case.co_open", units="、".join(helper.unit.short_name for helper in helpers))


def _declare(case: Case, declarations: tuple[Declaration, ...], now: datetime) -> None:
    photos.declare(owner=("case", case.pk), declarations=declarations, moment=now)


def add_photo(
    *, actor: Actor, case_id: UUID, role: str, data: photos.Shot, taken_at: datetime | None = None,
    lat: float | None = None, lon: float | None = None, in_camera: bool = False,
) -> Photo:  # fmt: skip
    """Put a photo to a case: "after" by the holder, anything else by holder or verifier. The same photo again changes
    nothing."""
    _may_add(actor, case_id, role)
    # Decoding takes long, so it happens before the row is locked.
    picture = photos.prepare(data=data)
    given = Declaration(picture.original_sha256, role, taken_at=taken_at, lat=lat, lon=lon, in_camera=in_camera)
    with transaction.atomic():
        photo, fresh = photos.put(owner=("case", case_id), given=given, picture=picture)
        _tell(actor, case_id, photo, known=not fresh)
    return photo


def add_after_photo(
    *, actor: Actor, case_id: UUID, data: photos.Shot, taken_at: datetime | None = None, lat: float | None = None,
    lon: float | None = None, in_camera: bool = False,
) -> Photo:  # fmt: skip
    """The proof of the handling."""
    return add_photo(
        actor=actor, case_id=case_id, role=PhotoRole.AFTER, data=data, taken_at=taken_at, lat=lat, lon=lon,
        in_camera=in_camera,
    )  # fmt: skip


def store_photo(*, actor: Actor, case_id: UUID, sha256: str, data: bytes) -> Photo:
    """The bytes of a photo that :func:`handle_case` declared."""
    _may_add(actor, case_id, PhotoRole.AFTER)
    photo = photos.ingest(owner=("case", case_id), sha256=sha256, data=data)
    _tell(actor, case_id, photo, known=True)
    return photo


def _may_add(actor: Actor, case_id: UUID, role: str) -> None:
    case = find_case(actor, case_id)
    if role not in PhotoRole.values:
        raise Refused("case.unknown_photo_role")
    if case.state not in CASE.open_states():
        raise Refused("case.ended")
    post = rights.post_of(actor)
    works = post is not None and policies.holds(post, "cases.handle")
    is_holder = post is not None and works and post.unit_id == case.holder_id
    if post is not None and works and not is_holder:  # a supporting unit shows its part
        is_holder = post.unit_id in policies.helpers_of(case)
    judges = post is not None and policies.holds(post, "cases.verify") and policies.reaches(post, case)
    if not (is_holder or (judges and role != PhotoRole.AFTER)):
        raise Refused("case.not_holder")


def _tell(actor: Actor, case_id: UUID, photo: Photo, *, known: bool) -> None:
    """History speaks of a photo once; one that was ``known`` before may have been told of."""
    facts = {"photo": photo.original_sha256, "role": str(photo.role)}
    with transaction.atomic():
        case = lock_case(actor, case_id)
        told = events_of("case", case_id).filter(action="case.photo_added").values_list("after", flat=True)
        if not known or facts not in told:
            write(amend(case, "photo_added", actor, facts=facts))
