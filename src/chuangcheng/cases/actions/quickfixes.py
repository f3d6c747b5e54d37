"""即知即改: recorded in one go by whoever fixed it; a few are looked at again by somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from chuangcheng.cases import lives, quickfixes
from chuangcheng.cases.actions.dispatch import open_case
from chuangcheng.cases.chronicle import QUICKFIX_FIELDS
from chuangcheng.cases.inputs import CaseInput
from chuangcheng.cases.models import Case, QuickFix, Source
from chuangcheng.cases.quickfix_inputs import QuickFixInput, check
from chuangcheng.cases.sampling import is_drawn
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Category
from chuangcheng.history.numbers import take
from chuangcheng.history.once import once
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.people.models import Post
from chuangcheng.photos import actions as photos
from chuangcheng.photos import selectors as photo_selectors
from chuangcheng.photos.models import PhotoRole
from chuangcheng.places.locator import locate
from chuangcheng.sites import selectors as sites
from chuangcheng.sites.models import Site

#: What a second look, or a new case, has to come within.
WINDOW = timedelta(days=7)
_HOUR = timedelta(hours=1)


def record_quickfix(*, actor: Actor, given: QuickFixInput) -> tuple[QuickFix, bool]:
    """Take it in. The same id with the same body again answers with the stored row and False; with another body
    ``common.different_body``. Nothing else follows, unless it is drawn for a second look."""
    post = rights.require(actor, "quickfixes.record")
    now = clock.now()
    check(given, now)
    row = _build(actor, post, given, now)

    def write() -> None:
        lives.begin(row, "recorded", actor, QUICKFIX_FIELDS, topic="quickfix.recorded")
        if given.photos:
            photos.declare(owner=("quickfix", row.pk), declarations=given.photos, moment=now)
        why = _drawn(row)
        if why:
            lives.take(row, "draw", SYSTEM, changes={"sampled": why, "look_due_at": now + WINDOW})

    return once(row, write)


def _build(actor: Actor, post: Post, given: QuickFixInput, now: datetime) -> QuickFix:
    category = _category(given.category_code)
    site = sites.get_site_for(actor, given.site_id) if given.site_id else None
    lat, lon = (given.lat, given.lon) if given.lat is not None or site is None else (site.lat, site.lon)
    located = locate(lon, lat) if lat is not None and lon is not None else None
    return QuickFix(
        id=given.id, number=take("JZ", now), category=category, text=tidy(given.text),
        body_digest=digest_of("quickfix.body", [str(actor.person_id), given.body()]),
        lat=lat, lon=lon, address=tidy(given.address) or (site.address if site else ""), site=site,
        grid_id=located.grid_id if located else None,
        division_id=_division(located.division_id if located else None, site),
        division_path=(located.path if located else "") or (site.division_path if site else ""),
        unit_id=post.unit_id, fixed_by_id=actor.person_id, fixed_at=min(given.fixed_at or now, now), received_at=now,
        photos_declared=len(given.photos), photos_missing=len(given.photos),
    )  # fmt: skip


def _category(code: str) -> Category:
    category = framework.category(code) if code else None
    if category is None:
        raise Refused(
            "common.invalid", fields=(FieldProblem("category", "choice", Label("请选择问题类别", "Choose a category")),)
        )
    return category


def _division(found: UUID | None, site: Site | None) -> UUID | None:
    return found or (site.division_id if site else None)


def _drawn(row: QuickFix) -> str:
    """Why it is looked at again: too many too fast to be likely, or the lot. Never a reason to refuse it."""
    if _neighbours(row) > settings.CITY.quickfix_rate:
        return "rate"
    return "share" if is_drawn("quickfix", row.pk, settings.CITY.quickfix_share) else ""


def _neighbours(row: QuickFix) -> int:
    """How many the same worker fixed at the same place within an hour, this one included."""
    around = (row.fixed_at - _HOUR, row.fixed_at + _HOUR)
    return sum(
        quickfixes.is_same_place(row, one)
        for one in QuickFix.objects.filter(fixed_by=row.fixed_by, fixed_at__range=around)
    )


def ingest_quickfix_photo(*, actor: Actor, fix_id: UUID, sha256: str, data: photos.Shot) -> QuickFix:
    """Store a declared photo's bytes, sent by whoever recorded it. A repeat changes nothing."""
    rights.require(actor, "quickfixes.record")
    owner = ("quickfix", fix_id)
    if not QuickFix.objects.filter(pk=fix_id, fixed_by=actor.person_id).exists():
        raise Refused("common.not_found")
    photos.ingest(owner=owner, sha256=sha256, data=data)
    with transaction.atomic():
        row = QuickFix.objects.select_for_update().get(pk=fix_id)
        missing = len(photo_selectors.missing(owner))
        if missing != row.photos_missing:
            changes = {"photos_missing": missing}
            lives.amend(row, "photo_stored", actor, changes=changes, facts={"sha256": sha256})
    return row


def look_again(
    *, actor: Actor, fix_id: UUID, held: bool, photo: photos.Shot | None = None, note: str = "",
    lat: float | None = None, lon: float | None = None,
) -> QuickFix:  # fmt: skip
    """Somebody else looked: still fixed, or back again. Then, with a photo, it becomes a case that points back here."""
    _lookable(actor, fix_id)
    picture = photos.prepare(data=photo) if photo is not None else None
    with transaction.atomic():
        row = _lookable(actor, fix_id, lock=True)
        now = clock.now()
        if picture:
            given = photos.Declaration(picture.original_sha256, PhotoRole.EVIDENCE, taken_at=now, lat=lat, lon=lon)
            photos.put(owner=("quickfix", row.pk), given=given, picture=picture)
        changes = {"looked_at": now, "looked_by_id": actor.person_id}
        if held:
            lives.take(row, "hold", actor, changes=changes)
            return row
        if picture is None:
            raise Refused("quickfix.photo_missing")
        case = open_case(actor=actor, given=_case_of(row, note))
        payload = {"case": str(case.pk)}
        lives.take(
            row, "relapse", actor, changes={**changes, "relapse_id": case.pk}, given={"photo": True}, payload=payload
        )
    return row


def _lookable(actor: Actor, fix_id: UUID, *, lock: bool = False) -> QuickFix:
    """The row if this actor may look at it again: by another person, of another unit (the state apart)."""
    post = rights.require(actor, "quickfixes.look")
    rows = QuickFix.objects.select_for_update(of=("self",)) if lock else QuickFix.objects
    row = rows.select_related("category", "site").filter(pk=fix_id).first()
    if row is None or not quickfixes.visible_to(actor).filter(pk=fix_id).exists():
        raise Refused("common.not_found")
    if row.fixed_by_id == post.person_id:
        raise Refused("quickfix.own_work")
    if row.unit_id == post.unit_id:
        raise Refused("quickfix.own_unit")
    return row


def _case_of(row: QuickFix, note: str) -> CaseInput:
    text = tidy(note) or f"即知即改后七日内又出现：{row.category.zh}"
    return CaseInput(
        text=text, source=Source.PATROL, category=framework.case_category([row.category.code]), lat=row.lat,
        lon=row.lon, address=row.address, site=row.site, origin=("quickfix", row.pk), found_from_above=True,
    )  # fmt: skip


def note_relapses(*, cases: list[Case]) -> int:
    """For each new case: what was recorded as fixed at the same place, of the same category, in the 7 days before it,
    did not last. Of several the newest is told, and once; how many were."""
    placed = [case for case in cases if case.category_id and case.origin_kind != "quickfix"]
    if not placed:
        return 0
    recent = QuickFix.objects.filter(
        category__in={case.category_id for case in placed},
        fixed_at__gte=min(case.filed_at for case in placed) - WINDOW,
    )
    fixes = list(recent.order_by("-fixed_at", "-id"))
    return sum(_recur(case, fixes) for case in placed) if fixes else 0


def _recur(case: Case, fixes: list[QuickFix]) -> bool:
    for fix in fixes:
        fresh = case.filed_at - WINDOW <= fix.fixed_at <= case.filed_at
        if fresh and fix.category_id == case.category_id and quickfixes.is_same_place(fix, case):
            return _recurred(case, fix.pk)
    return False


def _recurred(case: Case, fix_id: UUID) -> bool:
    with transaction.atomic():
        fix = QuickFix.objects.select_for_update().get(pk=fix_id)
        if fix.state == "relapsed":
            return False
        lives.take(
            fix, "recur", SYSTEM, changes={"relapse_id": case.pk}, given={"case": case.pk},
            payload={"case": str(case.pk)},
        )  # fmt: skip
    return True


def lapse_looks(*, now: datetime) -> int:
    """What nobody looked at in time is said to be so (the worker calls this); how many."""
    late = list(QuickFix.objects.filter(state="sampled", look_due_at__lt=now).values_list("pk", flat=True)[:500])
    return sum(_lapse(fix_id, now) for fix_id in late)


def _lapse(fix_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        row = QuickFix.objects.select_for_update().get(pk=fix_id)
        if row.state != "sampled" or row.look_due_at is None or row.look_due_at >= now:
            return False  # somebody was faster
        lives.take(row, "lapse", SYSTEM)
    return True
