"""Making visits. Checks are facts, recorded once; a failed one opens its case in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import ChecklistItem
from chuangcheng.framework.rules import Rules
from chuangcheng.history import actions as history
from chuangcheng.history import numbers, outbox, prepared
from chuangcheng.history.prepared import Read, key
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.patrols import selectors
from chuangcheng.patrols.budget import visit_budget
from chuangcheng.patrols.facts import check_facts, score_of
from chuangcheng.patrols.findings import find_cases
from chuangcheng.patrols.inputs import NOT_APPLICABLE, CheckInput, judge
from chuangcheng.patrols.models import Check, Mode, Visit
from chuangcheng.patrols.policies import may_visit
from chuangcheng.patrols.states import ABANDON_REASONS, EXTRA_REASONS, VISIT
from chuangcheng.people import rights
from chuangcheng.people.models import Post
from chuangcheng.photos import actions as photos
from chuangcheng.photos.models import Photo
from chuangcheng.sites.models import Site, SiteState
from chuangcheng.sites.policies import sees_site

__all__ = [
    "CheckInput", "abandon_visit", "add_photo", "finish_visit", "record_check", "record_checks", "start_visit",
]  # fmt: skip


def _visits() -> QuerySet[Visit]:
    return Visit.objects.select_for_update(of=("self",)).filter(pk=key("pk"), inspector=key("inspector"))


_visit, _visit_at = Read(_visits), Read(lambda: _visits().select_related("site__unit"))
_site = Read(
    lambda: Site.objects.select_for_update(of=("self",)).select_related("kind", "unit", "division").filter(pk=key("pk"))
)
_standing = Read(lambda: Check.objects.filter(visit=key("visit")).select_related("item"))
_grades = Read(lambda: Check.objects.filter(visit=key("visit")).values_list("grade", "share_num", "share_den"))


def start_visit(
    *,
    actor: Actor,
    site_id: UUID,
    mode: str,
    lat: float | None = None,
    lon: float | None = None,
    visit_id: UUID | None = None,
    extra_reason: str = "",
) -> Visit:
    """Begin a visit to a site in the actor's reach.

    The same ``visit_id`` again answers with the same visit. Beyond the site's budget an ``extra_reason`` (one of
    :data:`~chuangcheng.patrols.states.EXTRA_REASONS`) is needed. Refused: ``patrols.budget``,
    ``patrols.site_not_active``, ``patrols.unknown_mode``, ``patrols.unknown_reason``, ``common.different_body``.
    """
    if mode not in Mode.values:
        raise Refused("patrols.unknown_mode", mode=mode)
    if extra_reason and extra_reason not in EXTRA_REASONS:
        raise Refused("patrols.unknown_reason", reason=extra_reason)
    with transaction.atomic():
        post = rights.require(actor, "visits.create")
        known = Visit.objects.filter(pk=visit_id).first() if visit_id else None
        if known is not None:
            return _same_visit(known, actor, site_id, mode)
        site = _lock_site(actor, site_id)
        now = clock.now()
        _keep_budget(site, now, extra_reason)
        visit = Visit(
            id=visit_id or new_id(), number=numbers.take("DC", now), site=site, mode=mode, unit=post.unit,
            inspector=post.person, started_at=now, lat=lat, lon=lon, extra_reason=extra_reason,
        )  # fmt: skip
        after = {"state": visit.state, "site": site.pk, "mode": mode, "unit": post.unit_id, "number": visit.number}
        history.append(visit, "visit.started", actor, after=after, reason=extra_reason)
        prepared.insert(visit)
        outbox.emit("visit.started", ("visit", visit.pk), {"site": str(site.pk), "mode": mode})
    return visit


def _same_visit(known: Visit, actor: Actor, site_id: UUID, mode: str) -> Visit:
    if (known.inspector_id, known.site_id, known.mode) != (actor.person_id, site_id, mode):
        raise Refused("common.different_body")
    return known


def _lock_site(actor: Actor, site_id: UUID) -> Site:
    """The site, locked: two inspectors who start at once must not both take the last visit of the budget."""
    for site in _site(pk=site_id):
        if sees_site(actor, site) and may_visit(actor, site):
            break
    else:
        raise Refused("common.not_found")
    if site.state != SiteState.ACTIVE:
        raise Refused("patrols.site_not_active", site=site.name)
    return site


def _keep_budget(site: Site, now: datetime, extra_reason: str) -> None:
    budget = visit_budget(site, now)
    if not budget.left and not extra_reason:
        raise Refused("patrols.budget", site=site.name, visits=budget.visits, days=budget.days)


def record_check(
    *,
    actor: Actor,
    visit_id: UUID,
    item_code: str,
    defects: int = 0,
    value: Decimal | None = None,
    not_applicable: bool = False,
    note: str = "",
    photos: tuple[photos.Declaration, ...] = (),
    check_id: UUID | None = None,
) -> Check:
    """Record one item; as :func:`record_checks` with one result."""
    given = CheckInput(
        item_code=item_code, defects=defects, value=value, not_applicable=not_applicable, note=note, photos=photos,
        id=check_id,
    )  # fmt: skip
    return record_checks(actor=actor, visit_id=visit_id, results=[given])[0]


def record_checks(*, actor: Actor, visit_id: UUID, results: Sequence[CheckInput]) -> list[Check]:
    """Record results of a visit under way, all or none, in the order given.

    Whatever is not graded A opens a case for the site's unit in the same transaction, or joins the open case of an
    earlier check of the same item there. A result sent again is answered with the check that stands; another result
    for the same item is refused (``patrols.already_checked``): checks never change. Refused too:
    ``patrols.unknown_item``, ``patrols.bad_result``, ``state.move_refused`` after the finish.
    """
    with transaction.atomic():
        visit, post = _lock_visit(actor, visit_id, with_site=True)
        sheet = framework.checklist(visit.site.kind_id)
        standing = {check.item.code: check for check in _standing(visit=visit.pk)}
        rules = framework.rules_at(visit.site.kind_id)
        recorded: list[Check] = []
        judged: list[tuple[Check, int]] = []
        for given in results:
            check = standing.get(given.item_code)
            if check is not None:
                recorded.append(_same_check(check, given))
                continue
            VISIT.next(visit.state, "check", results=results)
            if given.item_code not in sheet:
                raise Refused("patrols.unknown_item", item=given.item_code, kind=visit.site.kind.zh)
            check, severity = _check(visit, sheet[given.item_code], given, rules)
            standing[given.item_code] = check
            recorded.append(check)
            judged.append((check, severity))
        if judged:
            repeated = find_cases(actor, post, visit, judged)
            _append(actor, visit, [check for check, _ in judged], repeated)
    return recorded


def _lock_visit(actor: Actor, visit_id: UUID, *, with_site: bool = False) -> tuple[Visit, Post]:
    """The visit of this very inspector, locked, with its site and the site's unit if need be."""
    post = rights.require(actor, "visits.create")
    for visit in (_visit_at if with_site else _visit)(pk=visit_id, inspector=actor.person_id):
        return visit, post
    raise Refused("common.not_found")


def _same_check(check: Check, given: CheckInput) -> Check:
    value = None if given.value is None else given.value.quantize(Decimal("0.001"))
    told = (check.grade == NOT_APPLICABLE, check.defects, check.value, check.note)
    if told != (given.not_applicable, given.defects, value, tidy(given.note)):
        raise Refused("patrols.already_checked", item=check.item.code)
    return check


def _check(visit: Visit, item: ChecklistItem, given: CheckInput, rules: Rules) -> tuple[Check, int]:
    """The check and how serious its failure is, 0 for none."""
    verdict = judge(item, given, rules)
    now = clock.now()
    check = Check(
        id=given.id or new_id(), visit=visit, item=item, defects=given.defects, value=_kept(given.value),
        grade=verdict.grade, share_num=verdict.share.numerator, share_den=verdict.share.denominator,
        note=tidy(given.note), happened_at=now, recorded_at=now,
    )  # fmt: skip
    if given.photos:
        photos.declare(owner=("check", check.pk), declarations=given.photos, moment=now)
    return check, verdict.severity


def _kept(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.001"))


def _append(actor: Actor, visit: Visit, fresh: list[Check], repeated: list[Check]) -> None:
    """Save checks with one history row that holds all their facts, and count them on the visit. Another row names
    those that repeat what is known."""
    Check.objects.bulk_create(fresh)
    visit.checked += sum(check.grade != NOT_APPLICABLE for check in fresh)
    visit.failed += sum(check.case_id is not None for check in fresh)
    history.append(visit, "visit.checked", actor, after={"checks": [check_facts(check) for check in fresh]})
    if repeated:
        joined = [{"id": str(check.pk), "case": str(check.case_id)} for check in repeated]
        history.append(visit, "check.repeated", actor, after={"checks": joined})
    prepared.update(visit, ("checked", "failed", *history.CHAIN_FIELDS))
    outbox.emit("visit.checked", ("visit", visit.pk), {"checks": [str(check.pk) for check in fresh]})
    for check in repeated:
        outbox.emit("check.repeated", ("check", check.pk), {"case": str(check.case_id)})


def finish_visit(*, actor: Actor, visit_id: UUID) -> Visit:
    """End the visit and give it its score of 100: the mean share of the items that applied. Again: the same visit."""
    with transaction.atomic():
        visit, _ = _lock_visit(actor, visit_id)
        if visit.state == "finished":
            return visit
        visit.state = VISIT.next(visit.state, "finish", checked=visit.checked or None)
        visit.score = score_of(_grades(visit=visit.pk))
        visit.finished_at = clock.now()
        after = {
            "state": visit.state, "score": str(visit.score), "checked": visit.checked, "failed": visit.failed,
            "finished_at": visit.finished_at,
        }  # fmt: skip
        history.append(visit, "visit.finished", actor, before={"state": "open"}, after=after)
        prepared.update(visit, ("state", "score", "finished_at", *history.CHAIN_FIELDS))
        outbox.emit("visit.finished", ("visit", visit.pk), {"site": str(visit.site_id), "mode": visit.mode})
    return visit


def abandon_visit(*, actor: Actor, visit_id: UUID, reason_code: str) -> Visit:
    """Give up a visit at which nothing was checked; it counts nowhere, not even against the site's budget.

    ``reason_code`` is one of :data:`~chuangcheng.patrols.states.ABANDON_REASONS`. Again: the same visit. Refused:
    ``patrols.unknown_abandon_reason``, ``patrols.has_findings`` (what was recorded stays: finish the visit).
    """
    if reason_code and reason_code not in ABANDON_REASONS:
        raise Refused("patrols.unknown_abandon_reason", reason=reason_code)
    with transaction.atomic():
        visit, _ = _lock_visit(actor, visit_id)
        if visit.state == "abandoned":
            return visit
        target = VISIT.next(visit.state, "abandon", reason_code=reason_code)
        if visit.checked:
            raise Refused("patrols.has_findings", number=visit.number)
        history.append(
            visit, "visit.abandoned", actor, before={"state": visit.state}, after={"state": target}, reason=reason_code
        )
        visit.state = target
        visit.save(update_fields=["state", *history.CHAIN_FIELDS])
        outbox.emit("visit.abandoned", ("visit", visit.pk), {"site": str(visit.site_id), "mode": visit.mode})
    return visit


def add_photo(*, actor: Actor, check_id: UUID, sha256: str, data: photos.Shot) -> Photo:
    """Take in a photo that was declared with a check, from the inspector who made the check."""
    rights.require(actor, "visits.create")
    check = selectors.get_check_for(actor, check_id)
    if check.visit.inspector_id != actor.person_id:
        raise Refused("common.not_found")
    return photos.ingest(owner=("check", check.pk), sha256=sha256, data=data)
