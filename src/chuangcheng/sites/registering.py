"""Registers kept by code: one row or a whole workbook by the same steps, each change one row of history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared
from chuangcheng.history.models import Chained, Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.kernel import coords
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import StateTable
from chuangcheng.kernel.text import normalise, tidy
from chuangcheng.people import rights
from chuangcheng.places.locator import locate

Row = TypeVar("Row", bound=Chained)
Facts = Sequence[str]
BATCH = 500
EARLIEST, LATEST = 1900, 2199  # years that a sheet may name without being taken for a slip


@dataclass(frozen=True, slots=True)
class Spot:
    """WGS-84 degrees and what lies there; ``division_id`` is None where no boundary covers the point."""

    lat: float
    lon: float
    division_id: UUID | None
    path: str
    grid_id: UUID | None


def spot_of(lat: float, lon: float, datum: str = "wgs84") -> Spot:
    """The place of a point given in ``datum``; ``sites.bad_position`` for nonsense."""
    try:
        lon, lat = coords.to_wgs84(lon, lat, datum)
    except ValueError:
        raise Refused("sites.bad_position", lat=lat, lon=lon) from None
    found = locate(lon, lat)
    return Spot(round(lat, 7), round(lon, 7), found.division_id, found.path, found.grid_id)


def text_of(text: str, column: str, limit: int, *, required: bool = True) -> str:
    """The text in its own letters, or ``sites.missing``, ``sites.too_long``."""
    text = tidy(text)
    if required and not text:
        raise Refused("sites.missing", column=column)
    if len(text) > limit:
        raise Refused("sites.too_long", column=column, limit=limit)
    return text


def code_of(text: str, column: str) -> str:
    """A code in its one form."""
    return text_of(normalise(text), column, 30)


def allow(actor: Actor, permission: str, paths: Iterable[str]) -> None:
    """Every one of these places must be in reach; the system may everywhere."""
    for path in paths:
        rights.require_or_system(actor, permission, path=path)


def facts_of(row: Chained, names: Facts) -> dict[str, Any]:
    """The facts of a row as it stands."""
    return {name: getattr(row, name) for name in names}


def settle(
    row: Row, values: dict[str, Any], actor: Actor, names: Facts, *, fresh: bool = False, action: str = "",
    reason: str = "", more: dict[str, Any] | None = None,
) -> Event | None:  # fmt: skip
    """Set what differs and build the history row; None, and nothing set, where nothing differs.

    Names and words stay out of history: a change in them shows as ``renamed``. The caller writes both.
    """
    changed = [name for name, value in values.items() if fresh or getattr(row, name) != value]
    if not changed and not more:
        return None
    kind = row._meta.model_name
    before = {} if fresh else facts_of(row, names)
    for name in changed:
        setattr(row, name, values[name])
    after = {**facts_of(row, names), "renamed": bool(set(changed) - set(names)), **(more or {})}
    done = f"{kind}.created" if fresh else action or f"{kind}.changed"
    return history.build(row, done, actor, before=before, after=after, reason=reason)


def write(row: Row, event: Event | None, *, fresh: bool = False, payload: dict[str, Any] | None = None) -> None:
    """Save the row with its history row and tell upper rooms; nothing where nothing happened."""
    if event is None:
        return
    row.save(force_insert=fresh)
    prepared.insert(event)
    outbox.emit(event.action, (event.subject_kind, row.pk), payload or {})


@dataclass
class Batch:
    """Rows of one register that are written together: one topic ``<kind>.imported`` for all."""

    fields: Sequence[str]
    born: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def take(self, row: Chained, event: Event | None, fresh: bool) -> bool:
        """Remember a row; whether anything is to be written."""
        if event is None:
            return False
        (self.born if fresh else self.changed).append(row)
        self.events.append(event)
        return True

    def write(self) -> None:
        """Everything in the caller's transaction."""
        for rows, put in ((self.born, self._create), (self.changed, self._update)):
            if rows:
                put(rows)
        history.insert(self.events)
        if self.events:
            kind = self.events[0].subject_kind
            outbox.emit(f"{kind}.imported", (kind, new_id()), {"count": len(self.events)})

    @staticmethod
    def _create(rows: list[Any]) -> None:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)

    def _update(self, rows: list[Any]) -> None:
        fields = [*self.fields, *history.CHAIN_FIELDS]
        type(rows[0])._default_manager.bulk_update(rows, fields, batch_size=BATCH // 5)


def step(
    row: Row, table: StateTable, move: str, actor: Actor, names: Facts, *, done: str, reason: str = "",
    given: dict[str, Any] | None = None, changes: dict[str, Any] | None = None, more: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Take a move of a life cycle and write it. ``given`` are the move's needs, ``more`` codes for history."""
    target = table.next(row.state, move, **(given or {}))  # type: ignore[attr-defined]
    facts = {"move": move, **(more or {})}
    kind = row._meta.model_name
    event = settle(row, {"state": target, **(changes or {})}, actor, names, action=f"{kind}.{done}", reason=reason,
                   more=facts)  # fmt: skip
    write(row, event)


def locked(model: type[Row], pk: UUID) -> Row:
    """The row under its lock, or ``common.not_found``."""
    row = model._default_manager.select_for_update().filter(pk=pk).first()
    if row is None:
        raise Refused("common.not_found")
    return row


def plain(value: Any) -> Any:
    """A value as history holds it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal | date) else value


def project(name: str, model: type[Chained], names: Facts) -> None:
    """Declare the facts of a register as a projection of its history. A division's new path is not the row's story,
    so it is compared with the division."""
    kept = [each for each in names if each != "division_path"]

    def differences() -> Iterable[Difference]:
        told = _told(model, kept)
        for row in model._default_manager.iterator():
            facts = told.pop(row.pk, None)
            if facts is None:
                yield Difference(f"{model._meta.model_name} {row.pk}", "history knows nothing of it")
            for each, value in (facts or {}).items():
                if plain(getattr(row, each)) != value:
                    text = f"{each} is {getattr(row, each)}, history says {value}"
                    yield Difference(f"{model._meta.model_name} {row.pk}", text)
        for pk in told:
            yield Difference(f"{model._meta.model_name} {pk}", "is gone")

    def rebuild() -> int:
        told, written = _told(model, kept), 0
        for row in model._default_manager.iterator():
            facts = {each: value for each, value in told.get(row.pk, {}).items() if plain(getattr(row, each)) != value}
            if facts:
                written += model._default_manager.filter(pk=row.pk).update(**facts)
        return written

    register(name, differences, rebuild)


def _told(model: type[Chained], names: Facts) -> dict[UUID, dict[str, Any]]:
    rows = Event.objects.filter(subject_kind=model._meta.model_name).order_by("seq")
    newest = dict(rows.values_list("subject_id", "after").iterator())
    return {pk: {name: after[name] for name in names if name in after} for pk, after in newest.items()}


def year_of(value: int | None, column: str) -> int | None:
    """A year as a sheet gives it, or ``sites.bad_year``."""
    if value is not None and not EARLIEST <= value <= LATEST:
        raise Refused("sites.bad_year", column=column, given=value)
    return value


def count_of(value: int | None, column: str) -> int:
    """A count of things, 0 for none given, or ``sites.bad_count``."""
    if value is not None and not 0 <= value <= 10_000_000:
        raise Refused("sites.bad_count", column=column, given=value)
    return value or 0
