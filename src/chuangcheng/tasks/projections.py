"""Tasks and routines recomputed from their chains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chuangcheng.history.models import Chained, Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.tasks.actions.routines import ROUTINE_FACTS
from chuangcheng.tasks.facts import PETITIONS
from chuangcheng.tasks.models import Routine, Task
from chuangcheng.tasks.steps import FACTS, LINKS, ids_of


def told(kind: str, names: Sequence[str]) -> dict[UUID, dict[str, Any]]:
    """What history says of every subject of a kind: the last word on each fact."""
    rows = Event.objects.filter(subject_kind=kind).order_by("subject_id", "seq").values_list("subject_id", "after")
    found: dict[UUID, dict[str, Any]] = {}
    for subject_id, after in rows.iterator():
        facts = found.setdefault(subject_id, {})
        facts |= {name: after[name] for name in names if name in after}
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)


def _is(row: Chained, name: str) -> Any:
    return [str(pk) for pk in ids_of(getattr(row, name).all())] if name in LINKS else _plain(getattr(row, name))


def _wrong(model: type[Chained], names: Sequence[str]) -> Iterable[tuple[Chained | UUID, dict[str, Any]]]:
    """Rows with the facts in which history differs; a row without history, an id without a row."""
    known = told(model._meta.model_name or "", names)
    rows = model._default_manager.prefetch_related(*[name for name in LINKS if name in names])
    for row in rows.iterator(chunk_size=500):
        facts = known.pop(row.pk, None)
        wrong = {name: value for name, value in (facts or {}).items() if _is(row, name) != value}
        if facts is None or wrong:
            yield row, wrong
    for pk in known:
        yield pk, {}


def _project(model: type[Chained], names: Sequence[str]) -> None:
    kind = model._meta.model_name

    def check() -> Iterable[Difference]:
        for row, wrong in _wrong(model, names):
            if isinstance(row, UUID):
                yield Difference(f"{kind} {row}", "is gone")
                continue
            if not wrong:
                yield Difference(f"{kind} {row.pk}", "history knows nothing of it")
            for name, value in wrong.items():
                yield Difference(f"{kind} {row.pk}", f"{name} is {_is(row, name)}, history says {value}")

    def rebuild() -> int:
        written = 0
        for row, wrong in list(_wrong(model, names)):
            columns = {name: value for name, value in wrong.items() if name not in LINKS}
            if isinstance(row, UUID) or not wrong:
                continue
            if columns:
                model._default_manager.filter(pk=row.pk).update(**columns)
            for name in set(wrong) - set(columns):
                getattr(row, name).set(wrong[name])
            written += 1
        return written

    register(f"tasks.{kind}", check, rebuild)


_project(Routine, ROUTINE_FACTS)
_project(Task, (*FACTS, *LINKS))
PETITIONS.register("tasks")
