"""States, counters, holders and links of reports and cases, recomputed from their chains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Field, Model, OuterRef

from chuangcheng.cases import alarm_projection, search
from chuangcheng.cases.chronicle import (
    ASK_FIELDS,
    ASSIGNMENT_FIELDS,
    CASE_FIELDS,
    CHILDREN,
    INSTRUCTION_FIELDS,
    INSTRUCTION_REPLY_FIELDS,
    ORDER_FIELDS,
    PETITION_FIELDS,
    QUICKFIX_FIELDS,
    RECHECK_FIELDS,
    REPORT_FIELDS,
    SEARCH_FIELDS,
    SUBSTEP_FIELDS,
    Fold,
    values_of,
)
from chuangcheng.cases.models import (
    Assignment,
    Case,
    Instruction,
    InstructionReply,
    Order,
    OwnerAsk,
    OwnerSearch,
    Petition,
    QuickFix,
    Recheck,
    Report,
    SubStep,
)
from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference, register

_CHUNK = 1000
Subject = Report | Case | Order | QuickFix | Recheck | Instruction
Child = Assignment | Petition | SubStep | InstructionReply | OwnerSearch | OwnerAsk
_CHILD_MODELS: dict[str, type[Child]] = {
    "assignments": Assignment, "petitions": Petition, "substeps": SubStep, "replies": InstructionReply,
    "searches": OwnerSearch, "asks": OwnerAsk,
}  # fmt: skip
#: Which kinds of children a subject has, by the column that leads to it.
_PARENTS: dict[type[Model], tuple[str, tuple[str, ...]]] = {
    Case: ("case_id", ("assignments", "petitions", "substeps", "searches", "asks")),
    Instruction: ("instruction_id", ("replies",)),
}  # fmt: skip
_FIELDS: dict[type[Model], tuple[str, ...]] = {
    Report: REPORT_FIELDS, Case: CASE_FIELDS, Order: ORDER_FIELDS, Assignment: ASSIGNMENT_FIELDS,
    Petition: PETITION_FIELDS, QuickFix: QUICKFIX_FIELDS, Recheck: RECHECK_FIELDS, SubStep: SUBSTEP_FIELDS,
    Instruction: INSTRUCTION_FIELDS, InstructionReply: INSTRUCTION_REPLY_FIELDS,
    OwnerSearch: SEARCH_FIELDS, OwnerAsk: ASK_FIELDS,
}  # fmt: skip


def folds(model: type[Subject]) -> Iterator[tuple[UUID, Fold]]:
    """Every chain of the model's rows, folded, in the order of ids."""
    kind = model._meta.model_name
    rows = (
        Event.objects.filter(subject_kind=kind)
        .order_by("subject_id", "seq")
        .values_list("subject_id", "action", "after")
    )
    for subject_id, chain in groupby(rows.iterator(chunk_size=_CHUNK), key=lambda row: row[0]):
        folded = Fold(_FIELDS[model])
        for _, action, after in chain:
            folded.add(action, after)
        yield subject_id, folded


def check_reports() -> Iterator[Difference]:
    """Reports that differ from their history."""
    yield from _check(Report)


def check_orders() -> Iterator[Difference]:
    """Orders that differ from their history."""
    yield from _check(Order)


def check_cases() -> Iterator[Difference]:
    """Cases, assignments and petitions that differ from their history."""
    yield from _check(Case)


def _check(model: type[Subject]) -> Iterator[Difference]:
    for chunk in _chunks(folds(model)):
        wanted = dict(chunk)
        rows: dict[UUID, Subject] = dict(model._default_manager.in_bulk(list(wanted)))
        children = _children(model, wanted)
        for pk, folded in wanted.items():
            row = rows.get(pk)
            if row is None:
                yield Difference(f"{model.__name__} {pk}", "has a history but no row")
                continue
            yield from _compare(f"{model.__name__} {row.number}", row, folded.result())
            yield from _compare_children(row, folded, children.get(pk, {}))
    told = Event.objects.filter(subject_kind=model._meta.model_name, subject_id=OuterRef("pk"), seq=1)
    for number in model._default_manager.filter(~Exists(told)).values_list("number", flat=True):
        yield Difference(f"{model.__name__} {number}", "has no history")


def _compare(where: str, row: Model, wanted: dict[str, Any]) -> Iterator[Difference]:
    stored = values_of(row, wanted)
    for name, value in wanted.items():
        if stored[name] != value:
            yield Difference(where, f"{name} is {stored[name]!r}, history says {value!r}")


def _children(model: type[Subject], wanted: Iterable[UUID]) -> dict[UUID, dict[str, Model]]:
    found: dict[UUID, dict[str, Model]] = {}
    column, kinds = _PARENTS.get(model, ("", ()))
    for kind in kinds:
        for child in _CHILD_MODELS[kind]._default_manager.filter(**{f"{column}__in": list(wanted)}):
            found.setdefault(getattr(child, column), {})[str(child.pk)] = child
    return found


def _compare_children(row: Subject, folded: Fold, stored: dict[str, Model]) -> Iterator[Difference]:
    told: set[str] = set()
    name = f"{type(row).__name__} {row.number}"
    for kind in CHILDREN:
        for child_id, wanted in folded.children[kind].items():
            told.add(child_id)
            where = f"{name} {kind} {child_id}"
            if child_id in stored:
                yield from _compare(where, stored[child_id], wanted)
            else:
                yield Difference(where, "is gone")
    for child_id in stored.keys() - told:
        yield Difference(f"{name} {child_id}", "is not in history")


def rebuild_reports() -> int:
    """Write every report that differs back to what its history says; how many rows changed."""
    return _rebuild(Report)


def rebuild_orders() -> int:
    """As :func:`rebuild_reports`, for orders."""
    return _rebuild(Order)


def rebuild_cases() -> int:
    """As :func:`rebuild_reports`, for cases with their assignments and petitions."""
    return _rebuild(Case)


def _rebuild(model: type[Subject]) -> int:
    changed = 0
    for chunk in _chunks(folds(model)):
        wanted = dict(chunk)
        with transaction.atomic():
            rows = model._default_manager.select_for_update().in_bulk(list(wanted))
            children = _children(model, wanted)
            for pk, folded in wanted.items():
                if pk in rows:
                    changed += _restore(rows[pk], folded.result())
                stored = children.get(pk, {})
                for kind in CHILDREN:
                    for child_id, values in folded.children[kind].items():
                        changed += _restore_child(kind, {_PARENTS[model][0]: pk}, child_id, values, stored)
    return changed


def _restore(row: Model, wanted: dict[str, Any]) -> int:
    """Set and save what differs; 1 if anything did."""
    stored = values_of(row, wanted)
    wrong = [name for name, value in wanted.items() if stored[name] != value]
    for name in wrong:
        setattr(row, name, _field(row, name).to_python(wanted[name]))
    if wrong:
        row.save(update_fields=wrong)
    return int(bool(wrong))


def _field(row: Model, attname: str) -> Field[Any, Any]:
    return next(field for field in row._meta.concrete_fields if field.attname == attname)


def _restore_child(
    kind: str, parent: dict[str, UUID], child_id: str, values: dict[str, Any], stored: dict[str, Model]
) -> int:
    """A lost link comes back as history tells it; a petition's words are lost with its row."""
    if child_id in stored:
        return _restore(stored[child_id], values)
    model = _CHILD_MODELS[kind]
    child = model(pk=UUID(child_id), **parent)
    for name, value in values.items():
        setattr(child, name, _field(child, name).to_python(value))
    child.save(force_insert=True)
    return 1


def _chunks(pairs: Iterator[tuple[UUID, Fold]]) -> Iterator[list[tuple[UUID, Fold]]]:
    batch: list[tuple[UUID, Fold]] = []
    for pair in pairs:
        batch.append(pair)
        if len(batch) == _CHUNK:
            yield batch
            batch = []
    if batch:
        yield batch


register("cases.report", check_reports, rebuild_reports)
register("cases.case", check_cases, rebuild_cases)
register("cases.order", check_orders, rebuild_orders)
register("cases.quickfix", lambda: _check(QuickFix), lambda: _rebuild(QuickFix))
register("cases.recheck", lambda: _check(Recheck), lambda: _rebuild(Recheck))
register("cases.instruction", lambda: _check(Instruction), lambda: _rebuild(Instruction))
register("search", search.check, search.rebuild)
register("cases.alarms", alarm_projection.check, alarm_projection.rebuild)
