"""Units, persons, posts and unit cards out of a workbook: all or nothing, the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from django.db import transaction

from chuangcheng.history import versions
from chuangcheng.history.whole import whole
from chuangcheng.kernel import tables
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.tables import Row
from chuangcheng.people import actions, charging, handover, rights, selectors, sheets
from chuangcheng.people.models import Person, Post, Unit, UnitGroup
from chuangcheng.people.phones import phone_text
from chuangcheng.people.sheets import CARDS, POSTS, UNITS
from chuangcheng.places.models import Division

#: The columns of 单位 that name another unit.
_ABOVE = ("parent", "line_parent", "successor")
#: What became of a row.
_What = Literal["new", "changed", "unchanged"]


def import_units(actor: Actor, path: Path | bytes, *, name: str = "", preview: bool = False) -> ImportReport:
    """Read the sheets 单位, 岗位 and 名片 (the latter two may be absent) into units, persons, posts and cards by code
    and user name. Columns that the file lacks leave what stands. No file carries a password.

    One problem and nothing is imported; the report names every one by row and ``sheet·column``. ``preview`` tries it
    all and keeps nothing; ``extra["applied"]`` says whether anything was kept, ``extra["lines"]`` what became of each
    row: (sheet, row, code or user name, ``new``, ``changed`` or ``unchanged``).
    """
    rights.require_or_system(actor, actions.EDIT)
    name = name or (path.name if isinstance(path, Path) else UNITS)
    run = _Run(actor)
    with whole(run.report, preview=preview):
        versions.hold(handover.STRUCTURE)
        run.units(_rows(path, name, UNITS))
        run.posts(_rows(path, name, POSTS))
        run.cards(_rows(path, name, CARDS))
    if not run.report.rows:
        raise Refused("tables.empty", name=name)
    run.in_order()
    if not run.report.extra["applied"]:
        rights.forget_posts()
    return run.report


def _rows(path: Path | bytes, name: str, sheet: str) -> list[Row]:
    try:
        table = tables.read_table(
            path, name=name, sheet=sheet, wanted=sheets.wanted(sheet), optional=sheets.optional(sheet)
        )
    except Refused as refused:
        if sheet != UNITS and refused.code in {"tables.no_sheet", "tables.empty"}:
            return []
        raise
    return list(table.rows)


class _Row:
    """One row with its texts, which knows how to blame a column."""

    def __init__(self, sheet: str, row: Row) -> None:
        self.sheet, self.number = sheet, row.number
        self.values: dict[str, Any] = {}
        self.raw = row.values
        for field, value in row.values.items():
            try:
                self.values[field] = tables.as_text(value)
            except Refused as refused:
                raise self.blame(field, refused) from refused

    def __getitem__(self, field: str) -> str:
        return str(self.values.get(field, ""))

    def has(self, field: str) -> bool:
        """Whether the file has that column."""
        return field in self.values

    def day(self, field: str) -> date | None:
        """A day as the file writes it."""
        if not self[field]:
            return None
        try:
            moment = tables.as_datetime(self.raw[field], CITY_ZONE)
        except Refused as refused:
            said = sheets.header(self.sheet, field)
            raise self.blame(field, Refused("people.not_a_day", column=said)) from refused
        return moment.astimezone(CITY_ZONE).date() if moment else None

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


#: To which column a refusal of an action is told, where it is clear.
_TOLD = {
    "people.period": "valid_to", "people.bad_phone": "phone", "people.own_superior": "parent",
    "people.gone": "username", "people.same_liaison": "username", "people.unit_holds": "valid_to",
    "people.successor_early": "successor", "people.successor_circle": "successor",
}  # fmt: skip
LINES = 2000


class _Run:
    """One import under way: the report, and what has been seen so far."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.report = actor, ImportReport()
        self.report.extra["lines"] = []
        self.divisions = {division.code: division for division in Division.objects.defer("boundary")}
        self.roles = {role.label.zh: code for code, role in rights.roles().items()}

    def units(self, rows: list[Row]) -> None:
        """Superiors may stand anywhere in the sheet, so a row waits until its own have been saved."""
        waiting = self._read(UNITS, rows, key="code")
        known = {unit.code: unit for unit in Unit.objects.all()}
        while waiting:
            in_sheet = {row["code"] for row in waiting}
            ready = [row for row in waiting if not self._waits_for(row, known) & in_sheet]
            if not ready:
                self._circles(waiting)
                return
            for row in ready:
                self._try(row, lambda row: self._unit(row, known))
            waiting = [row for row in waiting if row not in ready]

    @staticmethod
    def _waits_for(row: _Row, known: Mapping[str, Unit]) -> set[str]:
        """The codes to be saved before the row; a successor that stands need not be: it may itself be below."""
        after = {row["successor"]} - set(known)
        return {row["parent"], row["line_parent"], *after} - {row["code"]}

    def _circles(self, waiting: list[_Row]) -> None:
        """Rows that wait for each other, and those that wait for them: each is told the way round."""
        rows = {row["code"]: row for row in waiting}
        for row in waiting:
            chain, at = [row["code"]], row
            while True:
                above = next(at[line] for line in _ABOVE if at[line] in rows and at[line] != at["code"])
                chain.append(above)
                if above in chain[:-1]:
                    break
                at = rows[above]
            field = next(line for line in _ABOVE if row[line] == chain[1])
            self.report.reject(row.blame(field, Refused("people.circle", chain=" → ".join(chain))).problem)

    def _unit(self, row: _Row, known: dict[str, Unit]) -> _What:
        before = known.get(row["code"])
        seq = before.chain_seq if before else 0
        for line in _ABOVE:
            if row[line] == row["code"]:
                raise row.blame(line, Refused("people.circle", chain=f"{row['code']} → {row['code']}"))
        try:
            order = tables.as_int(row["official_order"])
        except Refused as refused:
            raise row.blame("official_order", refused) from refused
        given: dict[str, Any] = {
            "short_name": row["short_name"],
            "group": row.choice("group", sheets.GROUPS, UnitGroup.NONE),
            "role_code": row["role_code"],
            "parent": self._superior(row, "parent", known),
            "line_parent": self._superior(row, "line_parent", known),
            "division": self._division(row),
            "official_order": order or 0,
            "section": row["section"],
            "valid_from": row.day("valid_from"),
            "valid_to": row.day("valid_to"),
            "successor": self._superior(row, "successor", known),
        }
        if before is not None:
            given |= {field: getattr(before, field) for field in given if not row.has(field)}
        kind = row.choice("kind", sheets.KINDS)
        unit = actions.save_unit(actor=self.actor, code=row["code"], name=row["name"], kind=kind, **given)
        known[unit.code] = unit
        return "new" if before is None else "changed" if seq != unit.chain_seq else "unchanged"

    def _superior(self, row: _Row, field: str, known: dict[str, Unit]) -> Unit | None:
        code = row[field]
        if code and code not in known:
            raise row.blame(field, Refused("people.unknown_unit", given=code))
        return known[code] if code else None

    def _division(self, row: _Row) -> Division | None:
        code = row["division"]
        if code in ("", sheets.NONE):
            return None
        if code not in self.divisions:
            raise row.blame("division", Refused("people.unknown_division", given=code))
        return self.divisions[code]

    def posts(self, rows: list[Row]) -> None:
        """A person with several posts stands in several rows; name and phone of the last one count. A second unit must
        be meant (兼任), for a name typed into the wrong line gives rights where they do not belong."""
        found = self._read(POSTS, rows, key="")
        self.named: dict[str, dict[str, int]] = {}
        for row in found:
            self.named.setdefault(row["username"], {}).setdefault(row["unit"], row.number)
        for row in found:
            self._try(row, self._post)

    def _post(self, row: _Row) -> _What:
        unit = self._unit_of(row)
        role = row.choice("role", self.roles)
        division = self._division(row)
        if division is None and row["division"] != sheets.NONE and rights.roles()[role].scope != "unit":
            division = unit.division
        before = Person.objects.filter(username=row["username"]).first()
        self._refuse_second_unit(row, before)
        known = before is not None and self._same_person(before, row)
        person = before if known and before else self._person(row)
        seq = Unit.objects.values_list("chain_seq", flat=True).get(pk=unit.pk)
        standing = Post.objects.filter(person=person, role=role, unit=unit, division=division).first()
        days = {
            field: row.day(field) if row.has(field) or standing is None else getattr(standing, field)
            for field in ("valid_from", "valid_to")
        }
        actions.give_post(
            actor=self.actor, person=person, role=role, unit=unit, division=division, title=row["title"], **days
        )
        changed = not known or seq != Unit.objects.values_list("chain_seq", flat=True).get(pk=unit.pk)
        return "new" if standing is None else "changed" if changed else "unchanged"

    def _refuse_second_unit(self, row: _Row, person: Person | None) -> None:
        if row["also"] == sheets.YES:
            return
        here = self.named[row["username"]]
        first = next(iter(here))
        if row["unit"] != first:
            other = selectors.unit_by_code(first)
            name = other.short_name if other else first
            raise row.blame("unit", Refused("people.two_units", first=here[first], unit=name))
        posts = selectors.valid_posts().filter(person=person).exclude(unit__code__in=list(here))
        elsewhere = posts.order_by("pk").first() if person else None
        if elsewhere is not None:
            raise row.blame("unit", Refused("people.other_unit", unit=elsewhere.unit.short_name))

    def cards(self, rows: list[Row]) -> None:
        """Who stands on the units' cards; each place once."""
        seen: dict[tuple[str, str], int] = {}
        for row in self._read(CARDS, rows, key=""):
            self._try(row, lambda row: self._card(row, seen))

    def _card(self, row: _Row, seen: dict[tuple[str, str], int]) -> _What:
        unit, kind = self._unit_of(row), row.choice("kind", sheets.CHARGES)
        first = seen.setdefault((unit.code, kind), row.number)
        if first != row.number:
            raise row.blame("kind", Refused("people.duplicate", given=row["kind"], first=first))
        person = Person.objects.filter(username=row["username"]).first()
        if person is None:
            raise row.blame("username", Refused("people.unknown_person", given=row["username"][:20]))
        fresh = not unit.charges.filter(kind=kind).exists()
        changed = charging.set_charges(actor=self.actor, unit=unit, given={kind: (person, row["title"])})
        return "new" if fresh else "changed" if changed else "unchanged"

    @staticmethod
    def _unit_of(row: _Row) -> Unit:
        unit = selectors.unit_by_code(row["unit"])
        if unit is None:
            raise row.blame("unit", Refused("people.unknown_unit", given=row["unit"]))
        return unit

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
        same_phone = not phone or selectors.phone_of(person) == phone_text(phone)
        return person.name == row["name"] and person.email == row["email"] and same_phone and person.is_active

    def _read(self, sheet: str, rows: list[Row], *, key: str) -> list[_Row]:
        """The rows whose needed cells are filled and whose key is unique; the others are reported."""
        self.report.rows += len(rows)
        first: dict[str, int] = {}
        good: list[_Row] = []
        for raw in rows:
            try:
                row = _Row(sheet, raw)
                if key and row[key] and row[key] in first:
                    raise row.blame(key, Refused("people.duplicate", given=row[key], first=first[row[key]]))
            except _Blamed as blamed:
                self.report.reject(blamed.problem)
                continue
            if not self._lacks(row):
                first.setdefault(row[key], row.number)
                good.append(row)
        return good

    def _lacks(self, row: _Row) -> bool:
        """Whether needed cells are empty; each is told, the row counted once."""
        empty = [column for column in sheets.SHEETS[row.sheet] if column.needed and not row[column.field]]
        for place, column in enumerate(empty):
            tell = self.report.note if place else self.report.reject
            tell(row.blame(column.field, Refused("people.value_missing", column=column.names[0])).problem)
        return bool(empty)

    def in_order(self) -> None:
        """Tell the problems as the sheets go: who mends the file reads it from above."""
        places = {sheet: place for place, sheet in enumerate(sheets.SHEETS)}
        self.report.problems.sort(key=lambda one: (places[one.field.partition("·")[0]], one.row))

    def _try(self, row: _Row, save: Callable[[_Row], _What]) -> None:
        """Save one row inside of a savepoint, so that the rest can still be tried and all problems are told at once."""
        try:
            with transaction.atomic():
                what = save(row)
        except _Blamed as blamed:
            self.report.reject(blamed.problem)
        except Refused as refused:
            told = _TOLD.get(refused.code, "")
            self.report.reject(row.blame(told if row.has(told) else "", refused).problem)
        else:
            self.report.imported += what != "unchanged"
            self.report.unchanged += what == "unchanged"
            if len(self.report.extra["lines"]) < LINES:
                key = row["code"] or row["username"]
                self.report.extra["lines"].append((row.sheet, row.number, key, what))
