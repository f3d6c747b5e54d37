"""Carrying forward: what hangs on the standards of one edition goes over to those of another.

A room that keeps something by standard registers how it follows, with :func:`carries` in its ``effects.py``; the
framework's own (duties, the items of checklists) stand in :mod:`~chuangcheng.framework.heirlooms`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from chuangcheng.framework.comparing import Comparison, compare_editions
from chuangcheng.framework.documents import EDIT, EDITION_CACHE, refuse_frozen
from chuangcheng.framework.models import Edition, Standard, Succession
from chuangcheng.history import actions as history
from chuangcheng.history import outbox, versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights

#: Old standards with their heirs.
Heirs = list[tuple[Standard, Standard]]
#: Takes the actor, both editions and the heirs; says how many rows it added. Doing it twice adds nothing.
Carry = Callable[[Actor, Edition, Edition, Heirs], int]
_carries: dict[str, tuple[Label, Carry]] = {}


@dataclass(frozen=True)
class Carried:
    """How many rows of each kind went over this time, and the comparison as it stands afterwards."""

    comparison: Comparison
    rows: dict[str, int] = field(default_factory=dict)


def carries(name: str, label: Label) -> Callable[[Carry], Carry]:
    """Register what a room carries forward, under a name of its own."""

    def register(carry: Carry) -> Carry:
        _carries[name] = (label, carry)
        return carry

    return register


def labels() -> dict[str, Label]:
    """What is carried, by name."""
    return {name: label for name, (label, _) in _carries.items()}


def carry_forward(*, actor: Actor, old: Edition, new: Edition) -> Carried:
    """Carry everything of sure and decided standards from ``old`` to ``new``; what went over before stays.

    Refused: ``framework.frozen`` or ``dropped`` for the new one, ``framework.same_edition``.
    """
    return decide_successions(actor=actor, old=old, new=new, choices={})


def decide_successions(*, actor: Actor, old: Edition, new: Edition, choices: Mapping[str, str]) -> Carried:
    """Settle which standards take over (old code → new code, ``""`` for none) and carry what hangs on them.

    Several old standards may have one heir. Refused besides: ``framework.unknown_standard``, and
    ``framework.succeeded`` for one whose duties have gone to another standard already.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        if old.pk == new.pk:
            raise Refused("framework.same_edition")
        locked = Edition.objects.select_for_update().get(pk=new.pk)
        refuse_frozen(locked)
        olds = {row.code: row for row in old.standards.all()}
        news = {row.code: row for row in locked.standards.all()}
        settled = {row.old_id: row for row in Succession.objects.filter(old__edition=old, edition=locked)}
        fresh = _chosen(actor, locked, choices, (olds, news), settled)
        Succession.objects.filter(pk__in=[settled[row.old_id].pk for row in fresh if row.old_id in settled]).delete()
        Succession.objects.bulk_create(fresh)
        comparison = compare_editions(old, locked)
        heirs = [(olds[pair.old.code], news[pair.new.code]) for pair in comparison.diff.pairs]
        known = {*settled, *(row.old_id for row in fresh)}
        sure = [_row(actor, locked, one, heir, "sure") for one, heir in heirs if one.pk not in known]
        Succession.objects.bulk_create(sure)
        rows = {name: carry(actor, old, locked, heirs) for name, (_, carry) in _carries.items()}
        if fresh or sure or any(rows.values()):
            _tell(actor, old, locked, {"decided": len(fresh), "sure": len(sure), **rows})
    return Carried(comparison, rows)


def _chosen(
    actor: Actor,
    new: Edition,
    choices: Mapping[str, str],
    standards: tuple[dict[str, Standard], dict[str, Standard]],
    settled: Mapping[UUID, Succession],
) -> list[Succession]:
    """The decisions that say something new."""
    olds, news = standards
    found = []
    for code, heir_code in choices.items():
        for known, given in ((olds, code), (news, heir_code)):
            if given and given not in known:
                raise Refused("framework.unknown_standard", standard=given)
        one, heir = olds[code], news.get(heir_code)
        before = settled.get(one.pk)
        if before is not None and before.new_id == (heir.pk if heir else None):
            continue
        if before is not None and before.new_id is not None:
            raise Refused("framework.succeeded", standard=code)
        found.append(_row(actor, new, one, heir, "chosen" if heir else "none"))
    return found


def _row(actor: Actor, edition: Edition, old: Standard, new: Standard | None, how: str) -> Succession:
    return Succession(
        old=old, edition=edition, new=new, how=how, decided_at=clock.now(), decided_by_id=actor.person_id
    )  # fmt: skip


def _tell(actor: Actor, old: Edition, new: Edition, figures: dict[str, int]) -> None:
    history.append(new, "edition.carried", actor, after={"from": old.code, **figures})
    new.save(update_fields=[*history.CHAIN_FIELDS])
    outbox.emit("edition.carried", ("edition", new.pk), {"from": old.code, **figures})
    versions.bump(EDITION_CACHE)
