"""A person says that two troubles are not the same: the pair is not offered again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from chuangcheng.cases import policies
from chuangcheng.cases.likeness import TOLD_APART, told_apart
from chuangcheng.cases.locks import find_case, lock_report
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.steps import amend, write
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights


def part_report(*, actor: Actor, report_id: UUID, case_id: UUID) -> Report:
    """The report is not about that case. Said twice it is told once."""
    with transaction.atomic():
        case = find_case(actor, case_id)
        post = rights.require(actor, "reports.triage")
        report = lock_report(actor, report_id)
        if not policies.reaches(post, report):
            raise Refused("report.not_in_area")
        if case.pk not in told_apart(report):
            write(amend(report, TOLD_APART, actor, facts={"case": case.pk}))
    return report


def part_cases(*, actor: Actor, case_id: UUID, other_id: UUID) -> Case:
    """Two cases are two troubles: noted on both chains, once."""
    with transaction.atomic():
        post = rights.require(actor, "cases.dispatch")
        if case_id == other_id:
            raise Refused("case.same_pair")
        for pk in (case_id, other_id):
            if not policies.reaches(post, find_case(actor, pk)):
                raise Refused("case.not_in_area")
        pair = Case.objects.select_for_update().filter(pk__in=(case_id, other_id)).order_by("pk")
        rows = {row.pk: row for row in pair}
        if other_id not in told_apart(rows[case_id]):
            write(amend(rows[case_id], TOLD_APART, actor, facts={"case": other_id}))
            write(amend(rows[other_id], TOLD_APART, actor, facts={"case": case_id}))
    return rows[case_id]
