"""A learned classifier as data: read and asked with NumPy alone, stored as arrays and JSON, never as code."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chuangcheng.kernel.sheets import BROKEN_ZIP
from chuangcheng.kernel.triage.measures import NEVER, Heat
from chuangcheng.kernel.triage.weighing import Recipe, weigh_one
from chuangcheng.kernel.triage.wording import PARTS, features, part_of, telling

#: Moves when features or the file change: an older file is refused instead of misread.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Guess:
    """A label and how likely it is (0 to 1)."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model thinks of a text: labels from the likeliest on, the words that tell, and whether it is sure enough
    to be heard."""

    ranked: tuple[Guess, ...]
    words: tuple[str, ...]
    sure: bool

    def probability_of(self, labels: tuple[str, ...]) -> float:
        """How likely it is one of these."""
        return sum(guess.probability for guess in self.ranked if guess.label in labels)


@dataclass(frozen=True)
class Model:
    """Terms × labels of a linear classifier with its calibration. ``about`` tells when, from what and how good."""

    terms: tuple[str, ...]
    labels: tuple[str, ...]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]  # terms × labels
    bias: NDArray[np.float32]
    recipe: Recipe
    heat: Heat
    threshold: float
    about: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    @cached_property
    def _parts(self) -> NDArray[np.intp]:
        return np.array([part_of(term) for term in self.terms], dtype=np.intp)

    def judge(self, text: str, most: int = 5) -> Judgement:
        """The ``most`` likeliest labels. A text without a known term gives no label."""
        found = [(self._places[name], times) for name, times in features(text).items() if name in self._places]
        if not found:
            return Judgement((), (), sure=False)
        places = np.array([place for place, _ in found], dtype=np.intp)
        counts = np.array([times for _, times in found], dtype=float)
        values = weigh_one(counts, self.idf[places].astype(float), self._parts[places], self.recipe)
        rows = self.weights[places].astype(float)
        probability = self.heat.probabilities((values @ rows + self.bias)[None, :])[0]
        order = np.argsort(-probability, kind="stable")[:most]
        top = int(order[0])
        shares = values * (rows[:, top] - rows.mean(axis=1))
        words = telling({self.terms[place]: float(share) for place, share in zip(places, shares, strict=True)})
        ranked = tuple(Guess(self.labels[one], float(probability[one])) for one in order)
        return Judgement(ranked, words, sure=ranked[0].probability >= self.threshold)

    def dump(self) -> bytes:
        """The model as the bytes of an ``.npz`` file."""
        head = {
            "format": FORMAT, "labels": self.labels, "recipe": asdict(self.recipe), "heat": asdict(self.heat),
            "threshold": self.threshold, "about": self.about, "terms": self.terms,
        }  # fmt: skip
        told = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), dtype=np.uint8)
        into = io.BytesIO()
        np.savez_compressed(into, head=told, idf=self.idf, weights=self.weights, bias=self.bias)
        return into.getvalue()


def load(data: bytes) -> Model:
    """A model from the bytes of :meth:`Model.dump`. Nothing in them is ever run; ValueError if they are no model."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            head = json.loads(stored["head"].tobytes())
            arrays = {name: stored[name].astype(np.float32) for name in ("idf", "weights", "bias")}
        if head["format"] != FORMAT:
            raise ValueError(f"format {head['format']}, not {FORMAT}")
        model = Model(
            tuple(head["terms"]), tuple(head["labels"]), recipe=Recipe(**head["recipe"]), about=head["about"],
            heat=Heat(**head["heat"]), threshold=float(head["threshold"]), **arrays,
        )  # fmt: skip
    except (TypeError, AttributeError, *BROKEN_ZIP) as error:
        raise ValueError(f"not a model: {error}") from error
    _check(model)
    return model


def _check(model: Model) -> None:
    """Sizes that fit each other, and numbers that are numbers."""
    terms, labels = len(model.terms), len(model.labels)
    shapes = (model.idf.shape, model.weights.shape, model.bias.shape)
    if not labels or shapes != ((terms,), (terms, labels), (labels,)):
        raise ValueError(f"not a model: {shapes} for {terms} terms and {labels} labels")
    if not all(np.isfinite(one).all() for one in (model.idf, model.weights, model.bias)):
        raise ValueError("not a model: a weight is no number")
    if not (0 < model.heat.temperature < np.inf and 0 <= model.heat.slip < 1 and 0 <= model.threshold <= NEVER):
        raise ValueError("not a model: calibration out of range")
    if any(not isinstance(term, str) or term[:1] not in PARTS or len(term) < 2 for term in model.terms):
        raise ValueError("not a model: a term of an unknown kind")
