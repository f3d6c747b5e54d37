"""Computing every chain again and holding it against the subjects' rows and the seals."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction

from chuangcheng.history.actions import content
from chuangcheng.history.models import Chained, Event
from chuangcheng.history.projections import Difference, Progress, quiet
from chuangcheng.history.seal import CHUNK, heads_between
from chuangcheng.history.seals import Buckets, Head, Seal, paths
from chuangcheng.kernel.digest import GENESIS, chain

SHOWN = 1000  # differences looked at twice and named; beyond it only their number


@dataclass(frozen=True, slots=True)
class Row:
    """A history row as far as chains and seals need it; ``sound`` says whether its digest fits its content."""

    id: int
    seq: int
    digest: str
    sound: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What a subject's own row remembers of its chain; ``name`` is its number or code."""

    id: UUID
    seq: int
    head: str
    name: str


@dataclass
class _Walk:
    """One pass over all chains: what differs, and the buckets of each seal as they are now."""

    seals: list[Seal]
    suspects: list[tuple[str, UUID]] = field(default_factory=list)
    buckets: list[Buckets] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ends = [seal.until for seal in self.seals]
        self.buckets = [Buckets() for _ in self.seals]

    def take(self, kind: str, subject_id: UUID, rows: list[Row]) -> None:
        """Put a chain's rows into the seals that cover them."""
        heads: dict[int, Head] = {}
        for row in rows:
            index = bisect_left(self.ends, row.id)
            if index < len(self.ends):
                count = heads[index].rows + 1 if index in heads else 1
                heads[index] = Head(kind, subject_id, row.seq, row.digest, count)
        for index, head in heads.items():
            self.buckets[index].add(head)


def verify(folder: Path, progress: Progress = quiet) -> list[Difference]:
    """Everything in history that does not agree, an empty list if all is well. Changes nothing; safe beside writers."""
    seals, differences = _read_seals(folder)
    walk = _Walk(seals)
    done, total = 0, Event.objects.count()
    for kind in _kinds():
        for subject_id, rows, subject in _joined(kind):
            if chain_differences(kind, subject_id, rows, subject):
                walk.suspects.append((kind, subject_id))
            walk.take(kind, subject_id, rows)
            done += len(rows)
            progress("history", min(done, total), total)
    differences += _looked_at_twice(walk.suspects)
    for seal, buckets in zip(seals, walk.buckets, strict=True):
        differences += _seal_differences(seal, buckets)
    return differences


def chain_differences(kind: str, subject_id: UUID, rows: list[Row], subject: Subject | None) -> list[Difference]:
    """What is wrong with one chain: changed rows, missing rows, and an end other than the subject remembers."""
    name = f"{kind} {subject.name if subject else subject_id}"
    found: list[Difference] = []
    expected = 1
    for row in rows:
        if row.seq != expected:
            found.append(Difference(f"{name} row {expected}", f"missing: the chain goes on at row {row.seq}"))
        elif not row.sound:
            found.append(
                Difference(
                    f"{name} row {row.seq}", "changed: its digest does not fit its content and the row before it"
                )
            )
        expected = row.seq + 1
    if subject is None:
        return [*found, Difference(name, f"its own row is gone, {len(rows)} history rows are left")]
    seq, head = (rows[-1].seq, rows[-1].digest) if rows else (0, GENESIS)
    if seq < subject.seq:
        found.append(Difference(f"{name} row {seq + 1}", f"missing: the subject remembers {subject.seq} rows"))
    elif (seq, head) != (subject.seq, subject.head):
        found.append(Difference(f"{name} row {seq}", f"not what the subject remembers as its row {subject.seq}"))
    return found


def models() -> dict[str, type[Chained]]:
    """The kinds of subjects that have chains."""
    return {model._meta.model_name or "": model for model in apps.get_models() if issubclass(model, Chained)}


def _kinds() -> list[str]:
    stored = Event.objects.order_by().values_list("subject_kind", flat=True).distinct()
    return sorted({*stored, *models()})


def _joined(kind: str) -> Iterator[tuple[UUID, list[Row], Subject | None]]:
    """Chains and subjects of a kind side by side, by id: a merge of two sorted streams, in constant memory."""
    chains, subjects = _chains(kind), _subjects(kind)
    rows, subject = next(chains, None), next(subjects, None)
    while rows or subject:
        if rows and (subject is None or rows[0] <= subject.id):
            same = subject is not None and rows[0] == subject.id
            yield rows[0], rows[1], subject if same else None
            rows = next(chains, None)
            subject = next(subjects, None) if same else subject
        elif subject:
            yield subject.id, [], subject
            subject = next(subjects, None)


def _chains(kind: str) -> Iterator[tuple[UUID, list[Row]]]:
    stream = Event.objects.filter(subject_kind=kind).order_by("subject_id", "seq").iterator(CHUNK)
    for subject_id, events in groupby(stream, key=lambda event: event.subject_id):
        yield subject_id, list(_rows(events))


def _rows(events: Iterable[Event]) -> Iterator[Row]:
    """Each row is held against the digest stored before it, so one changed row is one difference."""
    previous = GENESIS
    for event in events:
        yield Row(event.pk, event.seq, event.digest, chain(previous, content(event)) == event.digest)
        previous = event.digest


def _subjects(kind: str) -> Iterator[Subject]:
    model = models().get(kind)
    if model is None:
        return
    name = _name_field(model)
    for pk, seq, head, number in (
        model._base_manager.order_by("pk").values_list("pk", "chain_seq", "chain_head", name).iterator(CHUNK)
    ):
        yield Subject(pk, seq, head, str(number))


def _name_field(model: type[Chained]) -> str:
    fields = {field.name for field in model._meta.get_fields()}
    return next((name for name in ("number", "code") if name in fields), "pk")


def _looked_at_twice(suspects: list[tuple[str, UUID]]) -> list[Difference]:
    """The differences of single chains, read again under the subject's lock: a row that was being appended during the
    walk is no difference."""
    found: list[Difference] = []
    for kind, subject_id in suspects[:SHOWN]:
        found += _one_chain(kind, subject_id)
    if len(suspects) > SHOWN:
        found.append(Difference("history", f"{len(suspects) - SHOWN} more chains differ"))
    return found


@transaction.atomic
def _one_chain(kind: str, subject_id: UUID) -> list[Difference]:
    model, subject = models().get(kind), None
    if model is not None:
        name = _name_field(model)
        locked = model._base_manager.select_for_update().filter(pk=subject_id)
        values = locked.values_list("pk", "chain_seq", "chain_head", name).first()
        subject = Subject(values[0], values[1], values[2], str(values[3])) if values else None
    events = Event.objects.filter(subject_kind=kind, subject_id=subject_id).order_by("seq")
    rows = list(_rows(events))
    return chain_differences(kind, subject_id, rows, subject) if rows or subject else []


def _read_seals(folder: Path) -> tuple[list[Seal], list[Difference]]:
    """The seals in order, as far as each follows from the one before."""
    seals: list[Seal] = []
    for serial, path in enumerate(paths(folder), 1):
        where = f"seal {path.stem}"
        try:
            seal = Seal.read(path)
        except (OSError, ValueError) as error:
            return seals, [Difference(where, f"cannot be read: {error}")]
        digest, until = (seals[-1].digest, seals[-1].until) if seals else (GENESIS, 0)
        if (seal.serial, seal.previous, seal.after) != (serial, digest, until):
            return seals, [Difference(where, "does not follow from the seal before it, which was changed or removed")]
        seals.append(seal)
    return seals, []


def _seal_differences(seal: Seal, now: Buckets) -> Iterator[Difference]:
    present: dict[str, dict[str, Any]] = now.as_json()
    for number in sorted({*seal.buckets, *present}):
        sealed, found = seal.buckets.get(number, {}), present.get(number, {})
        if sealed != found:
            counts = f"{sealed.get('rows', 0)} rows of {sealed.get('subjects', 0)} subjects were sealed, "
            counts += f"{found.get('rows', 0)} of {found.get('subjects', 0)} are there"
            yield Difference(f"seal {seal.serial:06d} bucket {number}", counts)
            yield from _unsealed(seal, number)


def _unsealed(seal: Seal, bucket: str) -> Iterator[Difference]:
    """The subjects of a bucket whose heads are not those sealed."""
    sealed = {(head.kind, head.subject_id): head for head in seal.heads(bucket)}
    present = {
        (head.kind, head.subject_id): head
        for head in heads_between(seal.after, seal.until)
        if f"{head.bucket:02x}" == bucket
    }
    for kind, subject_id in sorted({*sealed, *(present if sealed else ())}):
        before, after = sealed.get((kind, subject_id)), present.get((kind, subject_id))
        if before != after:
            where = f"{kind} {_name(kind, subject_id)}"
            was, now = (f"row {head.seq}" if head else "no row" for head in (before, after))
            yield Difference(where, f"sealed with {was} as its last, now {now} is ({seal.path.stem})")


def _name(kind: str, subject_id: UUID) -> str:
    model = models().get(kind)
    if model is None:
        return str(subject_id)
    found = model._default_manager.filter(pk=subject_id).values_list(_name_field(model), flat=True).first()
    return str(found or subject_id)
