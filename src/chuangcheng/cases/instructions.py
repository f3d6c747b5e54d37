"""Reading leaders' instructions: who sees which, what an actor may do, what is owed, the rate of replies in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from chuangcheng.cases import policies
from chuangcheng.cases.models import Case, Instruction, InstructionReply, InstructionWords, Report
from chuangcheng.cases.states import INSTRUCTION, INSTRUCTION_REPLY
from chuangcheng.history.selectors import events_of
from chuangcheng.history.versions import Cached
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person, Post, Unit

KIND, REPLY_KIND = "instruction", "instructionreply"
#: States of a reply in which the unit owes one.
OWED = ("waiting", "sent_back")
#: States of an instruction that counts: what the leader denied, or was withdrawn, never was one.
COUNTED = ("open", "done")
Part = Literal["is", "of"]


def replies_to(actor: Actor) -> QuerySet[InstructionReply]:
    """What the units in the actor's reach owe or owed, in their area or line."""
    scope = rights.scope(actor, "instructions.view")
    if scope.everything:
        return InstructionReply.objects.all()
    if scope.nothing:
        return InstructionReply.objects.none()
    rows = Q(unit__in=rights.with_line(scope))
    for path in scope.paths:
        rows |= Q(unit__division__path__startswith=path)
    return InstructionReply.objects.filter(rows)


def visible_to(actor: Actor) -> QuerySet[Instruction]:
    """The instructions in the actor's reach: those that address a unit there."""
    if rights.scope(actor, "instructions.view").everything:
        return Instruction.objects.all()
    return Instruction.objects.filter(pk__in=replies_to(actor).values("instruction"))


def get_for(actor: Actor, instruction_id: UUID) -> Instruction:
    """One with what its page shows, or ``common.not_found``."""
    rows = visible_to(actor).select_related("leader", "entered_by", "case", "report")
    for row in rows.filter(pk=instruction_id):
        return row
    raise Refused("common.not_found")


def with_words(rows: QuerySet[InstructionReply]) -> QuerySet[InstructionReply]:
    """The rows with ``words``, what the leader said ("" once it was erased)."""
    said = InstructionWords.objects.filter(instruction=OuterRef("instruction"), seq=1).values("text")[:1]
    return rows.annotate(words=Subquery(said))


def search(rows: QuerySet[Instruction], words: str) -> QuerySet[Instruction]:
    """The instructions of that number, or whose leader said the words."""
    said = InstructionWords.objects.filter(seq=1, text__icontains=words).values("instruction")
    return rows.filter(Q(number__iexact=words) | Q(pk__in=said))


def overdue(now: datetime) -> Q:
    """Replies that are owed past their day."""
    return Q(state__in=OWED, instruction__state="open", due_at__lt=now)


def told(rows: QuerySet[Instruction]) -> QuerySet[Instruction]:
    """The rows with ``said``, the leader's words ("" or None once erased), and with the numbers of units that are
    ``addressed`` and of those whose reply stands (``replied``)."""
    said = InstructionWords.objects.filter(instruction=OuterRef("pk"), seq=1).values("text")[:1]
    return rows.annotate(said=Subquery(said), addressed=_replies(), replied=_replies(replied_at__isnull=False))


def _replies(**only: bool) -> Coalesce:
    rows = InstructionReply.objects.filter(instruction=OuterRef("pk"), **only).order_by().values("instruction")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def leaders() -> list[Person]:
    """The persons in whose name instructions can be entered, in the order of their posts."""
    roles = [role.code for role in rights.roles().values() if "instructions.object" in role.permissions]
    posts = people.valid_posts().filter(role__in=roles).order_by("unit__official_order", "pk")
    return list({post.person_id: post.person for post in posts}.values())


def moves_for(actor: Actor, row: Instruction) -> list[Move]:
    """The buttons of an instruction; it is finished by its replies alone."""
    post = rights.post_of(actor)
    if post is None:
        return []
    found = [move for move in INSTRUCTION.moves_from(row.state) if policies.holds(post, move.permission)]
    mine = row.leader_id == actor.person_id
    enters = policies.holds(post, "instructions.enter")
    open_to = {"withdraw": True, "object": mine, "postpone": enters or mine}
    return [move for move in found if open_to.get(move.name)]


def reply_moves_for(actor: Actor, row: Instruction, reply: InstructionReply) -> list[Move]:
    """The buttons of what one unit owes."""
    if row.state != "open":
        return []
    moves = [move for move in INSTRUCTION_REPLY.moves_from(reply.state) if move.name != "release"]
    return [move for move in moves if _may(actor, row, reply, move)]


def _may(actor: Actor, row: Instruction, reply: InstructionReply, move: Move) -> bool:
    try:
        allow(actor, row, reply, move.name)
    except Refused:
        return False
    return True


def allow(actor: Actor, row: Instruction, reply: InstructionReply, move: str) -> None:
    """Refuse a move on a reply: a unit replies for itself, and another one accepts; a leader what was their own."""
    post = rights.require(actor, INSTRUCTION_REPLY.move(move).permission)
    if move == "reply":
        if post.unit_id != reply.unit_id:
            raise Refused("instruction.not_addressed")
    elif not policies.holds(post, "instructions.enter") and actor.person_id not in {row.leader_id, row.keeper_id}:
        raise Refused("instruction.not_yours")
    elif post.unit_id == reply.unit_id:
        raise Refused("instruction.own_reply")


def reads_reply(actor: Actor, reply: InstructionReply) -> bool:
    """Whether the actor may read what this unit replied: the unit itself, and who sees the whole city. The other
    addressed units see that it replied, not what."""
    post = rights.post_of(actor)
    scope = rights.scope(actor, "instructions.view")
    return scope.everything or (post is not None and reply.unit_id in scope.units)


def reads_plain(actor: Actor) -> bool:
    """Whether the actor works on instructions; telephone numbers and the like are covered for whoever only watches."""
    post = rights.post_of(actor)
    works = ("instructions.enter", "instructions.judge", "instructions.reply")
    return post is not None and any(policies.holds(post, right) for right in works)


def words_of(row: Instruction) -> dict[int, str]:
    """What was said, by the place in the instruction's chain."""
    return dict(row.words.values_list("seq", "text"))


def reply_seqs(row: Instruction, verb: str = "replied") -> dict[UUID, int]:
    """The place in the chain of each unit's last reply (or of what else the verb says), by the id of the reply."""
    found: dict[UUID, int] = {}
    for event in events_of(KIND, row.pk).filter(action=f"instruction.{verb}"):
        found |= {UUID(reply): event.seq for reply in event.after["replies"]}
    return found


def unit_sees(unit: Unit, row: Case | Report) -> bool:
    """Whether anybody who replies for the unit sees that row already."""
    sees = policies.sees_case if isinstance(row, Case) else policies.sees_report
    return any(sees(people.actor_of(post), row) for post in repliers(unit))  # type: ignore[arg-type]


def units_that_know(case: Case) -> list[Unit]:
    """The units that are to see what becomes of the case: those told of it 知悉, and those that an instruction about it
    addresses."""
    addressed = replies_about(case).filter(instruction__state__in=COUNTED).values("unit")
    told = case.assignments.filter(role="know").values("unit")
    return list(Unit.objects.filter(Q(pk__in=told) | Q(pk__in=addressed)).order_by("official_order", "pk"))


def replies_about(case: Case) -> QuerySet[InstructionReply]:
    """What was asked of units about the case itself or a report of it."""
    return InstructionReply.objects.filter(Q(instruction__case=case) | Q(instruction__report__case=case))


def repliers(unit: Unit) -> list[Post]:
    """The posts that may reply for the unit."""
    posts = people.valid_posts().filter(unit=unit).order_by("pk")
    return [post for post in posts if policies.holds(post, "instructions.reply")]


def under_instruction(*, ever: bool = False) -> set[UUID]:
    """Ids of the cases under an instruction: linked to it, or by a report, or by a case that was merged into them."""
    rows = Instruction.objects.filter(state__in=COUNTED if ever else ("open",))
    found = rows.values_list("case", "case__merged_into", "report__case")
    return {pk for ids in found for pk in ids if pk}


def instructed(*, ever: bool = False) -> Q:
    """The same as a condition. The ids are read first: few instructions are open, and a query of a million cases is not
    to look into each."""
    return Q(pk__in=under_instruction(ever=ever))


def of_case(actor: Actor, case: Case) -> tuple[list[Instruction], bool]:
    """The instructions about a case that count and that the actor may see, the newest first, and whether any at all is
    open; one query where there are none."""
    return _about(actor, Q(case=case) | Q(report__case=case) | Q(case__merged_into=case))


def of_report(actor: Actor, report: Report) -> list[Instruction]:
    """The instructions about a report that count and that the actor may see, the newest first; one query where there
    are none."""
    return _about(actor, Q(report=report))[0]


def _about(actor: Actor, about: Q) -> tuple[list[Instruction], bool]:
    rows = Instruction.objects.filter(about, state__in=COUNTED).select_related("leader").distinct()
    found = list(rows.order_by("-entered_at", "-id"))
    seen = set(visible_to(actor).filter(pk__in=[row.pk for row in found]).values_list("pk", flat=True)) if found else ()
    return [row for row in found if row.pk in seen], any(row.state == "open" for row in found)


@dataclass(frozen=True, slots=True)
class Rate:
    """Replies in time over replies given or due; each reply of an instruction that counts is one."""

    numerator: int
    denominator: int

    @property
    def share(self) -> Fraction | None:
        """The exact share, None over nothing."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


def on_time(rows: QuerySet[InstructionReply], now: datetime) -> Rate:
    """The rate over ``rows`` (a selector's queryset), in one query."""
    found = rows.order_by().aggregate(
        numerator=Count("pk", filter=_rule("is", now)), denominator=Count("pk", filter=_rule("of", now))
    )
    return Rate(**found)


def rows_behind(rows: QuerySet[InstructionReply], part: str, now: datetime) -> QuerySet[InstructionReply]:
    """The replies that the rate counts: ``is`` its numerator, ``of`` its denominator."""
    return rows.filter(_rule("is" if part == "is" else "of", now))


def _rule(part: Part, now: datetime) -> Q:
    base = Q(instruction__state__in=COUNTED) & ~Q(state="released")
    if part == "is":
        return base & Q(replied_at__lte=F("due_at"))
    return base & (Q(replied_at__isnull=False) | Q(due_at__lte=now))


def owed(actor: Actor) -> Q:
    """What waits for this very actor: replies that the unit owes, replies to judge, or the leader's own that are
    open."""
    post = rights.post_of(actor)
    if post is None:
        return Q(pk__in=[])
    if policies.holds(post, "instructions.object"):
        theirs = Q(instruction__leader=post.person_id, instruction__keeper=None)
        return (theirs | Q(instruction__keeper=post.person_id)) & Q(instruction__state="open")
    if policies.holds(post, "instructions.enter"):
        return Q(instruction__state="open", state="replied")
    return Q(instruction__state="open", state__in=OWED, unit=post.unit_id)


def _counts() -> Counter[tuple[str, object]]:
    """How many replies wait, by whom they concern; read again when any instruction changed."""
    counts: Counter[tuple[str, object]] = Counter()
    rows = InstructionReply.objects.filter(instruction__state="open")
    judge = Coalesce("instruction__keeper", "instruction__leader")
    for leader, unit, state in rows.values_list(judge, "unit", "state"):
        counts["leader", leader] += 1
        counts["office", None] += state == "replied"
        counts["unit", unit] += state in OWED
    return counts


VERSION = "cases.instructions"
_waiting = Cached(VERSION, _counts)


def waiting(actor: Actor) -> int:
    """How many rows :func:`owed` finds, without a query as a rule: every page asks."""
    post = rights.post_of(actor)
    if post is None or not policies.holds(post, "instructions.view"):
        return 0
    if policies.holds(post, "instructions.object"):
        return _waiting.get()["leader", post.person_id]
    if policies.holds(post, "instructions.enter"):
        return _waiting.get()["office", None]
    return _waiting.get()["unit", post.unit_id] if policies.holds(post, "instructions.reply") else 0
