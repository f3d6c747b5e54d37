"""Templates of duties by kind of unit, and the other plans for many cells at once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from chuangcheng.framework.columns import METHODS
from chuangcheng.framework.documents import EDIT, refuse_frozen
from chuangcheng.framework.matrix import cells_of, is_retired, plan_batch
from chuangcheng.framework.models import Duty, DutyBatch, DutyKind, DutyTemplate, Edition, Standard
from chuangcheng.kernel import duties
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind


def templates_of(edition: Edition) -> QuerySet[DutyTemplate]:
    """The edition's templates by name."""
    return edition.duty_templates.order_by("name")


def get_template(template_id: UUID) -> DutyTemplate:
    """The template, or ``common.not_found``."""
    found = DutyTemplate.objects.select_related("edition").filter(pk=template_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def save_template(
    *, actor: Actor, edition: Edition, name: str, unit_kind: str, kind: str, codes: Sequence[str] = (),
    methods: Sequence[str] = (), role_code: str = "",
) -> DutyTemplate:  # fmt: skip
    """Keep a template: every unit of ``unit_kind`` (and role) has ``kind`` for the standards at or below any of
    ``codes`` or assessed by any of ``methods``.

    Refused: ``framework.template_exists``, ``framework.empty_template``, ``framework.unknown_duty``,
    ``framework.unknown_standard`` for a code of nothing.
    """
    rights.require_or_system(actor, EDIT)
    refuse_frozen(edition)
    if kind not in DutyKind.values or unit_kind not in UnitKind.values:
        raise Refused("framework.unknown_duty", kind=kind)
    known = {*edition.nodes.values_list("code", flat=True), *edition.standards.values_list("code", flat=True)}
    wrong = next((code for code in codes if code not in known), None)
    if wrong is not None:
        raise Refused("framework.unknown_standard", standard=wrong)
    methods = [method for method in methods if method in METHODS]
    if not name.strip() or not (codes or methods):
        raise Refused("framework.empty_template")
    try:
        with transaction.atomic():
            return DutyTemplate.objects.create(
                edition=edition, name=name.strip()[:60], unit_kind=unit_kind, role_code=role_code, kind=kind,
                codes=list(dict.fromkeys(codes)), methods=methods,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("framework.template_exists", name=name.strip()[:60]) from error


def drop_template(*, actor: Actor, template_id: UUID) -> None:
    """Take a template away; what was made by it stays."""
    rights.require_or_system(actor, EDIT)
    get_template(template_id).delete()


def units_of(template: DutyTemplate) -> list[Unit]:
    """The units in office that it speaks of, in official order."""
    rows = people.units().filter(kind=template.unit_kind)
    if template.role_code:
        rows = rows.filter(role_code=template.role_code)
    return [unit for unit in rows if not is_retired(unit)]


def standards_of(template: DutyTemplate) -> list[Standard]:
    """The standards that it speaks of, in the tree's order. Two queries."""
    wanted = set(template.codes)
    below: set[UUID] = set()
    for node in template.edition.nodes.order_by("order"):  # parents stand before their children
        if node.code in wanted or node.parent_id in below:
            below.add(node.pk)
    return [
        standard
        for standard in template.edition.standards.order_by("order")
        if standard.code in wanted or standard.content_id in below or set(template.methods) & set(standard.methods)
    ]


def plan_template(*, actor: Actor, template_id: UUID) -> DutyBatch:
    """What applying it would change, to be looked at; stronger duties stay."""
    template = get_template(template_id)
    standards = [str(row.pk) for row in standards_of(template)]
    units = units_of(template)
    cells = cells_of(template.edition, [unit.pk for unit in units])
    steps = duties.fill(cells, standards, [str(unit.pk) for unit in units], template.kind)
    about = {"template": template.name, "same": len(standards) * len(units) - len(steps)}
    return plan_batch(actor=actor, edition=template.edition, how="template", steps=steps, about=about)


def plan_give(
    *, actor: Actor, edition: Edition, standards: Sequence[UUID], units: Sequence[UUID], kind: str
) -> DutyBatch:  # fmt: skip
    """Give units a duty (or, with an empty kind, none) for standards. Refused: ``framework.unknown_duty``."""
    if kind not in (duties.NONE, *DutyKind.values):
        raise Refused("framework.unknown_duty", kind=kind)
    cells = cells_of(edition, units)
    places = [str(key) for key in standards], [str(key) for key in units]
    steps = duties.give(cells, *places, kind)
    about = {"kind": kind, "same": len(standards) * len(units) - len(steps)}
    return plan_batch(actor=actor, edition=edition, how="give", steps=steps, about=about)


def plan_copy(*, actor: Actor, edition: Edition, source: Unit, target: Unit) -> DutyBatch:
    """Another unit gets what one has, leads as support. Refused: ``framework.same_unit``."""
    return _between(actor, edition, "copy", source, target)


def plan_move(*, actor: Actor, edition: Edition, source: Unit, target: Unit) -> DutyBatch:
    """All duties of a unit go to its successor. Refused: ``framework.same_unit``."""
    return _between(actor, edition, "move", source, target)


def _between(actor: Actor, edition: Edition, how: str, source: Unit, target: Unit) -> DutyBatch:
    if source.pk == target.pk:
        raise Refused("framework.same_unit")
    cells = cells_of(edition, [source.pk, target.pk])
    make = duties.copy if how == "copy" else duties.move
    about = {"source": source.code, "target": target.code}
    steps = make(cells, str(source.pk), str(target.pk))
    return plan_batch(actor=actor, edition=edition, how=how, steps=steps, about=about)


def holders(edition: Edition) -> list[Unit]:
    """The units with any duty in the edition, in official order."""
    held = Duty.objects.filter(standard__edition=edition).values("unit")
    return list(people.units().filter(pk__in=held))
