"""Rights of the room cases: permissions, the rows they reach, and who may take which move."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from chuangcheng.cases import claims, owners
from chuangcheng.cases.models import Assignment, Case, Order, Petition, Report
from chuangcheng.cases.states import CASE
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post
from chuangcheng.people.rights import Permission, Scope, declare

declare(
    Permission("reports.view", Label("查看上报", "See reports")),
    Permission("reports.create", Label("上报问题", "Report a problem")),
    Permission("reports.triage", Label("受理上报", "Triage reports")),
    Permission("reports.confirm", Label("核实上报", "Confirm reports")),
    Permission("reports.contact", Label("查看上报人联系方式", "See a reporter's contact")),
    # Held by no role: the receipt's holder uses them, by the receipt's code.
    Permission("reports.withdraw", Label("撤回上报", "Withdraw a report")),
    Permission("reports.object", Label("对不受理提出异议", "Object to a refusal")),
    Permission("reports.complaints", Label("接收并转交对工作人员和单位的投诉", "Receive complaints and pass them on")),
    Permission("alarms.view", Label("查看照片警报", "See photo alarms")),
    Permission("alarms.judge", Label("研判照片警报", "Judge photo alarms")),
    Permission("cases.view", Label("查看案件", "See cases")),
    Permission("cases.file", Label("立案", "File cases")),
    Permission("cases.dispatch", Label("派遣案件", "Dispatch cases")),
    Permission("cases.pass_on", Label("转派案件", "Pass cases on")),
    Permission("cases.handle", Label("处置案件", "Handle cases")),
    Permission("cases.verify", Label("核查案件", "Verify cases")),
    Permission("cases.close", Label("结案", "Close cases")),
    Permission("cases.approve", Label("审批延期挂账", "Approve petitions")),
    Permission("orders.view", Label("查看工单", "See orders")),
    Permission("orders.draft", Label("拟写工单回复、申请剔除", "Draft replies to orders, ask for removal")),
    Permission("orders.send", Label("回复工单", "Send replies to orders")),
    Permission("orders.decide", Label("审核剔除", "Decide on removals")),
    Permission("orders.callback", Label("登记回访结果", "Take in results of call-backs")),
    Permission("cases.arbitrate", Label("仲裁退回案件", "Arbitrate returned cases")),
    Permission("cases.claim", Label("认领案件", "Claim cases")),
    Permission("cases.flag", Label("督办标记", "Flag cases for supervision")),
    Permission("owners.view", Label("查看找主人", "See searches for owners")),
    Permission("owners.seek", Label("找主人", "Search for owners")),
    Permission("owners.answer", Label("答复权属询问", "Answer whose something is")),
    Permission("owners.decide", Label("裁定权属", "Rule whose something is")),
    Permission("quickfixes.record", Label("记录即知即改", "Record what was fixed on the spot")),
    Permission("quickfixes.view", Label("查看即知即改", "See what was fixed on the spot")),
    Permission("quickfixes.look", Label("回看即知即改", "Look at quick fixes again")),
    Permission("rechecks.view", Label("查看抽查复核", "See re-checks")),
    Permission("rechecks.answer", Label("抽查复核", "Re-check closed cases")),
    Permission("instructions.view", Label("查看领导批示", "See leaders' instructions")),
    Permission("instructions.enter", Label("代录领导批示", "Enter leaders' instructions")),
    Permission("instructions.judge", Label("认可或退回批示回复", "Accept replies to instructions")),
    Permission("instructions.object", Label("作为领导批示、否认误录", "Give instructions, object to what was entered")),
    Permission("instructions.reply", Label("回复领导批示", "Reply to leaders' instructions")),
    # Held by no role: the system draws.
    Permission("quickfixes.draw", Label("抽签回看", "Draw quick fixes")),
    Permission("rechecks.draw", Label("抽签复核", "Draw re-checks")),
    # Held by no role: a search ends with its case.
    Permission("owners.drop", Label("找主人随案件终止", "End a search with its case")),
)

#: Moves for the unit that holds the case, and for nobody else however high.
HOLDER_MOVES = frozenset(
    {"accept", "pass_on", "return_up", "send_back", "escalate", "handle", "ask_extension", "ask_suspension", "plan"}
)
#: Moves on the supporting units: by the holder, or by who dispatches there.
HELPER_MOVES = frozenset({"add_co", "release_co"})
VERIFIER_MOVES = frozenset({"verify", "rework"})
#: Moves on a petition, decided outside of the unit that asks.
PETITION_MOVES = frozenset({"extend", "suspend", "decline"})
_NOTHING = Q(pk__in=[])


def case_rows(actor: Actor) -> Q:
    """The cases that the actor may see."""
    return _case_rows(rights.scope(actor, "cases.view"))


def report_rows(actor: Actor) -> Q:
    """The reports that the actor may see: in the area, behind a visible case, or the person's own. A complaint about
    staff or a unit is never among them: see :mod:`chuangcheng.cases.complaints`."""
    return _reports_in_reach(actor) & Q(complaint=False)


def _reports_in_reach(actor: Actor) -> Q:
    scope = rights.scope(actor, "reports.view")
    if scope.everything:
        return Q()
    if scope.nothing:
        return _NOTHING
    rows = _in_area(scope)
    if scope.units:
        rows |= _of_units(scope, "case")
    if actor.person_id:
        rows |= Q(reporter=actor.person_id)
    return rows


def order_rows(actor: Actor) -> Q:
    """The orders that the actor may see: those whose report is within reach."""
    if not rights.can(actor, "orders.view"):
        return _NOTHING
    rows = report_rows(actor)
    return Q(report__in=Report.objects.filter(rows).values("pk")) if rows else rows


def sees_order(actor: Actor, order: Order) -> bool:
    """As :func:`sees_case`, for an order with its report."""
    return rights.can(actor, "orders.view") and sees_report(actor, order.report)


def allow_order(post: Post, order: Order) -> None:
    """Refuse to act on an order of another area, unless the post's unit has its case in hand or had it."""
    report, case = order.report, order.report.case
    near = reaches(post, report) or (case is not None and reaches(post, case))
    if not near and (case is None or post.unit_id not in (case.holder_id, case.responsible_id, case.handled_unit_id)):
        raise Refused("order.not_yours")


def sees_case(actor: Actor, case: Case) -> bool:
    """Whether the case is among :func:`case_rows`; asks the database only where the row itself does not tell."""
    scope = rights.scope(actor, "cases.view")
    near = scope.reaches(unit_id=case.holder_id, path=case.division_path) or case.responsible_id in scope.units
    return near or (bool(scope.units) and Case.objects.filter(_case_rows(scope), pk=case.pk).exists())


def sees_report(actor: Actor, report: Report) -> bool:
    """As :func:`sees_case`, for a report."""
    if report.complaint:
        return False
    if rights.scope(actor, "reports.view").reaches(path=report.division_path):
        return True
    return Report.objects.filter(report_rows(actor), pk=report.pk).exists()


def search_rows(actor: Actor) -> Q:
    """The searches for an owner that the actor may see: of visible cases."""
    if rights.scope(actor, "owners.view").nothing:
        return _NOTHING
    rows = case_rows(actor)
    return Q(case__in=Case.objects.filter(rows).values("pk")) if rows else rows


def alarm_rows(actor: Actor) -> Q:
    """The alarms that the actor may see: of visible cases and reports; of neither only who sees the whole city."""
    if rights.scope(actor, "alarms.view").nothing:
        return _NOTHING
    rows = Q(case__in=Case.objects.filter(case_rows(actor)).values("pk"))
    rows |= Q(report__in=Report.objects.filter(report_rows(actor)).values("pk"))
    return rows | Q(case=None, report=None) if rights.scope(actor, "alarms.view").everything else rows


def _case_rows(scope: Scope) -> Q:
    if scope.everything:
        return Q()
    return _in_area(scope) | _of_units(scope)


def _in_area(scope: Scope) -> Q:
    rows = _NOTHING
    for path in scope.paths:
        rows |= Q(division_path__startswith=path)
    return rows


def _of_units(scope: Scope, key: str = "pk") -> Q:
    """What the units of the scope, or units of their line (条线), were ever assigned: who holds a case or answers for
    it was. ``key`` leads to the case."""
    if not scope.units:
        return _NOTHING
    return Q(**{f"{key}__in": Assignment.objects.filter(unit__in=rights.with_line(scope)).values("case")})


def reaches(post: Post, row: Report | Case) -> bool:
    """Whether the row's place lies in the post's area."""
    scope = rights.scope_of(post)
    return scope.everything or any(row.division_path.startswith(path) for path in scope.paths)


def allow(post: Post, case: Case, move: str, petition: Petition | None = None) -> None:
    """Refuse a move of the case table that this post, though its role holds the permission, may not take here."""
    if move in HOLDER_MOVES:
        if post.unit_id != case.holder_id:
            raise Refused("case.not_holder")
    elif move in VERIFIER_MOVES:
        _allow_verifier(post, case)
    elif move in PETITION_MOVES:
        if petition and (post.unit_id == petition.unit_id or post.person_id == petition.asked_by_id):
            raise Refused("case.own_petition")
    elif move in HELPER_MOVES:
        _allow_helpers(post, case, move)
    elif move in _PARTS:
        _PARTS[move](post, case)
    elif move == "claim":
        if not claims.reaches(post, case):
            raise Refused("case.not_claimable")
    elif not reaches(post, case):
        raise Refused("case.not_in_area")
    elif move == "arbitrate" and post.unit_id != case.arbiter_id and not rights.scope_of(post).everything:
        raise Refused("case.not_arbiter")
    elif move in ("flag", "unflag") and (case.flagged_at is None) == (move == "unflag"):
        raise Refused("case.not_flagged" if move == "unflag" else "case.flagged_already")


def _allow_helpers(post: Post, case: Case, move: str) -> None:
    if post.unit_id != case.holder_id and not (holds(post, "cases.dispatch") and reaches(post, case)):
        raise Refused("case.not_holder")
    if move == "release_co" and not helpers_of(case):
        raise Refused("case.no_helper")


def _allow_support(post: Post, case: Case) -> None:
    if post.unit_id not in helpers_of(case):
        raise Refused("case.not_helper")


def _allow_step(post: Post, case: Case) -> None:
    """A step is done by its own unit, or by the lead for any of them."""
    if getattr(case, "planned", True) is False:
        raise Refused("case.no_step")
    planned = {one.unit_id for one in case.substeps.all() if one.state == "planned"}
    if not planned or post.unit_id not in (planned | {case.holder_id}):
        raise Refused("case.no_step")


def _allow_seek(post: Post, case: Case) -> None:
    """Whoever may take it where nobody holds it; else the street that holds it, or who decides over it."""
    if case.holder_id is None or holds(post, "owners.decide"):
        if not reaches(post, case):
            raise Refused("case.not_in_area")
    elif post.unit_id != case.holder_id:
        raise Refused("case.not_holder")
    if owners.open_search(case) is not None:
        raise Refused("case.sought_already")
    if case.holder_id is not None and (case.arbitrated_at or case.owner_named_at):
        raise Refused("case.bound")
    if case.holder_id is not None and not owners.is_kept(case):
        raise Refused("case.not_kept")


def _allow_search(post: Post, case: Case) -> None:
    """The street that keeps the case, and who decides over it."""
    search = owners.need_search(case)
    if post.unit_id != search.street_id and not (holds(post, "owners.decide") and reaches(post, case)):
        raise Refused("case.not_keeper")


def _allow_name(post: Post, case: Case) -> None:
    _allow_search(post, case)
    if not any(ask.answer == "yes" for ask in owners.need_search(case).asks.all()):
        raise Refused("case.not_owned_up")


def _allow_answer(post: Post, case: Case) -> None:
    owners.need_search(case)
    if owners.waiting_for(case, post.unit_id) is None:
        raise Refused("case.not_asked")


_PARTS = {
    "finish_co": _allow_support, "finish_step": _allow_step, "seek_owner": _allow_seek, "ask_owner": _allow_search,
    "answer_owner": _allow_answer, "name_owner": _allow_name, "rule_owner": _allow_search, "no_owner": _allow_search,
}  # fmt: skip


def helpers_of(case: Case) -> set[UUID]:
    """The units whose support is still under way (from what was prefetched, if it was)."""
    if getattr(case, "helped", True) is False:
        return set()
    return {link.unit_id for link in case.assignments.all() if link.role == "co" and link.state in ("open", "passed")}


def _allow_verifier(post: Post, case: Case) -> None:
    """Handler ≠ verifier (law 5). A unit that verifies its own area does not verify its own work, and what was found
    from above is verified by another unit whoever looks."""
    if not reaches(post, case):
        raise Refused("case.not_in_area")
    if post.person_id == case.handled_by_id:
        raise Refused("case.own_work")
    judges_own_unit = post.unit_id == case.handled_unit_id
    acts_for_unit = bool(rights.scope_of(post).units)
    if judges_own_unit and (acts_for_unit or judged_outside(case)):
        raise Refused("case.own_unit")


#: Cases that somebody outside of the handling unit verifies: found from above, or not really fixed the last time.
JUDGED_OUTSIDE = Q(found_from_above=True) | Q(relapse_of__isnull=False)


def judged_outside(case: Case) -> bool:
    """Whether the case is among :data:`JUDGED_OUTSIDE`."""
    return case.found_from_above or case.relapse_of_id is not None


def may(post: Post, case: Case, move: str, petition: Petition | None = None) -> bool:
    """Whether the post may take the move on this very case, its state apart."""
    if not holds(post, CASE.move(move).permission):
        return False
    try:
        allow(post, case, move, petition)
    except Refused:
        return False
    return True


def holds(post: Post, permission: str) -> bool:
    """Whether the post's role holds the permission."""
    return permission in rights.roles()[post.role].permissions
