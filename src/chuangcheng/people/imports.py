"""Units and posts out of a workbook: all or nothing, the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from chuangcheng.kernel import tables
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.tables import Row
from chuangcheng.people import actions, rights, selectors, sheets
from chuangcheng.people.models import Person, Unit, UnitGroup
from chuangcheng.people.sheets import POSTS, UNITS
from chuangcheng.places.models import Division


class _Undo(Exception):
    """Leaves the transaction without a trace: the import had problems, or was only a preview."""


def import_units(actor: Actor, path: Path | bytes, *, name: str = "", preview: bool = False) -> ImportReport:
    """Read the sheets 单位 and 岗位 (the second may be absent) into units, persons and posts by code and username.

    One problem and nothing is imported; the report names every one by row and ``sheet·column``. ``preview`` tries it
    all and keeps nothing; ``extra["applied"]`` says whether anything was kept.
    """
    rights.require_or_system(actor, actions.EDIT)
    name = name or (path.name if isinstance(path, Path) else UNITS)
    run = _Run(actor)
    try:
        with transaction.atomic():
            run.units(_rows(path, name, UNITS))
            run.posts(_rows(path, name, POSTS))
            if run.report.rejected or preview:
                raise _Undo
    except _Undo:
        rights.forget_posts()
    if run.report.rejected:
        run.report.imported = run.report.unchanged = 0
    run.report.extra["applied"] = not (run.report.rejected or preview)
    return run.report


def _rows(path: Path | bytes, name: str, sheet: str) -> list[Row]:
    try:
        table = tables.read_table(
            path, name=name, sheet=sheet, wanted=sheets.wanted(sheet), optional=sheets.optional(sheet)
        )
    except Refused as refused:
        if sheet == POSTS and refused.code in {"tables.no_sheet", "tables.empty"}:
            return []
        raise
    return list(table.rows)


class _Row:
    """One row with its texts, which knows how to blame a column."""

    def __init__(self, sheet: str, row: Row) -> None:
        self.sheet, self.number = sheet, row.number
        self.values: dict[str, Any] = {}
        for field, value in row.values.items():
            try:
                self.values[field] = tables.as_text(value)
            except Refused as refused:
                raise self.blame(field, refused) from refused

    def __getitem__(self, field: str) -> str:
        return str(self.values.get(field, ""))

    def choice(self, field: str, choices: dict[str, str], default: str = "") -> str:
        """The code behind a word; a code itself is taken too."""
        text = self[field]
        if not text:
            return default
        if text not in choices and text not in choices.values():
            raise self.blame(field, Refused("people.bad_value", column=sheets.header(self.sheet, field), given=text))
        return choices.get(text, text)

    def blame(self, field: str, refused: Refused) -> _Blamed:
        """The same refusal, told to this row's field."""
        where = f"{self.sheet}·{sheets.header(self.sheet, field)}" if field else self.sheet
        return _Blamed(RowProblem.of(self.number, refused, where))


class _Blamed(Exception):
    """A problem of one row."""

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Run:
    """One import under way: the report, and what has been seen so far."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.report = actor, ImportReport()
        self.divisions = {division.code: division for division in Division.objects.defer("boundary")}
        self.roles = {role.label.zh: code for code, role in rights.roles().items()}

    def units(self, rows: list[Row]) -> None:
        """Superiors may stand anywhere in the sheet, so a row waits until its own have been saved."""
        waiting = self._read(UNITS, rows, key="code")
        known = {unit.code: unit for unit in Unit.objects.all()}
        while waiting:
            in_sheet = {row["code"] for row in waiting}
            ready = [row for row in waiting if not ({row["parent"], row["line_parent"]} - {row["code"]}) & in_sheet]
            for row in ready or waiting:  # a circle: each of its rows fails with its own reason
                self._try(row, lambda row: self._unit(row, known))
            waiting = [row for row in waiting if row not in ready] if ready else []

    def _unit(self, row: _Row, known: dict[str, Unit]) -> bool:
        before = known.get(row["code"])
        try:
            order = tables.as_int(row["official_order"])
        except Refused as refused:
            raise row.blame("official_order", refused) from refused
        unit = actions.save_unit(
            actor=self.actor,
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            kind=row.choice("kind", sheets.KINDS),
            group=row.choice("group", sheets.GROUPS, UnitGroup.NONE),
            role_code=row["role_code"],
            parent=self._superior(row, "parent", known),
            line_parent=self._superior(row, "line_parent", known),
            division=self._division(row),
            official_order=order or 0,
        )
        known[unit.code] = unit
        return before is None or before.chain_seq != unit.chain_seq

    def _superior(self, row: _Row, field: str, known: dict[str, Unit]) -> Unit | None:
        code = row[field]
        if code and code not in known:
            raise row.blame(field, Refused("people.unknown_unit", given=code))
        return known[code] if code else None

    def _division(self, row: _Row) -> Division | None:
        code = row["division"]
        if code and code not in self.divisions:
            raise row.blame("division", Refused("people.unknown_division", given=code))
        return self.divisions[code] if code else None

    def posts(self, rows: list[Row]) -> None:
        """A person with several posts stands in several rows; name and phone of the last one count."""
        for row in self._read(POSTS, rows, key=""):
            self._try(row, self._post)

    def _post(self, row: _Row) -> bool:
        unit = selectors.unit_by_code(row["unit"])
        if unit is None:
            raise row.blame("unit", Refused("people.unknown_unit", given=row["unit"]))
        role = row.choice("role", self.roles)
        division = self._division(row) or (unit.division if rights.roles()[role].scope != "unit" else None)
        before = Person.objects.filter(username=row["username"]).first()
        known = before is not None and self._same_person(before, row)
        person = before if known and before else self._person(row)
        seq = Unit.objects.values_list("chain_seq", flat=True).get(pk=unit.pk)
        actions.give_post(actor=self.actor, person=person, role=role, unit=unit, division=division, title=row["title"])
        return not known or seq != Unit.objects.values_list("chain_seq", flat=True).get(pk=unit.pk)

    def _person(self, row: _Row) -> Person:
        return actions.save_person(
            actor=self.actor,
            username=row["username"],
            name=row["name"],
            email=row["email"],
            phone=row["phone"] or None,
        )

    @staticmethod
    def _same_person(person: Person, row: _Row) -> bool:
        phone = row["phone"]
        same_phone = not phone or selectors.phone_of(person) == phone
        return person.name == row["name"] and person.email == row["email"] and same_phone and person.is_active

    def _read(self, sheet: str, rows: list[Row], *, key: str) -> list[_Row]:
        """The rows whose needed cells are filled and whose key is unique; the others are reported."""
        self.report.rows += len(rows)
        first: dict[str, int] = {}
        good: list[_Row] = []
        for raw in rows:
            try:
                row = _Row(sheet, raw)
                self._check_needed(row)
                if key and row[key] in first:
                    raise row.blame(key, Refused("people.duplicate", given=row[key], first=first[row[key]]))
            except _Blamed as blamed:
                self.report.reject(blamed.problem)
                continue
            first.setdefault(row[key], row.number)
            good.append(row)
        return good

    @staticmethod
    def _check_needed(row: _Row) -> None:
        for column in sheets.SHEETS[row.sheet]:
            if column.needed and not row[column.field]:
                raise row.blame(column.field, Refused("people.value_missing", column=column.names[0]))

    def _try(self, row: _Row, save: Callable[[_Row], bool]) -> None:
        """Save one row inside of a savepoint, so that the rest can still be tried and all problems are told at once."""
        try:
            with transaction.atomic():
                changed = save(row)
        except _Blamed as blamed:
            self.report.reject(blamed.problem)
        except Refused as refused:
            self.report.reject(row.blame("", refused).problem)
        else:
            self.report.imported += changed
            self.report.unchanged += not changed
