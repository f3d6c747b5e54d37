"""任务分解方案 and a unit's 责任清单 as documents: page, Word and PDF print this one text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.urls import reverse

from chuangcheng.bulletins.document import NOTHING, Document, Section, Table, day, moment
from chuangcheng.framework import decrees
from chuangcheng.framework.matrix_view import project_of
from chuangcheng.framework.models import Duty, DutyKind, Edition, EditionState, Evidence, Standard
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.people.models import Unit, UnitKind

_KINDS = {DutyKind.LEAD: "牵头", DutyKind.SUPPORT: "配合", DutyKind.TERRITORY: "属地"}
#: Units of a kind named together where all of them have the duty.
_TOGETHER = {UnitKind.STREET: "各街道（乡镇）", UnitKind.DISTRICT: "各区县", UnitKind.COMMUNITY: "各社区（村）"}


def compose_decree(edition: Edition, values: Mapping[str, str] | None = None) -> Document:
    """The decree of an edition, its duties as they stand now; ``values`` of the variables where the caller has them.
    Eleven queries."""
    words, values = decrees.words_of(edition), values or decrees.variables(edition)
    now = clock.now()
    dated = words.dated_on or now.astimezone(CITY_ZONE).date()
    city = settings.CITY.city_name
    office = f"{city}创建全国文明城市指挥部办公室"
    body = tuple(line for line in decrees.filled(words.body, values).splitlines() if line.strip())
    return Document(
        organisation=office, series="创城办文件", issue=words.number or "（文号待编）",
        title=decrees.filled(words.title, values), period="", issued_on=day(dated), as_of=moment(now),
        sections=(Section(words.addressee, body, address=True), *_tables(edition)), draft=words.dated_on is None,
        signature=(office, day(dated)), remarks=("附表由系统按现行责任分解自动汇总。",),
    )  # fmt: skip


def _tables(edition: Edition) -> Iterable[Section]:
    """A table for each project, in the tree's order."""
    nodes = {node.pk: node for node in edition.nodes.order_by("order")}
    counts: dict[str, int] = {}
    for kind in Unit.objects.filter(kind__in=_TOGETHER).values_list("kind", flat=True):
        counts[kind] = counts.get(kind, 0) + 1
    held: dict[object, dict[str, list[Unit]]] = {}
    rows = Duty.objects.filter(standard__edition=edition).select_related("unit")
    for duty in rows.order_by("unit__official_order", "unit__code"):
        held.setdefault(duty.standard_id, {}).setdefault(duty.kind, []).append(duty.unit)
    lines: dict[str, list[tuple[str, ...]]] = {}
    for standard in edition.standards.order_by("order"):
        project = project_of(nodes, standard.content_id)
        units = held.get(standard.pk, {})
        names = [_names(units.get(kind, []), counts) for kind in _KINDS]
        line = (standard.code, standard.zh, names[0], _joined(names[1:]), _date(standard))
        lines.setdefault(project.zh, []).append(line)
    headers = ("编号", "测评标准", "牵头单位", "配合单位和属地", "完成时限")
    for number, (title, some) in enumerate(lines.items(), 1):
        table = Table(headers, tuple(some), (False,) * 5, widths=(29, 45, 22, 36, 24))
        yield Section(f"附表{number}  {title}", (), table)


def _names(units: list[Unit], counts: dict[str, int]) -> str:
    """The units by short name; all of a kind by the kind's name."""
    found = []
    for kind, word in _TOGETHER.items():
        some = [unit for unit in units if unit.kind == kind]
        if some and len(some) == counts.get(kind, 0) > 1:
            found.append(word)
            units = [unit for unit in units if unit.kind != kind]
    return "、".join([*(unit.short_name for unit in units), *found])


def _joined(names: list[str]) -> str:
    return "；".join(name for name in names if name) or NOTHING


def _date(standard: Standard) -> str:
    return standard.due_on.isoformat() if standard.due_on else NOTHING


def compose_sheet(unit: Unit) -> Document:
    """The duties of a unit in all published editions: lead, support, territory, with what proves each and by when."""
    now = clock.now()
    rows = Duty.objects.filter(unit=unit, standard__edition__state=EditionState.PUBLISHED)
    duties = list(rows.select_related("standard__edition", "person").order_by("standard__edition", "standard__order"))
    sections = [Section("责任人员", _persons(unit) or ("（尚未明确）",))]
    for kind, word in _KINDS.items():
        some = [duty for duty in duties if duty.kind == kind]
        if some:
            sections.append(Section(f"{word}的测评标准（{len(some)} 条）", (), _sheet(some)))
    if not duties:
        sections.append(Section("测评标准", ("没有分解到本单位的标准。",)))
    return Document(
        organisation=f"{settings.CITY.city_name}创建全国文明城市指挥部办公室", series="责任清单", issue=unit.code,
        title=f"{unit.name}创建全国文明城市责任清单", period=f"（共 {len(duties)} 条标准）",
        issued_on=day(now.astimezone(CITY_ZONE).date()), as_of=moment(now), sections=tuple(sections), draft=False,
    )  # fmt: skip


def _persons(unit: Unit) -> tuple[str, ...]:
    rows = unit.charges.select_related("person")
    order = {"head": 0, "deputy": 1, "liaison_a": 2, "liaison_b": 3}
    return tuple(
        f"{row.get_kind_display()}：{row.person.name}" + (f"（{row.title}）" if row.title else "")
        for row in sorted(rows, key=lambda row: order.get(row.kind, 9))
    )  # fmt: skip


def _sheet(duties: list[Duty]) -> Table:
    rows = tuple(
        (duty.standard.code, duty.standard.zh,
         "、".join(Evidence(code).label for code in duty.standard.evidence if code in Evidence.values) or NOTHING,
         _date(duty.standard), duty.person.name if duty.person else NOTHING)
        for duty in duties
    )  # fmt: skip
    urls = tuple(reverse("desk:standard", args=[duty.standard_id]) for duty in duties)
    headers = ("编号", "测评标准", "佐证类型", "完成时限", "责任人")
    return Table(headers, rows, (False,) * 5, urls, (29, 58, 27, 24, 18))
