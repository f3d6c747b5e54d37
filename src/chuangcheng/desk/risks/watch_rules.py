"""监测规则: what is watched, where it stands now, and a dry run on the last quarter."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render

from chuangcheng.desk.risks.pages import listed
from chuangcheng.kernel import clock
from chuangcheng.people import rights
from chuangcheng.risks import rules, selectors, watch
from chuangcheng.risks.measures import MEASURES
from chuangcheng.risks.policies import RULES
from chuangcheng.risks.rules import GROUPS, PERIODS
from chuangcheng.risks.subjects import BYS
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest


@page("risks.view")
def rule_list(request: StaffRequest) -> HttpResponse:
    """The rules in force with what each has raised; those of lists of laggards below."""
    found = rules.current()
    visible = selectors.visible_to(request.actor).exclude(rule="").order_by()
    counted = visible.values("rule").annotate(every=Count("pk"), live=Count("pk", filter=selectors.live()))
    counts = {row["rule"]: (row["live"], row["every"]) for row in counted}
    rows = [
        (rule, MEASURES[rule.measure], BYS[rule.by], *counts.get(rule.code, (0, 0)), listed(origin=rule.code))
        for rule in found.rules
    ]
    lists = [(rule, MEASURES[rule.measure], GROUPS[rule.group], PERIODS[rule.period]) for rule in found.lists]
    context = {"rows": rows, "lists": lists, "version": found.version, "may_set": holds(request, RULES)}
    return render(request, "desk/watch_rules.html", context)


@page("risks.view")
def rule_trial(request: StaffRequest, code: str) -> HttpResponse:
    """What the rule would have done week by week; nothing is written. Figures of other units are shown to those who
    see the whole city alone."""
    rule = rules.current().rule(code)
    wide = rights.scope(request.actor, "risks.view").everything
    trial = watch.dry_run(rule, clock.now())
    context = {
        "rule": rule, "measure": MEASURES[rule.measure], "by": BYS[rule.by], "trial": trial, "wide": wide,
        "weeks": [(look.day, len(look.outcome.raised), len(look.outcome.relieved), len(look.outcome.kept))
                  for look in trial.looks],
    }  # fmt: skip
    return render(request, "desk/watch_trial.html", context)
