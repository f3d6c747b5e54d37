"""The matrix as a page shows it: a part of the standards, cut at contents, by a part of the units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from chuangcheng.framework.coverage import RESPONSIBLE
from chuangcheng.framework.models import Duty, DutyKind, Edition, Node, Standard
from chuangcheng.kernel import duties
from chuangcheng.kernel.actor import Actor
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitGroup, UnitKind

PAGE = 20  #: standards after which a page ends with its content
_GROUPS = (UnitGroup.DISTRICT, UnitGroup.CITY, UnitGroup.VERTICAL, UnitGroup.STREET, UnitGroup.NONE)


@dataclass(frozen=True)
class Asked:
    """What is to be shown: below which node, which group of units, the reader's line alone, which page (from 1)."""

    node: str = ""
    group: str = ""
    line: bool = False
    page: int = 1


@dataclass(frozen=True)
class Block:
    """A content with its standards on this page."""

    project: Node
    content: Node
    standards: Sequence[Standard]


@dataclass(frozen=True)
class Shown:
    """A page of the matrix. ``cells`` are by ids of standard and unit; ``leads`` counts them over all units."""

    asked: Asked
    units: Sequence[Unit]
    groups: Sequence[tuple[str, int]]  # label of a group, its columns
    blocks: Sequence[Block]
    cells: dict[tuple[UUID, UUID], str]
    leads: dict[UUID, int]
    pages: int
    standards: int  # on all pages


def shown(actor: Actor, edition: Edition, asked: Asked) -> Shown:
    """The page that was asked for; the last one where there are fewer."""
    units = columns(edition, asked.group, line_of(actor) if asked.line else None)
    nodes = {node.pk: node for node in edition.nodes.order_by("order")}
    rows = list(edition.standards.order_by("order"))
    if asked.node:
        wanted = _below(nodes, asked.node)
        rows = [row for row in rows if row.content_id in wanted]
    if asked.line:
        held = Duty.objects.filter(standard__edition=edition, unit__in=[unit.pk for unit in units])
        mine = set(held.values_list("standard_id", flat=True))
        rows = [row for row in rows if row.pk in mine]
    pages = _pages(rows)
    number = min(max(asked.page, 1), max(len(pages), 1))
    here = pages[number - 1] if pages else []
    cells, leads = _cells(here, units)
    return Shown(
        Asked(asked.node, asked.group, asked.line, number), units, _spans(units), _blocks(here, nodes), cells, leads,
        len(pages), len(rows),
    )  # fmt: skip


def columns(edition: Edition, group: str = "", only: set[UUID] | None = None) -> list[Unit]:
    """The units across: those that a campaign is broken down to, and whoever else has a duty; by group, then in
    official order."""
    held = Duty.objects.filter(standard__edition=edition).values("unit")
    usual = Q(kind__in=(*RESPONSIBLE, UnitKind.DISTRICT, UnitKind.OFFICE))
    rows = people.units().filter(usual | Q(pk__in=held))
    if group in UnitGroup.values:
        rows = rows.filter(group=group)
    elif only is None:  # communities by the hundred only where they are asked for
        rows = rows.exclude(kind=UnitKind.COMMUNITY)
    found = [unit for unit in rows if only is None or unit.pk in only]
    order = {code: number for number, code in enumerate(_GROUPS)}
    return sorted(found, key=lambda unit: order[UnitGroup(unit.group)])


def line_of(actor: Actor) -> set[UUID]:
    """The reader's own unit and those that answer to it, by territory or in their line."""
    post = rights.post_of(actor)
    if post is None:
        return set()
    mine = Q(pk=post.unit_id) | Q(parent=post.unit_id) | Q(line_parent=post.unit_id)
    return set(people.units().filter(mine).values_list("pk", flat=True))


def _below(nodes: dict[UUID, Node], code: str) -> set[UUID]:
    found: set[UUID] = set()
    for key, node in nodes.items():  # parents stand before their children
        if node.code == code or node.parent_id in found:
            found.add(key)
    return found


def _pages(rows: Sequence[Standard]) -> list[list[Standard]]:
    """Whole contents together until there are :data:`PAGE` standards; a longer content is a page of its own."""
    pages: list[list[Standard]] = []
    content = None
    for row in rows:
        if not pages or (len(pages[-1]) >= PAGE and row.content_id != content):
            pages.append([])
        pages[-1].append(row)
        content = row.content_id
    return pages


def _cells(rows: Sequence[Standard], units: Sequence[Unit]) -> tuple[dict[tuple[UUID, UUID], str], dict[UUID, int]]:
    columns_here = {unit.pk for unit in units}
    cells: dict[tuple[UUID, UUID], str] = {}
    leads: dict[UUID, int] = {row.pk: 0 for row in rows}
    stored = Duty.objects.filter(standard__in=[row.pk for row in rows])
    for standard, unit, kind in stored.values_list("standard_id", "unit_id", "kind"):
        leads[standard] += kind == DutyKind.LEAD
        if unit in columns_here:
            cells[standard, unit] = duties.strongest((cells.get((standard, unit), duties.NONE), kind))
    return cells, leads


def _blocks(rows: Sequence[Standard], nodes: dict[UUID, Node]) -> list[Block]:
    found: dict[UUID, list[Standard]] = {}
    for row in rows:
        found.setdefault(row.content_id, []).append(row)
    return [Block(project_of(nodes, key), nodes[key], some) for key, some in found.items()]


def project_of(nodes: dict[UUID, Node], key: UUID) -> Node:
    """The project above a content, however deep."""
    node = nodes[key]
    while node.kind == "content" and node.parent_id:
        node = nodes[node.parent_id]
    return node


def _spans(units: Sequence[Unit]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for unit in units:
        found[unit.group] = found.get(unit.group, 0) + 1
    return [(str(UnitGroup(code).label), count) for code, count in found.items()]
