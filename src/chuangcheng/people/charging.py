"""Who stands on a unit's card, and a district's mirror of the city's command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from chuangcheng.history import actions as history
from chuangcheng.history import versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, rights
from chuangcheng.people.facts import charge_facts
from chuangcheng.people.handover import STRUCTURE, Held, holds
from chuangcheng.people.models import Charge, ChargeKind, Person, Post, Unit, UnitGroup, UnitKind
from chuangcheng.people.selectors import valid_posts

#: A person and the title they bear there; None empties the place.
Given = Mapping[str, tuple[Person, str] | None]


def set_charges(*, actor: Actor, unit: Unit, given: Given) -> bool:
    """Put persons on a unit's card by kind; kinds that are not given stay. Whether anything changed.

    Refused: ``people.unknown_charge``, ``people.gone``, ``people.same_liaison`` (A and B stand in for each other).
    """
    unknown = set(given) - set(ChargeKind.values)
    if unknown:
        raise Refused("people.unknown_charge", kind=sorted(unknown)[0])
    with transaction.atomic():
        unit = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=unit.pk)
        rights.require_or_system(actor, actions.EDIT, unit_id=unit.pk, path=unit.division.path if unit.division else "")
        standing = {row.kind: row for row in unit.charges.all()}
        before = {kind: row.person_id for kind, row in standing.items()}
        after = before | {kind: pair[0].pk if pair else None for kind, pair in given.items()}
        _check(given, after)
        titled = _write(unit, standing, given)
        moved = {kind: person for kind, person in after.items() if before.get(kind) != person}
        if moved:
            was = charge_facts({kind: before.get(kind) for kind in moved})
            history.append(unit, "unit.charged", actor, before=was, after=charge_facts(moved))
            unit.save(update_fields=[*history.CHAIN_FIELDS])
    return bool(moved) or titled


def _check(given: Given, after: Mapping[str, UUID | None]) -> None:
    if any(pair is not None and not pair[0].is_active for pair in given.values()):
        raise Refused("people.gone")
    first, second = after.get(ChargeKind.LIAISON_A), after.get(ChargeKind.LIAISON_B)
    if first is not None and first == second:
        raise Refused("people.same_liaison")


def _write(unit: Unit, standing: dict[str, Charge], given: Given) -> bool:
    """The rows of the card; whether any differed."""
    changed = False
    for kind, pair in given.items():
        row = standing.get(kind)
        if pair is None:
            changed |= row is not None
            if row is not None:
                row.delete()
            continue
        person, title = pair[0], pair[1].strip()[:60]
        if row is None or (row.person_id, row.title) != (person.pk, title):
            row = row or Charge(unit=unit, kind=kind)
            row.person, row.title = person, title
            row.save()
            changed = True
    return changed


def mirror_structure(*, actor: Actor, district: Unit) -> list[Unit]:
    """Give a district's office a sub-command for each of the city's, answering to both (territory and line). Those that
    stand already stay; the new ones are returned. Refused: ``people.no_district``."""
    if district.kind != UnitKind.DISTRICT:
        raise Refused("people.no_district", unit=district.short_name)
    made: list[Unit] = []
    with transaction.atomic():
        versions.hold(STRUCTURE)
        standing = set(district.children.filter(kind=UnitKind.SUBCOMMAND).values_list("line_parent_id", flat=True))
        for above in city_subcommands():
            if above.pk in standing:
                continue
            made.append(
                actions.save_unit(
                    actor=actor, code=f"{district.code}-{above.code}"[:40], kind=UnitKind.SUBCOMMAND,
                    name=f"{district.division.name if district.division else district.short_name}{above.name}"[:100],
                    short_name=f"{district.division.name if district.division else ''}{above.short_name}"[:40],
                    group=UnitGroup.NONE, parent=district, line_parent=above, division=district.division,
                    official_order=district.official_order * 100 + above.official_order,
                )
            )  # fmt: skip
    return made


def city_subcommands() -> list[Unit]:
    """The sub-commands that mirror none, in official order."""
    rows = Unit.objects.filter(kind=UnitKind.SUBCOMMAND).exclude(parent__kind=UnitKind.DISTRICT)
    return list(rows.order_by("official_order", "code"))


@holds("charges", Label("单位名片", "Unit cards"))
class Charges:
    """The persons on units' cards."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """The places on cards, in official order."""
        rows = Charge.objects.filter(person__in=persons).select_related("unit").order_by("unit__official_order", "kind")
        for row in rows:
            label = ChargeKind(row.kind).label
            how = Label(str(label), _ENGLISH[row.kind])
            yield Held(row.person_id, str(row.pk), row.unit.short_name, how, ("unit", row.unit_id))

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """The successor takes the places, with the titles. Who is liaison A already leaves B empty."""
        for row in Charge.objects.filter(pk__in=[one.ref for one in held]).select_related("unit").order_by("kind"):
            partner = {ChargeKind.LIAISON_A: ChargeKind.LIAISON_B, ChargeKind.LIAISON_B: ChargeKind.LIAISON_A}.get(
                ChargeKind(row.kind)
            )
            twice = partner and row.unit.charges.filter(kind=partner, person=successor).exists()
            set_charges(actor=actor, unit=row.unit, given={row.kind: None if twice else (successor, row.title)})


_ENGLISH = {"head": "Head", "deputy": "Deputy in charge", "liaison_a": "Liaison A", "liaison_b": "Liaison B"}


@holds("posts", Label("岗位", "Posts"))
class Posts:
    """The posts themselves: the successor is given the same from today, the one who leaves loses them at once."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """Posts that stand today; those of a person whose sign-in is closed too, for they come back with it."""
        today = clock.today().date()
        rows = Post.objects.filter(person__in=persons).exclude(valid_to__lt=today).select_related("unit")
        for post in rows.order_by("unit__official_order", "pk"):
            yield Held(
                post.person_id, str(post.pk), post.unit.short_name, rights.roles()[post.role].label,
                ("unit", post.unit_id),
            )  # fmt: skip

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """One after the other: a post that the successor holds already is only ended."""
        standing = set(valid_posts().filter(person=successor).values_list("role", "unit", "division"))
        for post in (
            Post.objects.filter(pk__in=[one.ref for one in held]).select_related("unit", "division").order_by("pk")
        ):
            if (post.role, post.unit_id, post.division_id) not in standing:
                actions.give_post(
                    actor=actor, person=successor, role=post.role, unit=post.unit, division=post.division,
                    title=post.title, valid_from=clock.today().date(),
                )  # fmt: skip
            actions.end_post(actor=actor, post=post)
