"""Sponsorships out of a workbook: ten thousand cadres come in at once, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.people import rights
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.sites import sheets
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.registering import Batch, settle
from chuangcheng.sites.sheets import Blamed, Reader, Sheet, by_word
from chuangcheng.sites.site import Site
from chuangcheng.sites.sponsorship import actions
from chuangcheng.sites.sponsorship.actions import FACTS, SponsorshipInput
from chuangcheng.sites.sponsorship.models import Sponsorship, SubjectKind
from chuangcheng.sites.sponsorship.subjects import Place, kind_of

SHEET = Sheet(
    "包联",
    {
        "kind": (("对象类型", "包联类型", "subject kind"), "必填；从下拉列表选择"),
        "code": (("对象编码", "包联对象编码", "subject code"), "必填；社区填 12 位代码，其余填点位或小区编码"),
        "unit": (("包联单位编码", "单位编码", "unit code"), "必填"),
        "person": (("责任人用户名", "包联责任人", "username"), "可不填"),
        "cadres": (("干部人数", "党员干部人数", "cadres"), "含责任人"),
        "valid_from": (("起始日期", "开始日期", "from"), "不填为今天"),
        "valid_to": (("结束日期", "截止日期", "to"), "不填为长期"),
    },
    required=("kind", "code", "unit"),
    lists={"kind": [str(label) for label in SubjectKind.labels]},
)
_KINDS = by_word({code: str(label) for code, label in SubjectKind.choices})


def import_sponsorships(actor: Actor, path: Path | bytes, *, name: str = "", preview: bool = False) -> ImportReport:
    """Read the sheet 包联, one row for a unit at a place. One problem and nothing is imported; the same file twice
    changes nothing (an empty first day keeps the one that stands)."""
    if actor != SYSTEM:
        rights.require(actor, actions.EDIT)
    rows = SHEET.rows(path, name)
    with transaction.atomic():
        run = _Run(actor)
        return sheets.run(SHEET, rows, run.take, run.batch.write, preview=preview, key=_key)


def _key(reader: Reader) -> str:
    return " · ".join(reader.text(field) for field in ("kind", "code", "unit"))


class _Run:
    """What the rows may refer to, and what is to be written."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.persons = {person.username: person for person in Person.objects.all()}
        communities = Division.objects.filter(level=DivisionLevel.COMMUNITY).defer("boundary")
        self.places: dict[str, dict[str, Place]] = {
            "community": {row.code: row for row in communities},
            "compound": {row.code: row for row in Compound.objects.all()},
            "site": {row.code: row for row in Site.objects.all()},
        }
        self.known: dict[tuple[UUID, UUID], list[Sponsorship]] = {}
        for row in Sponsorship.objects.select_for_update().order_by("valid_from"):
            place = row.division_id or row.site_id or row.compound_id
            self.known.setdefault((place, row.unit_id), []).append(row)  # type: ignore[arg-type]
        self.batch = Batch([name.removesuffix("_id") for name in FACTS])

    def take(self, reader: Reader) -> bool:
        subject = self._subject(reader)
        unit, since = reader.one_of("unit", self.units, None), reader.day("valid_from")
        assert unit is not None
        until = reader.day("valid_to")
        found = self._standing(subject, unit, since or clock.today().date(), until)
        given = SponsorshipInput(
            subject=subject, unit=unit, person=reader.one_of("person", self.persons, None),
            cadres=reader.count("cadres") or 0, valid_to=until,
            valid_from=since or (found.valid_from if found else clock.today().date()),
        )  # fmt: skip
        row, values = actions.prepare(actor=self.actor, given=given, found=found)
        return self.batch.take(row, settle(row, values, self.actor, FACTS, fresh=found is None), fresh=found is None)

    def _subject(self, reader: Reader) -> Place:
        kind = reader.one_of("kind", _KINDS, "")
        register = self.places[kind if kind in ("community", "compound") else "site"]
        code = reader.text("code")
        subject = register.get(code)
        if subject is None:
            raise Blamed("code", Refused("sites.unknown_choice", column=SHEET.header("code"), given=code))
        if kind_of(subject) != kind:
            raise Blamed("kind", Refused("sponsorship.other_kind", given=code, kind=kind_of(subject).label))
        return subject

    def _standing(self, subject: Place, unit: Unit, since: Any, until: Any) -> Sponsorship | None:
        """The row that stands in those days already."""
        for row in self.known.get((subject.pk, unit.pk), ()):
            if (row.valid_to is None or row.valid_to >= since) and (until is None or row.valid_from <= until):
                return row
        return None


def write_template(path: Path | str | Any) -> None:
    """An empty workbook to fill in."""
    sheets.write_template(SHEET, path)
