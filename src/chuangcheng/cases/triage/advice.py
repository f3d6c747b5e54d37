"""The suggestion for one report: category, unit, how sure, and why. Computed while a page is shown, never on the way in
of a report; where anything is missing there is simply no suggestion."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from chuangcheng.cases import routing
from chuangcheng.cases.models import Report
from chuangcheng.cases.triage import store
from chuangcheng.cases.triage.pairs import Told, tell_apart
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Category
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.triage.learning import PROMISE
from chuangcheng.kernel.triage.measures import NEVER
from chuangcheng.kernel.triage.model import Judgement, Model

logger = logging.getLogger(__name__)
_SILENCE = Judgement((), (), sure=False)
#: While the model is unsure, a pair's rule may decide among the likeliest so many labels.
_NEAR = 5
#: So many confirmed reports can refute a rule.
_TRIED = 20


@dataclass(frozen=True, slots=True)
class Advice:
    """A suggestion. ``probability`` is None where a rule decided without a model; ``reason`` is the rule's."""

    category: Category
    probability: float | None
    words: tuple[str, ...]
    reason: Label | None
    unit: routing.Suggestion | None
    model: int

    @property
    def percent(self) -> int | None:
        """The probability in percent; never 100, because nothing is certain."""
        return None if self.probability is None else min(99, round(100 * self.probability))

    def fact(self, filed: str) -> dict[str, Any]:
        """What history keeps of it when the report is filed under the code ``filed``."""
        return {"code": self.category.code, "filed": filed, "percent": self.percent, "model": self.model}


def advise(report: Report) -> Advice | None:
    """The suggestion for a report; None where nothing is sure enough."""
    return advise_text(report.text, division_path=report.division_path, source=report.source)


def advise_text(text: str, *, division_path: str = "", source: str = "") -> Advice | None:
    """The suggestion for a text from a place and by a door."""
    model = _model()
    judged = model.judge(text) if model else _SILENCE
    told = tell_apart(text, _thought_of(model, judged))
    if told and model and _is_refuted(told.code, model):
        told = None
    if told is None and not judged.sure:
        return None
    category = framework.category(told.code if told else judged.ranked[0].label)
    if category is None or category.kind != "matter":  # learned from an edition that is no longer loaded
        return None
    return Advice(
        category=category,
        probability=_probability(model, judged, told),
        words=told.words if told else judged.words,
        reason=told.reason if told else None,
        unit=routing.suggest(category.code, division_path, source),
        model=int(model.about.get("version", 0)) if model else 0,
    )


def _is_refuted(code: str, model: Model) -> bool:
    """Whether the city's own confirmed work speaks against the rules that name this code."""
    fits, right = model.about.get("rules", {}).get(code, (0, 0))
    return bool(fits >= _TRIED and right < PROMISE * fits)


def _thought_of(model: Model | None, judged: Judgement) -> tuple[str, ...]:
    """The codes that a pair's rule may decide on: the one the model is sure of, else the likeliest few; any (empty)
    where no model has proved itself."""
    if model is None or model.threshold >= NEVER:
        return ()
    return tuple(one.label for one in judged.ranked[: 1 if judged.sure else _NEAR]) or ("",)


def _probability(model: Model | None, judged: Judgement, told: Told | None) -> float | None:
    """That of the label; of a pair that a rule has decided, that it is one of the pair. None without a model that has
    proved itself."""
    if model is None or model.threshold >= NEVER:
        return None
    return judged.probability_of(told.pair.codes) if told else judged.ranked[0].probability


def _model() -> Model | None:
    """A damaged file must not stop anybody from triaging: it is logged, and there is no suggestion."""
    try:
        return store.current()
    except ValueError:
        logger.exception("the model of the triage help cannot be read; train it again")
        return None
