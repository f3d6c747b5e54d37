"""Statements of hot paths, compiled once instead of at every call.

Django's compiler takes several times as long over the columns of a wide row as the database takes to answer. Here it
compiles a statement once a connection; after that a call only binds values. What is written and read is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.constants import OnConflict
from django.db.models.expressions import Expression
from django.db.models.query import FlatValuesListIterable, QuerySet, ValuesListIterable, get_related_populators
from django.db.models.sql import InsertQuery
from django.db.transaction import TransactionManagementError

Field: TypeAlias = "models.Field[Any, Any]"
R = TypeVar("R")
_statements: WeakKeyDictionary[BaseDatabaseWrapper, dict[Any, Any]] = WeakKeyDictionary()


def _compiled(connection: BaseDatabaseWrapper, key: Any, make: Callable[[], Any]) -> Any:
    """What ``make`` compiled for this connection, which belongs to one thread."""
    kept = _statements.setdefault(connection, {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


def insert(row: models.Model) -> None:
    """As ``row.save(force_insert=True)``, for a row whose related rows stand."""
    connection = connections[DEFAULT_DB_ALIAS]
    fields, returned, sql = _compiled(connection, type(row), lambda: _insertion(connection, row))
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        if returned:
            row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def insert_unless_there(row: models.Model) -> bool:
    """As :func:`insert`; False, with nothing written, where another row has the same unique values. For rows whose key
    the database does not make."""
    connection = connections[DEFAULT_DB_ALIAS]
    key = (type(row), OnConflict.IGNORE)
    fields, _, sql = _compiled(connection, key, lambda: _insertion(connection, row, OnConflict.IGNORE))
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        written: bool = cursor.rowcount == 1
    if written:
        row._state.adding, row._state.db = False, connection.alias
    return written


def _insertion(
    connection: BaseDatabaseWrapper, row: models.Model, on_conflict: OnConflict | None = None
) -> tuple[list[Field], bool, str]:
    key = row._meta.pk
    returned = isinstance(key, models.AutoField)
    fields: list[Field] = [field for field in row._meta.local_concrete_fields if not (returned and field is key)]
    query = InsertQuery(type(row), on_conflict=on_conflict)
    query.insert_values(fields, [row], raw=False)
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = [key] if returned else None
    return fields, returned, compiler.as_sql()[0][0]


def update(row: models.Model, names: Iterable[str]) -> None:
    """As ``row.save(update_fields=names)``: these fields of the row, by name or by attribute name."""
    connection = connections[DEFAULT_DB_ALIAS]
    wanted = tuple(names)
    fields, sql = _compiled(connection, (type(row), wanted), lambda: _change(connection, row, wanted))
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        if cursor.rowcount != 1:
            raise DatabaseError(f"{type(row).__name__} {row.pk} is not there to be updated")


def _change(connection: BaseDatabaseWrapper, row: models.Model, names: tuple[str, ...]) -> tuple[list[Field], str]:
    quote = connection.ops.quote_name
    named = {name: field for field in row._meta.local_concrete_fields for name in (field.name, field.attname)}
    fields: list[Field] = list(dict.fromkeys(named[name] for name in names))
    key = row._meta.pk
    sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    sql = f"UPDATE {quote(row._meta.db_table)} SET {sets} WHERE {quote(str(key.column))} = %s"  # noqa: S608 -- own names
    return [*fields, key], sql


class Given(Expression):
    """The place of a value that each call of a :class:`Read` gives by ``name``; ``field`` says how it is stored."""

    def __init__(self, name: str, field: Any) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, *_: Any) -> tuple[str, tuple[Any, ...]]:
        """A parameter; the place itself stands for the value to come."""
        return "%s", (self,)


def key(name: str) -> Given:
    """The place of an id."""
    return Given(name, models.UUIDField())


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    params: tuple[Any, ...]
    locks: bool
    rows: Callable[[list[Any]], list[Any]]


class Read(Generic[R]):
    """A query with :class:`Given` values: ``Read(lambda: Case.objects.filter(pk=key("pk")))``.

    Called with the values it reads its rows at once: objects, with what ``select_related`` names, or the tuples or
    single values of ``values_list``.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, R]]) -> None:
        self._build = build

    def __call__(self, **values: Any) -> list[R]:
        """The rows for these values."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement: _Statement = _compiled(connection, self, lambda: _reading(connection, self._build()))
        if statement.locks and not connection.in_atomic_block:
            raise TransactionManagementError("a row can be locked only inside a transaction")
        params = [
            one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Given) else one
            for one in statement.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            found = cursor.fetchall()
        return statement.rows(found) if found else []

    def first(self, **values: Any) -> R | None:
        """The first row, or None."""
        return next(iter(self(**values)), None)


def _reading(connection: BaseDatabaseWrapper, rows: QuerySet[Any, Any]) -> _Statement:
    compiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    shape = _shape(connection, compiler, rows._iterable_class)

    def read(found: list[Any]) -> list[Any]:
        return [shape(row) for row in compiler.apply_converters(found, converters)]

    return _Statement(sql, tuple(params), rows.query.select_for_update, read)


def _shape(connection: BaseDatabaseWrapper, compiler: Any, kind: type) -> Callable[[Any], Any]:
    if kind is FlatValuesListIterable:
        return lambda row: row[0]
    if kind is ValuesListIterable:
        return tuple
    select, info = compiler.select, compiler.klass_info
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column, *_ in select[start:end]]
    related = get_related_populators(info, select, connection.alias)  # type: ignore[call-arg]  # stubs of a later Django
    marks = tuple((compiler.annotation_col_map or {}).items())

    def made(row: Any) -> models.Model:
        found: models.Model = info["model"].from_db(connection.alias, names, row[start:end])
        for populator in related:
            populator.populate(row, found)
        for name, position in marks:
            setattr(found, name, row[position])
        return found

    return made
