"""Changing the whole set of time limits at once: what would change, and doing it, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from chuangcheng.framework import selectors
from chuangcheng.framework.models import Category, Handling, RuleDraft, TimeRule
from chuangcheng.framework.reference import newest_rules, write_versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people import rights

EDIT = "framework.edit"
DEFAULT = "default"
UNITS = ("urgent_hours", "work_hours", "work_days")
MOST = Decimal(9999)
Key = tuple[str, str]
Kind = Literal["added", "changed", "removed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a time rule says, apart from its version: see :class:`~chuangcheng.framework.models.TimeRule`."""

    category_code: str
    condition: str
    condition_zh: str
    amount: Decimal
    unit: str
    close_when: str = ""
    handling: str = ""
    severity: int | None = None
    source_ref: str = ""

    @property
    def key(self) -> Key:
        """Category prefix and filing condition: of these there is one rule at a time."""
        return self.category_code, self.condition

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, read back by :meth:`of_json` without loss."""
        return {**asdict(self), "amount": f"{self.amount.normalize():f}"}

    @classmethod
    def of_json(cls, row: Mapping[str, Any]) -> Limit:
        """The limit of its JSON."""
        return cls(**{**row, "amount": Decimal(row["amount"])})

    @classmethod
    def of_rule(cls, rule: TimeRule) -> Limit:
        """What a rule says."""
        return cls(
            rule.category_code, rule.condition, rule.condition_zh, rule.amount.normalize(), rule.unit, rule.close_when,
            rule.handling, rule.severity, rule.source_ref,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One rule before and after; ``before`` is None for an added one, ``after`` for a removed one."""

    kind: Kind
    before: Limit | None
    after: Limit | None

    @property
    def limit(self) -> Limit:
        """What identifies it."""
        found = self.after or self.before
        assert found is not None
        return found


def in_force() -> list[Limit]:
    """Every limit in force, by category prefix and condition."""
    return [Limit.of_rule(rule) for _, rule in sorted(newest_rules().items())]


def basis() -> str:
    """A digest of the versions in force: who decides on a preview says which set it was held against."""
    return sha256("|".join(sorted(f"{rule.pk}" for rule in newest_rules().values())).encode())[:16]


def compare(rows: Iterable[Limit]) -> list[Change]:
    """What replacing the set in force by ``rows`` would do, by key."""
    before = {limit.key: limit for limit in in_force()}
    after = {limit.key: limit for limit in rows}
    return [_change(before.get(key), after.get(key)) for key in sorted({*before, *after})]


def _change(before: Limit | None, after: Limit | None) -> Change:
    if before is None:
        return Change("added", None, after)
    if after is None:
        return Change("removed", before, None)
    return Change("unchanged" if before == after else "changed", before, after)


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """How many of each kind."""
    found = dict.fromkeys(("added", "changed", "removed", "unchanged"), 0)
    for change in changes:
        found[change.kind] += 1
    return found


def replace_rules(*, actor: Actor, rows: Sequence[Limit], held_against: str = "") -> dict[str, int]:
    """Put ``rows`` in force instead of the set that stands: what differs gets a next version, what is missing is
    withdrawn. All or nothing. Deadlines of open cases stay as they are.

    Refused: ``framework.no_default_limit`` without a rule for everything, ``framework.rules_moved`` when another set
    stands than the one that ``held_against`` (:func:`basis`) names, ``framework.invalid`` for a value out of range.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        if held_against and held_against != basis():
            raise Refused("framework.rules_moved")
        _check(rows)
        kept = {limit.key for limit in rows}
        withdrawn = [rule for key, rule in newest_rules().items() if key not in kept]
        found = counts(compare(rows))
        write_versions(actor, [asdict(limit) for limit in rows], withdrawn)
    return found


def _check(rows: Sequence[Limit]) -> None:
    if ("", DEFAULT) not in {limit.key for limit in rows}:
        raise Refused("framework.no_default_limit")
    for limit in rows:
        problems = blame(limit)
        if problems:
            raise Refused("framework.invalid", fields=tuple(problems), count=len(problems))


def blame(limit: Limit) -> list[FieldProblem]:
    """What is wrong with one limit, by the names of its fields."""
    found = []
    if not 0 < limit.amount <= MOST or limit.amount % Decimal("0.01"):
        found.append(
            FieldProblem(
                "amount",
                "out_of_range",
                Label(
                    "时限须大于0、小于10000，最多两位小数",
                    "The limit is more than 0 and less than 10000, with at most two decimals",
                ),
            )
        )
    if limit.unit not in UNITS:
        found.append(
            FieldProblem(
                "unit",
                "unknown_choice",
                Label(
                    "单位应为紧急工作时、工作时或工作日",
                    "The unit is urgent working hours, working hours or working days",
                ),
            )
        )
    if limit.handling not in Handling.values:
        found.append(
            FieldProblem("handling", "unknown_choice", Label("处置方式不在可选值之内", "Unknown kind of handling"))
        )
    if limit.severity not in (None, 1, 2, 3):
        found.append(
            FieldProblem(
                "severity", "out_of_range", Label("最低严重程度应为1、2或3", "The least severity is 1, 2 or 3")
            )
        )
    if not limit.condition:
        found.append(
            FieldProblem(
                "condition",
                "missing",
                Label(
                    "请填写立案条件代码，一般情形填 default", "Give the condition's code, default for the ordinary one"
                ),
            )
        )
    if limit.category_code and not _begins_a_category(limit.category_code):
        found.append(
            FieldProblem(
                "category_code",
                "unknown_category",
                Label(
                    f"没有以“{limit.category_code}”开头的案件类别", f"No category begins with “{limit.category_code}”"
                ),
            )
        )
    return found


def _begins_a_category(prefix: str) -> bool:
    return any(category.code.startswith(prefix) for category in selectors.categories())


def save_rule(*, actor: Actor, limit: Limit) -> TimeRule:
    """Write one limit as the next version of its category and condition; the same once more changes nothing.

    Refused: ``framework.invalid``.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        problems = blame(limit)
        if problems:
            raise Refused("framework.invalid", fields=tuple(problems), count=len(problems))
        write_versions(actor, [asdict(limit)])
        return newest_rules()[limit.key]


def withdraw_rule(*, actor: Actor, category_code: str, condition: str) -> TimeRule:
    """Take a rule out of force; cases filed from now on go by the next shorter prefix. Its versions stay.

    Refused: ``common.not_found``, ``framework.no_default_limit`` for the rule that answers for everything.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        rule = newest_rules().get((category_code, condition))
        if rule is None:
            raise Refused("common.not_found")
        if (category_code, condition) == ("", DEFAULT):
            raise Refused("framework.no_default_limit")
        write_versions(actor, [], [rule])
    return TimeRule.objects.filter(category_code=category_code, condition=condition).latest("version")


def rules() -> QuerySet[TimeRule]:
    """The rules in force, for a list."""
    newer = TimeRule.objects.filter(
        category_code=OuterRef("category_code"), condition=OuterRef("condition"), version__gt=OuterRef("version")
    )
    return TimeRule.objects.filter(~Exists(newer), withdrawn=False)


def get_rule(rule_id: UUID) -> TimeRule:
    """One version, or ``common.not_found``. Whoever may see the framework may see all of it."""
    for rule in TimeRule.objects.select_related("made_by").filter(pk=rule_id):
        return rule
    raise Refused("common.not_found")


def versions_of(rule: TimeRule) -> list[TimeRule]:
    """Every version of the rule's category and condition, the newest first."""
    same = TimeRule.objects.filter(category_code=rule.category_code, condition=rule.condition)
    return list(same.select_related("made_by").order_by("-version"))


def named(prefix: str, known: Mapping[str, Category]) -> str:
    """What a category prefix is called: the category's name, the class's, or nothing."""
    if prefix in known:
        return known[prefix].zh
    return next((row.class_zh for row in known.values() if prefix and row.class_code == prefix), "")


def draft_rules(*, actor: Actor, rows: Sequence[Mapping[str, Any]], name: str, kind: str = "time") -> RuleDraft:
    """Keep a set of rules that was read, to be looked at, tried and applied."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        return RuleDraft.objects.create(
            kind=kind, name=name[:120], rows=list(rows), made_at=clock.now(), made_by_id=actor.person_id
        )


def drafts(kind: str) -> QuerySet[RuleDraft]:
    """The drafts that wait, the newest first."""
    return RuleDraft.objects.filter(kind=kind, state="open").select_related("made_by").order_by("-made_at")


def get_draft(draft_id: UUID, kind: str) -> RuleDraft:
    """The draft, or ``common.not_found``."""
    for draft in RuleDraft.objects.select_related("made_by").filter(pk=draft_id, kind=kind):
        return draft
    raise Refused("common.not_found")


def end_draft(*, actor: Actor, draft_id: UUID, kind: str, state: Literal["applied", "dropped"]) -> RuleDraft:
    """A draft waits no longer. Refused: ``framework.draft_ended`` for who comes second."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        draft = RuleDraft.objects.select_for_update().filter(pk=draft_id, kind=kind).first()
        if draft is None:
            raise Refused("common.not_found")
        if draft.state != "open":
            raise Refused("framework.draft_ended", state=draft.get_state_display())
        draft.state, draft.ended_at = state, clock.now()
        draft.save(update_fields=["state", "ended_at"])
    return draft


def apply_draft(*, actor: Actor, draft_id: UUID, held_against: str) -> dict[str, int]:
    """Put a draft of time limits in force: see :func:`replace_rules`."""
    with transaction.atomic():
        draft = end_draft(actor=actor, draft_id=draft_id, kind="time", state="applied")
        return replace_rules(actor=actor, rows=[Limit.of_json(row) for row in draft.rows], held_against=held_against)
