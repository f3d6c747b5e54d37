"""What is entered for a document and for a training session, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.framework.models import Standard
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.library.models import Audience, Document, Kind
from chuangcheng.people.models import Person, Unit

MOST = 300  # units, standards, persons, materials
FAR = timedelta(days=400)
LONGEST = timedelta(days=7)
MOST_MINUTES = 60
_LIMITS = {"title": 200, "reference": 60, "remarks": 4000, "topic": 120, "place": 120, "lecturer": 60}
_LATEST, _EARLIEST = date(2200, 1, 1), date(1900, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInput:
    """What is said of a document. ``units`` count only where the audience is named units."""

    kind: str
    title: str
    unit: Unit
    id: UUID = field(default_factory=new_id)
    reference: str = ""
    issued_on: date | None = None
    from_on: date | None = None
    to_on: date | None = None
    replaces: tuple[Document, ...] = ()
    audience: str = Audience.ALL
    units: tuple[Unit, ...] = ()
    standards: tuple[Standard, ...] = ()
    remarks: str = ""

    def tidied(self) -> DocumentInput:
        """The same with its words put in order."""
        words: dict[str, Any] = {name: tidy(getattr(self, name)) for name in ("title", "reference", "remarks")}
        return replace(self, **words, units=self.units if self.audience == Audience.UNITS else ())

    def body(self) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        names = ("kind", "title", "reference", "issued_on", "from_on", "to_on", "audience", "remarks")
        return {**{name: str(getattr(self, name) or "") for name in names}, **_ids(self, "unit"),
                **_many(self, "units", "standards", "replaces")}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingInput:
    """A session as it is planned; times are aware."""

    topic: str
    unit: Unit
    starts_at: datetime
    ends_at: datetime
    id: UUID = field(default_factory=new_id)
    place: str = ""
    lecturer: str = ""
    units: tuple[Unit, ...] = ()
    persons: tuple[Person, ...] = ()
    materials: tuple[Document, ...] = ()
    code_minutes: int = 0

    def tidied(self) -> TrainingInput:
        """The same with its words put in order."""
        words: dict[str, Any] = {name: tidy(getattr(self, name)) for name in ("topic", "place", "lecturer")}
        return replace(self, **words)

    def body(self) -> dict[str, Any]:
        """As of a document."""
        own = {name: str(getattr(self, name)) for name in ("topic", "place", "lecturer")}
        times = {name: getattr(self, name).timestamp() for name in ("starts_at", "ends_at")}
        code = {"code_minutes": self.code_minutes} if self.code_minutes else {}
        return {**own, **times, **code, **_ids(self, "unit"), **_many(self, "units", "persons", "materials")}


def _ids(given: Any, *names: str) -> dict[str, str]:
    rows = {name: getattr(given, name) for name in names}
    return {name: str(row.pk) if row else "" for name, row in rows.items()}


def _many(given: Any, *names: str) -> dict[str, list[str]]:
    return {name: sorted(str(row.pk) for row in getattr(given, name)) for name in names}


def check_document(given: DocumentInput) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    _refuse([*_words(given, "title", "reference", "remarks"), *_of_document(given), *_sizes(given)])


def _of_document(given: DocumentInput) -> Iterator[FieldProblem]:
    if not tidy(given.title):
        yield FieldProblem("title", "required", Label("请填写文件标题", "Give it a title"))
    if given.kind not in Kind.values:
        yield FieldProblem("kind", "choice", Label("请选择文件类别", "Choose a kind of document"))
    if given.audience not in Audience.values:
        yield FieldProblem("audience", "choice", Label("请选择阅读范围", "Choose who reads it"))
    if given.audience == Audience.UNITS and not given.units:
        yield FieldProblem("units", "required", Label("请指定单位", "Name the units"))
    for name in ("issued_on", "from_on", "to_on"):
        day = getattr(given, name)
        if day is not None and not _EARLIEST <= day < _LATEST:
            yield FieldProblem(name, "far", Label("日期无效", "Not a day"))
    if given.from_on and given.to_on and given.to_on < given.from_on:
        yield FieldProblem("to_on", "order", Label("失效日期不能早于生效日期", "It ends before it begins"))


def check_training(given: TrainingInput, now: datetime) -> None:
    """The same for a session."""
    _refuse([*_words(given, "topic", "place", "lecturer"), *_of_training(given, now), *_sizes(given)])


def _of_training(given: TrainingInput, now: datetime) -> Iterator[FieldProblem]:
    if not tidy(given.topic):
        yield FieldProblem("topic", "required", Label("请填写培训主题", "Give it a topic"))
    if not 0 <= given.code_minutes <= MOST_MINUTES:
        said = Label(f"填 1 到 {MOST_MINUTES}，不填则不更换", f"From 1 to {MOST_MINUTES}, or nothing")
        yield FieldProblem("code_minutes", "range", said)
    if not now - FAR < given.starts_at < now + FAR:
        yield FieldProblem(
            "starts_at", "far", Label("时间应在前后一年之内", "The time must lie within a year of today")
        )
    if not given.starts_at < given.ends_at <= given.starts_at + LONGEST:
        yield FieldProblem(
            "ends_at", "order", Label("结束应晚于开始，最长七天", "It ends after it begins, within seven days")
        )


def _words(given: Any, *names: str) -> Iterator[FieldProblem]:
    for name in names:
        limit = _LIMITS[name]
        if len(getattr(given, name)) > limit or "\0" in getattr(given, name):
            yield FieldProblem(name, "length", Label(f"最多 {limit} 字", f"At most {limit} characters"))


def _sizes(given: Any) -> Iterator[FieldProblem]:
    for name in ("units", "standards", "persons", "materials"):
        if len(getattr(given, name, ())) > MOST:
            yield FieldProblem(name, "many", Label(f"最多 {MOST} 个", f"At most {MOST}"))


def _refuse(problems: list[FieldProblem]) -> None:
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))
