"""What the framework itself carries from one edition to the next: duties, kinds of sites with their checklists."""

from __future__ import annotations

from typing import TypeVar

from chuangcheng.framework.carrying import Heirs, carries
from chuangcheng.framework.models import ChecklistItem, Duty, Edition, EditionState, NegativeItem, SiteKind, Standard
from chuangcheng.history import actions as history
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label


@carries("duties", Label("责任", "Duties"))
def carry_duties(actor: Actor, old: Edition, new: Edition, heirs: Heirs) -> int:
    """The same unit and person answer for the heir; duties that stand there stay as they are."""
    standing = set(Duty.objects.filter(standard__edition=new).values_list("standard_id", "unit_id", "kind"))
    heir_of = {one.pk: heir.pk for one, heir in heirs}
    fresh: list[Duty] = []
    for duty in Duty.objects.filter(standard__edition=old).order_by("id"):
        heir = heir_of.get(duty.standard_id)
        if heir is not None and (heir, duty.unit_id, duty.kind) not in standing:
            standing.add((heir, duty.unit_id, duty.kind))
            fresh.append(Duty(standard_id=heir, unit_id=duty.unit_id, kind=duty.kind, person_id=duty.person_id))
    events = [
        history.build(
            duty, "duty.assigned", actor, reason="carried",
            after={"standard": duty.standard_id, "unit": duty.unit_id, "kind": duty.kind, "person": duty.person_id},
        )
        for duty in fresh
    ]  # fmt: skip
    Duty.objects.bulk_create(fresh, batch_size=500)
    history.insert(events)
    return len(fresh)


@carries("evidence", Label("佐证类型", "Kinds of evidence"))
def carry_evidence(_actor: Actor, _old: Edition, _new: Edition, heirs: Heirs) -> int:
    """Heirs that say nothing of their evidence take that of their forebears; dates are for the new year to set."""
    bare = {heir.pk: (heir, one) for one, heir in heirs if one.evidence and not heir.evidence}
    for heir, one in bare.values():
        heir.evidence = one.evidence
    Standard.objects.bulk_update([heir for heir, _ in bare.values()], ["evidence"], batch_size=500)
    return len(bare)


@carries("checklists", Label("点位类型和考察项", "Kinds of sites and checklist items"))
def carry_checklists(_actor: Actor, old: Edition, new: Edition, heirs: Heirs) -> int:
    """A draft that brought no kinds of sites takes those of the old edition; items speak for the heirs of their
    standards. The tree of a published edition never changes."""
    if new.state != EditionState.DRAFT or not old.site_kinds.exists():
        return 0
    items = _carry_kinds(old, new) if not new.site_kinds.exists() else 0
    return items + _link(old, new, heirs)


def _carry_kinds(old: Edition, new: Edition) -> int:
    new.sources = {**old.sources, **new.sources}  # the keys that the texts name
    known = {role["code"] for role in new.roles}
    new.roles = [*new.roles, *(role for role in old.roles if role["code"] not in known)]
    new.save(update_fields=["sources", "roles"])
    kinds, items = [], []
    for kind in old.site_kinds.order_by("order").prefetch_related("items"):
        copied = _copy(kind, SiteKind, edition=new)
        kinds.append(copied)
        items += [_copy(item, ChecklistItem, site_kind=copied) for item in kind.items.all()]
    SiteKind.objects.bulk_create(kinds)
    ChecklistItem.objects.bulk_create(items, batch_size=500)
    return len(items)


@carries("negative", Label("负面清单", "Negative list"))
def carry_negative(_actor: Actor, old: Edition, new: Edition, _heirs: Heirs) -> int:
    """A draft that brought no negative list takes the old edition's."""
    if new.state != EditionState.DRAFT or old.family != new.family or new.negative_items.exists():
        return 0
    new.sources = {**old.sources, **new.sources}
    new.save(update_fields=["sources"])
    return len(
        NegativeItem.objects.bulk_create(_copy(row, NegativeItem, edition=new) for row in old.negative_items.all())
    )


Row = TypeVar("Row", SiteKind, ChecklistItem, NegativeItem)


def _copy(row: Row, model: type[Row], **instead: object) -> Row:
    names = {field.attname for field in model._meta.concrete_fields} - {"id", *(f"{name}_id" for name in instead)}
    return model(**{name: getattr(row, name) for name in names}, **instead)


def _link(old: Edition, new: Edition, heirs: Heirs) -> int:
    """Let each item of the same code speak for the heirs too, and each heir be looked for at the same kinds."""
    link = ChecklistItem.standards.through
    heir_of = {one.pk: heir.pk for one, heir in heirs}
    rows = ChecklistItem.objects.filter(site_kind__edition=new).values_list("site_kind__code", "code", "pk")
    items = {(kind, code): key for kind, code, key in rows}
    standing = set(
        link.objects.filter(checklistitem__site_kind__edition=new).values_list("checklistitem_id", "standard_id")
    )
    spoken = link.objects.filter(checklistitem__site_kind__edition=old)
    wanted = {
        (items[kind, code], heir_of[standard])
        for kind, code, standard in spoken.values_list(
            "checklistitem__site_kind__code", "checklistitem__code", "standard_id"
        )
        if (kind, code) in items and standard in heir_of
    }
    fresh = [link(checklistitem_id=item, standard_id=standard) for item, standard in sorted(wanted - standing)]
    link.objects.bulk_create(fresh, batch_size=500)
    known = {kind for kind, _ in items}
    bare = [(one, heir) for one, heir in heirs if one.site_kinds and not heir.site_kinds]
    for one, heir in bare:
        heir.site_kinds = [code for code in one.site_kinds if code in known]
    Standard.objects.bulk_update([heir for _, heir in bare], ["site_kinds"], batch_size=500)
    return len(fresh)
