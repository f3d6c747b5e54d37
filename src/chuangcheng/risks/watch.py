"""Looking at all rules: entries are raised, kept, relieved, and brought back, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.history import numbers, outbox, versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.watching import Figure, Look, Outcome, Standing, evaluate, replay
from chuangcheng.risks import subjects
from chuangcheng.risks.facts import RISKS, step
from chuangcheng.risks.measures import MEASURES, Figures, Span
from chuangcheng.risks.models import Risk
from chuangcheng.risks.rules import Rule, current
from chuangcheng.risks.states import RISK

PREFIX = "FX"
WEEKS = 13


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look came to."""

    raised: int = 0
    kept: int = 0
    relieved: int = 0
    back: int = 0


def figures_of(rule: Rule, moment: datetime) -> Figures:
    """The rule's figures as of that moment."""
    return MEASURES[rule.measure].read(Span(moment - timedelta(days=rule.bounds.days), moment), rule.by)


def watch(moment: datetime | None = None) -> Watched:
    """Look at every rule in force. The figures are read before the lock; one process writes at a time."""
    now, rules = moment or clock.now(), current()
    seen = [(rule, figures_of(rule, now)) for rule in rules.rules if rule.on]
    with transaction.atomic():
        versions.hold("risks.watch")
        found = [_look(rule, rules.version, figures, now) for rule, figures in seen]
    sums = [sum(getattr(each, name) for each in found) for name in ("raised", "kept", "relieved", "back")]
    return Watched(*sums)


def _look(rule: Rule, version: int, figures: Figures, now: datetime) -> Watched:
    window = rule.bounds.window(now.astimezone(CITY_ZONE).date())
    open_rows, outcome = _outcome(rule, figures, window, Risk.objects.select_for_update())
    about = subjects.find(rule.by, outcome.raised)
    made = [_raise(rule, version, about[key], figures[key], window) for key in outcome.raised if key in about]
    for key in outcome.kept:
        _note(open_rows[key], figures.get(key))
    relieved = [_relieve(open_rows[key], figures.get(key)) for key in outcome.relieved]
    for key in outcome.back:
        _back(open_rows[key], figures[key])
    return Watched(sum(made), len(outcome.kept), sum(relieved), len(outcome.back))


def _outcome(rule: Rule, figures: Figures, window: date, ledger: QuerySet[Risk]) -> tuple[dict[str, Risk], Outcome]:
    """The entries of the rule that are not closed, and what its figures come to beside them."""
    rows = ledger.filter(rule=rule.code)
    open_rows = {row.subject: row for row in rows.exclude(state="closed").order_by("raised_at")}
    ended = set(rows.filter(window_on=window).values_list("subject", flat=True)) - set(open_rows)
    standing: dict[str, Standing] = {
        key: "relieved" if row.state == "relieved" else "live" for key, row in open_rows.items()
    }
    return open_rows, evaluate(rule.bounds, figures, standing, ended)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a look with a rule's values would come to now: subjects by name whose entry would be new, would stay or be
    back, and would be relieved."""

    new: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    relieved: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Entries that would stand."""
        return len(self.new) + len(self.stays)


def stand_with(rule: Rule, moment: datetime | None = None) -> Stand:
    """Try a rule's values on the figures and the ledger of now; nothing is written. A rule that is off raises and
    relieves nothing: what it has raised stays until somebody closes it."""
    now = moment or clock.now()
    figures = figures_of(rule, now) if rule.on else {}
    open_rows, outcome = _outcome(
        rule, figures, rule.bounds.window(now.astimezone(CITY_ZONE).date()), Risk.objects.all()
    )
    if not rule.on:
        outcome = Outcome(kept=tuple(sorted(key for key, row in open_rows.items() if row.state != "relieved")))
    known = subjects.find(rule.by, {*outcome.raised, *open_rows})

    def named(keys: Iterable[str], *, fresh: bool = False) -> tuple[str, ...]:
        """A new entry needs a subject with a unit; one that stands may have lost its own."""
        kept = (key for key in keys if not fresh or (key in known and known[key].unit is not None))
        return tuple(known[key].name if key in known else key for key in kept)

    return Stand(named(outcome.raised, fresh=True), named((*outcome.kept, *outcome.back)), named(outcome.relieved))


def _decimal(figure: Figure | None) -> Decimal:
    value = figure.value if figure else 0
    return round(Decimal(value.numerator) / value.denominator, 4)


def _raise(rule: Rule, version: int, about: subjects.Subject, figure: Figure, window: date) -> bool:
    if about.unit is None:
        return False
    now, value = clock.now(), _decimal(figure)
    place = "" if rule.by == "unit" else about.name
    risk = Risk(
        number=numbers.take(PREFIX, now), unit=about.unit, kind=rule.kind, matter=rule.label.zh, place=place,
        division=about.division, severity=rule.severity, likelihood=rule.likelihood,
        score=rule.severity * rule.likelihood, rule=rule.code, rule_version=version, subject=about.key,
        window_on=window, value=value, latest=value, base=figure.base, raised_at=now,
        review_on=now.astimezone(CITY_ZONE).date() + timedelta(days=7),
    )  # fmt: skip
    RISKS.begin(risk, SYSTEM, verb="raised")
    outbox.emit("risk.raised", ("risk", risk.pk))
    return True


def _note(risk: Risk, figure: Figure | None) -> None:
    """The figure of the last look is no fact of its own: it can be read again any time."""
    latest = _decimal(figure)
    if risk.latest != latest:
        Risk.objects.filter(pk=risk.pk).update(latest=latest)


def _relieve(risk: Risk, figure: Figure | None) -> bool:
    """The figure has recovered; a person closes. What was accepted, or is no rule's business now, stays."""
    _note(risk, figure)
    if risk.state not in RISK.move("relieve").sources:
        return False
    state = RISK.next(risk.state, "relieve", words="figure")
    step(RISKS, risk, "recovered", SYSTEM, {"state": state, "relieved_at": clock.now()})
    outbox.emit("risk.relieved", ("risk", risk.pk))
    return True


def _back(risk: Risk, figure: Figure) -> None:
    _note(risk, figure)
    state = RISK.next(risk.state, "relapse", words="figure")
    step(RISKS, risk, "came_back", SYSTEM, {"state": state, "relieved_at": None})
    outbox.emit("risk.relapsed", ("risk", risk.pk))


@dataclass(frozen=True, slots=True)
class Trial:
    """A dry run: what the rule would have done at each look, and the subjects it would have raised, with names and how
    often they were over the threshold."""

    rule: Rule
    looks: list[Look]
    subjects: list[tuple[str, int]]

    @property
    def raised(self) -> int:
        """Entries it would have made."""
        return sum(len(look.outcome.raised) for look in self.looks)


def dry_run(rule: Rule, moment: datetime | None = None, weeks: int = WEEKS) -> Trial:
    """Try a rule on the last quarter, a look a week; nothing is written."""
    now = moment or clock.now()
    moments = [now - timedelta(days=7 * back) for back in reversed(range(weeks))]
    series = [(each.astimezone(CITY_ZONE).date(), figures_of(rule, each)) for each in moments]
    looks = replay(rule.bounds, series)
    over = [key for _day, figures in series for key, figure in figures.items() if rule.bounds.fires(figure)]
    known = subjects.find(rule.by, over)
    names = {key: about.name for key, about in known.items() if about.unit is not None}
    counted = sorted(((names[key], over.count(key)) for key in names), key=lambda row: (-row[1], row[0]))
    return Trial(rule, looks, counted)
