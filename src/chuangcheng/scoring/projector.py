"""Keeps the score ledger behind the outbox: marks what a fact may have changed, works the marks off in one pass."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.documents import EDITION_CACHE
from chuangcheng.framework.models import Edition, Standard
from chuangcheng.history.projections import Difference
from chuangcheng.history.versions import Cached
from chuangcheng.kernel import clock
from chuangcheng.scoring import sources
from chuangcheng.scoring.method import Cell, Result, SiteResult, Weights, settle
from chuangcheng.scoring.models import DailyTotal, Dirty, ScopeKind, Score
from chuangcheng.scoring.scopes import Scope

#: Time alone changes scores (a limit passes, a visit grows old): after this a score is looked at again.
STALE = timedelta(hours=1)
Key = tuple[UUID, Scope]


def mark(edition_id: UUID, standard_ids: Iterable[UUID]) -> None:
    """Note that these standards must be scored again. One statement: effects mark at every move of a case.

    A standard that is marked already gets a new stamp: a projector that is at work deletes only the marks it began
    with, so a fact that comes meanwhile keeps its own.
    """
    stamp = secrets.randbits(62)
    rows = [Dirty(edition_id=edition_id, standard_id=pk, stamp=stamp) for pk in sorted(set(standard_ids))]
    Dirty.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["edition_id", "standard_id"], update_fields=["stamp"]
    )


def mark_codes(codes: Iterable[str]) -> None:
    """Mark standards of the published edition by their codes."""
    edition = framework.current_edition()
    wanted = set(codes)
    if edition is not None and wanted:
        known = _codes.get()
        mark(edition.pk, [known[code] for code in wanted if code in known])


def _load_codes() -> dict[str, UUID]:
    edition = framework.current_edition()
    return dict(edition.standards.values_list("code", "pk")) if edition else {}


_codes: Cached[dict[str, UUID]] = Cached(EDITION_CACHE, _load_codes)


def project(limit: int | None = None) -> int:
    """Work off the marks, at most ``limit``; how many standards were scored again.

    Facts are read without holding any lock; only the writing is a transaction. A projector killed in between leaves
    its marks for the next one.
    """
    marks: dict[UUID, dict[UUID, tuple[int, int]]] = defaultdict(dict)
    rows = Dirty.objects.order_by("pk").values_list("pk", "stamp", "edition_id", "standard_id")
    for pk, stamp, edition_id, standard_id in rows[:limit] if limit else rows:
        marks[edition_id][standard_id] = (pk, stamp)
    for edition_id, wanted in marks.items():
        edition = Edition.objects.filter(pk=edition_id).first()
        if edition is not None:
            _score(edition, wanted.keys(), clock.now())
        for chunk in _chunks(list(wanted.values())):
            # Stamps are random over 62 bits, so the two lists need not be paired.
            Dirty.objects.filter(pk__in=[pk for pk, _ in chunk], stamp__in={stamp for _, stamp in chunk}).delete()
    return sum(len(wanted) for wanted in marks.values())


def rebuild(edition: Edition) -> int:
    """Score the whole edition again; how many rows stand afterwards."""
    mark(edition.pk, edition.standards.values_list("pk", flat=True))
    project()
    return edition.scores.count()


def rebuild_all() -> int:
    """Score every edition that has scores, and the published one."""
    scored = set(Score.objects.order_by().values_list("edition_id", flat=True).distinct())
    current = framework.current_edition()
    wanted = scored | ({current.pk} if current else set())
    return sum(rebuild(edition) for edition in Edition.objects.filter(pk__in=wanted))


def refresh() -> int:
    """What the worker does now and then: score again what has grown older than :data:`STALE`, and keep the day's
    total. How many standards were scored."""
    edition = framework.current_edition()
    if edition is None:
        return project()
    limit = clock.now() - STALE
    newest = edition.scores.order_by().values("standard_id").annotate(at=Max("as_of"))
    mark(edition.pk, newest.filter(at__lte=limit).values_list("standard_id", flat=True))
    done = project()
    keep_total(edition, clock.today().date())
    return done


def keep_total(edition: Edition, day: date) -> DailyTotal | None:
    """Write down the edition's total for the trend; None while nothing is covered. A day's last writing counts."""
    from chuangcheng.scoring.selectors import total

    now = total(edition)
    if not now.known:
        return None
    kept, _ = DailyTotal.objects.update_or_create(
        edition=edition, day=day, defaults={"points": float(now.points), "coverage": float(now.coverage)}
    )
    return kept


def compute(edition: Edition, standards: dict[str, UUID], facts: sources.Facts, as_of: datetime) -> dict[Key, Result]:
    """Every covered cell of ``standards`` (code → id) at one instant."""
    cells: dict[tuple[str, Scope], Cell] = defaultdict(Cell)
    for site_id, scopes in facts.site_scopes.items():
        for code, result in _of_site(facts, site_id, as_of, standards):
            for scope in scopes:
                cells[code, scope].sites.append(result)
    for code, scope, share in sources.latest_readings(facts, as_of):
        if code in standards:
            cells[code, scope].readings.append(share)
    for case in facts.overdue:
        if case.standard in standards and case.filed_at <= as_of and (case.due_at is None or case.due_at < as_of):
            for scope in case.scopes:
                cells[case.standard, scope].overdue += 1
    weights = weights_of(edition)
    settled = {(standards[code], scope): settle(cell, weights) for (code, scope), cell in cells.items()}
    return {key: result for key, result in settled.items() if result is not None}


def _of_site(
    facts: sources.Facts, site_id: UUID, as_of: datetime, standards: Collection[str]
) -> Iterator[tuple[str, SiteResult]]:
    visit = facts.latest(site_id, as_of)
    by_code = defaultdict(list)
    for code, finding in facts.findings.get(visit, []) if visit else []:
        if code in standards:
            by_code[code].append(finding)
    for code, findings in by_code.items():
        yield code, SiteResult.of(findings)


def weights_of(edition: Edition) -> Weights:
    """The edition's own rules, as the method takes them. A reading is reviewed material (材料审核)."""
    rules = framework.rules_of(edition)
    return Weights(
        onsite=rules.method_shares.get("onsite") or Fraction(1),
        readings=rules.method_shares.get("material") or Fraction(1),
        per_overdue=rules.per_overdue_open,
        cap=rules.deduction_cap,
    )


def _score(edition: Edition, standard_ids: Collection[UUID], as_of: datetime) -> None:
    standards = {code: pk for pk, code in edition.standards.values_list("pk", "code") if pk in standard_ids}
    wanted = compute(edition, standards, sources.load(edition, [as_of]), as_of)
    with transaction.atomic():
        _store(edition, set(standards.values()), wanted, as_of)


def _store(edition: Edition, standard_ids: set[UUID], wanted: dict[Key, Result], as_of: datetime) -> None:
    """Write what differs, delete what is covered no more, and stamp all of it with the same instant."""
    stored = {_key(row): row for row in edition.scores.filter(standard__in=standard_ids)}
    changed = [
        _row(edition, key, result, as_of, stored.get(key))
        for key, result in wanted.items()
        if key not in stored or _values(stored[key]) != (result.share, result.basis, edition.rule_version)
    ]
    gone = [row.pk for key, row in stored.items() if key not in wanted]
    for chunk in _chunks(gone):
        Score.objects.filter(pk__in=chunk).delete()
    edition.scores.filter(standard__in=standard_ids).update(as_of=as_of)
    Score.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["edition", "standard", "scope_kind", "scope_id"],
        update_fields=["share_num", "share_den", "basis", "rule_version", "as_of"],
    )


def _row(edition: Edition, key: Key, result: Result, as_of: datetime, old: Score | None) -> Score:
    standard_id, (kind, scope_id) = key
    row = Score(edition=edition, standard_id=standard_id, scope_kind=kind, scope_id=scope_id)
    if old is not None:
        row.pk = old.pk
    row.share_num, row.share_den = result.share.numerator, result.share.denominator
    row.basis, row.rule_version, row.as_of = result.basis, edition.rule_version, as_of
    return row


def _key(row: Score) -> Key:
    return row.standard_id, (row.scope_kind, row.scope_id)


def _values(row: Score) -> tuple[Any, ...]:
    return row.share, row.basis, row.rule_version


def _chunks(ids: list[Any]) -> Iterator[list[Any]]:
    """SQLite takes so many parameters at once."""
    for start in range(0, len(ids), 400):
        yield ids[start : start + 400]


def check() -> Iterator[Difference]:
    """Every score that differs from what its facts give at its own instant. Marked standards still wait and are
    left out."""
    scored = Score.objects.order_by().values_list("edition_id", flat=True).distinct()
    current = framework.current_edition()
    for edition in Edition.objects.filter(pk__in={*scored, *([current.pk] if current else [])}).order_by("code"):
        yield from _check(edition)


def _check(edition: Edition) -> Iterator[Difference]:
    waiting = set(Dirty.objects.filter(edition_id=edition.pk).values_list("standard_id", flat=True))
    stored: dict[UUID, dict[Key, Score]] = defaultdict(dict)
    for row in edition.scores.iterator(chunk_size=5000):
        stored[row.standard_id][_key(row)] = row
    newest = max((row.as_of for rows in stored.values() for row in rows.values()), default=clock.now())
    groups: dict[datetime, dict[str, Standard]] = defaultdict(dict)
    for standard in edition.standards.order_by("order"):
        if standard.pk not in waiting:
            rows = stored.get(standard.pk, {})
            groups[max((row.as_of for row in rows.values()), default=newest)][standard.code] = standard
    if not groups:
        return
    facts = sources.load(edition, list(groups))
    for as_of, standards in groups.items():
        wanted = compute(edition, {code: standard.pk for code, standard in standards.items()}, facts, as_of)
        for standard in standards.values():
            mine = {key: result for key, result in wanted.items() if key[0] == standard.pk}
            yield from _compare(standard, stored.get(standard.pk, {}), mine)


def _compare(standard: Standard, stored: dict[Key, Score], wanted: dict[Key, Result]) -> Iterator[Difference]:
    for key in sorted(stored.keys() | wanted.keys(), key=str):
        kind, scope_id = key[1]
        where = f"score {standard.code} {kind}" + ("" if kind == ScopeKind.CITY else f" {scope_id}")
        row, result = stored.get(key), wanted.get(key)
        if row is None or result is None:
            yield Difference(where, "is missing" if row is None else "has no facts behind it")
        elif row.share != result.share:
            yield Difference(where, f"is {row.share}, the facts give {result.share}")
        elif row.basis != result.basis:
            yield Difference(where, f"basis {row.basis} differs from {result.basis}")
