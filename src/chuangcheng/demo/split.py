"""The decomposition of the demo's editions: dates for every standard, and the minors' edition broken down too."""

from __future__ import annotations

from datetime import date, timedelta

from chuangcheng.demo.found import Cast
from chuangcheng.framework import actions as framework
from chuangcheng.framework import duty_templates, matrix, selectors
from chuangcheng.framework.coverage import coverage
from chuangcheng.framework.models import Edition
from chuangcheng.framework.planning import plan_standards
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.duties import Step
from chuangcheng.kernel.problems import Refused

#: Days from today until the standards of a framework's first, second, third … project are due.
DUE_DAYS = (40, 55, 70, 85)


#: Templates of duties: name, kind of unit, duty, methods of the standards.
TEMPLATES = (
    ("区县属地责任", "district", "territory", ("onsite", "observation")),
    ("街道属地责任", "street", "territory", ("onsite", "observation")),
)
#: How many standards each unit supports that has no duty by its role: the army, the railway, banks, offices.
SUPPORTED = 3


def play(cast: Cast) -> None:
    """What the office did in the weeks before: both published editions, by the same actions as a clerk."""
    office = cast.named["office"]
    for edition in selectors.published_editions():
        framework.assign_by_role(actor=office, edition=edition)
        _set_dates(office, edition)
        for name, unit_kind, kind, methods in TEMPLATES:
            template = duty_templates.save_template(
                actor=office, edition=edition, name=name, unit_kind=unit_kind, kind=kind, methods=methods
            )
            try:
                plan = duty_templates.plan_template(actor=office, template_id=template.pk)
            except Refused:  # the streets have theirs by role already
                continue
            matrix.apply_batch(actor=office, batch_id=plan.pk)
        if edition.pk == cast.edition.pk:
            _engage_the_rest(office, edition)


def _engage_the_rest(office: Actor, edition: Edition) -> None:
    """Units without any duty support some standards each, one change for all of them."""
    survey = coverage(edition)
    standards = [str(row.pk) for row in survey.standards.values()]
    steps = [
        Step(standards[(number * SUPPORTED + n) % len(standards)], str(survey.units[code].pk), "", "support")
        for number, code in enumerate(survey.found.idle)
        for n in range(SUPPORTED)
    ]
    if steps:
        plan = matrix.plan_batch(actor=office, edition=edition, how="give", steps=steps)
        matrix.apply_batch(actor=office, batch_id=plan.pk)


def _set_dates(office: Actor, edition: Edition) -> None:
    today: date = clock.today().date()
    projects = list(selectors.nodes_of(edition).filter(kind="project"))
    for number, days in enumerate(DUE_DAYS):
        some = [project.pk for project in projects[number :: len(DUE_DAYS)]]
        keys = edition.standards.filter(content__parent__in=some).values_list("pk", flat=True)
        due_on = today + timedelta(days=days)
        plan_standards(actor=office, edition=edition, standards=list(keys), due_on=due_on)
