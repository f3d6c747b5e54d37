"""The decomposition of the demo's editions: dates for every standard, and the minors' edition broken down too."""

from __future__ import annotations

from datetime import date, timedelta

from chuangcheng.demo.found import Cast
from chuangcheng.framework import actions as framework
from chuangcheng.framework import selectors
from chuangcheng.framework.models import Edition
from chuangcheng.framework.planning import plan_standards
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor

#: Days from today until the standards of a framework's first, second, third … project are due.
DUE_DAYS = (40, 55, 70, 85)


def play(cast: Cast) -> None:
    """What the office did in the weeks before: both published editions, by the same actions as a clerk."""
    office = cast.named["office"]
    for edition in selectors.published_editions():
        framework.assign_by_role(actor=office, edition=edition)
        _set_dates(office, edition)


def _set_dates(office: Actor, edition: Edition) -> None:
    today: date = clock.today().date()
    projects = list(selectors.nodes_of(edition).filter(kind="project"))
    for number, days in enumerate(DUE_DAYS):
        some = [project.pk for project in projects[number :: len(DUE_DAYS)]]
        keys = edition.standards.filter(content__parent__in=some).values_list("pk", flat=True)
        due_on = today + timedelta(days=days)
        plan_standards(actor=office, edition=edition, standards=list(keys), due_on=due_on)
