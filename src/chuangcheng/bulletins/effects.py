"""The report assembles itself on Monday; what was issued is held against its history."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from chuangcheng.bulletins import actions, summary_actions
from chuangcheng.bulletins.models import CountedRow, Summary, Weekly
from chuangcheng.bulletins.summarising import rows_digest
from chuangcheng.cases.chronicle import plain
from chuangcheng.framework import selectors as framework
from chuangcheng.history.duties import periodic
from chuangcheng.history.projections import Difference, register
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.label import Label
from chuangcheng.meetings import agenda
from chuangcheng.scoring import selectors as scoring
from chuangcheng.tasks.projections import told

periodic("bulletins.assemble", 3600)(actions.assemble_last_week)
periodic("bulletins.summaries", 1800)(summary_actions.keep_up)


def losses(_asked: agenda.Asked) -> Iterator[agenda.Row]:
    """The standards where the city loses most points, with each unit that leads them."""
    edition = framework.current_edition()
    for line in scoring.biggest_losses(edition) if edition else ():
        leads: list[UUID | None] = [unit.pk for unit in framework.lead_units(line.standard)]
        yield from ((pk, line.standard.pk) for pk in leads or [None])


agenda.offer(agenda.Source("standards", Label("失分最多的标准", "Standards losing most points"), "standard", losses))


def check() -> Iterator[Difference]:
    """Reports whose state, week, number or figures are not those of their last history row."""
    for weekly in Weekly.objects.order_by("week_start").iterator():
        last = events_of("weekly", weekly.pk).order_by("-seq").first()
        told = last.after if last else {}
        stands = {"state": weekly.state, "week_start": weekly.week_start.isoformat(), "issue": weekly.issue}
        for name, value in stands.items():
            if told.get(name) != value:
                yield Difference(f"weekly {weekly.week_start}", f"{name} is {value}, history says {told.get(name)}")
        if told.get("figures") != actions.figures_digest(weekly=weekly):
            yield Difference(f"weekly {weekly.week_start}", "its figures are not those that were assembled")


def rebuild() -> int:
    """Frozen figures are not computed again: the facts of that week may have been erased since."""
    return 0


register("weeklies", check, rebuild)


def check_summaries() -> Iterator[Difference]:
    """Summaries whose state, figures or rows are not those that their last history row tells."""
    known = told("summary", (*summary_actions.FACTS, "figures", "rows"))
    kept: dict[UUID, dict[UUID, int]] = {}
    for summary_id, row_id, bits in CountedRow.objects.values_list("summary", "row_id", "figures").iterator():
        kept.setdefault(summary_id, {})[row_id] = bits
    for row in Summary.objects.order_by("week_start", "pk").iterator(chunk_size=500):
        facts = known.get(row.pk, {})
        stands = {name: plain(getattr(row, name)) for name in summary_actions.FACTS}
        stands["figures"] = summary_actions.figures_digest(row=row)
        if row.rows_digest or facts.get("rows"):
            stands["rows"] = rows_digest(kept.get(row.pk, {}), row.scored)
        for name, value in stands.items():
            if facts.get(name) != value:
                yield Difference(f"summary {row.pk}", f"{name} is {value}, history says {facts.get(name)}")


register("summaries", check_summaries, rebuild)
