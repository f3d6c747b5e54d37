"""Which open cases a report, or another case, may be about: the likeliest first, each with reasons one can check.

A candidate lies within :data:`RADIUS`. Place, time, category, words and photos each give points, and only their sum
decides the order: no single reason can hide a candidate. The points are weights of judgement, not learned ones; what a
person denied once is not offered again (:mod:`chuangcheng.cases.actions.apart`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import ExpressionWrapper, F, FloatField, QuerySet, Value, When

from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.cases.states import CASE
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.geometry import around, metres
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.text import bigrams
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.imaging import distance

#: A phone in a street canyon is off by tens of metres; two heaps of rubbish are hardly nearer than that.
RADIUS = 100.0  # metres
MOST = 5
#: Of a crowded spot so many are compared: of the same category first, then the nearest.
LOOKED_AT = 200
#: Of a very long text so many characters are compared.
LONGEST = 1000
#: Differing bits of two perceptual hashes (of 64): nearly the same picture, and much alike.
SAME_PHOTO, LIKE_PHOTO = 8, 14
MONTH = 30.0  # days; after that time says nothing more
TOLD_APART = "told_apart"

Subject = Report | Case


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two troubles are: ``metres`` apart, ``days`` apart, share of ``words`` (0 to 1), of the same category
    or class, and in how many bits their most alike ``photo`` differs (None without photos)."""

    metres: float
    words: float
    days: float
    same_category: bool
    same_class: bool
    photo: int | None = None

    @property
    def points(self) -> float:
        """What the order goes by: at most 2 for the place, 1.5 for the category, 3 for words, 4 for photos, 1 for
        time."""
        return (
            2.0 * (1 - self.metres / RADIUS)
            + (1.5 if self.same_category else 0.5 if self.same_class else 0.0)
            + 3.0 * self.words
            + _photo_points(self.photo)
            + max(0.0, 1 - self.days / MONTH)
        )

    @property
    def reasons(self) -> list[Label]:
        """What speaks for it, in words: place and time always, the rest where there is something to say."""
        away, share, days = max(1, math.ceil(self.metres)), round(100 * self.words), math.floor(self.days)
        found = [Label(f"{away} 米内", f"within {away} m")]
        if self.same_category:
            found.append(Label("同一类别", "same category"))
        elif self.same_class:
            found.append(Label("同一大类", "same class"))
        if share >= 30:
            found.append(Label(f"文字 {share} % 相同", f"{share} % of the words"))
        if self.photo is not None and self.photo <= LIKE_PHOTO:
            same = self.photo <= SAME_PHOTO
            found.append(Label("照片几乎相同", "nearly the same photo") if same else Label("照片相近", "photos alike"))
        found.append(Label(f"相隔 {days} 天", f"{days} days apart") if days else Label("一天之内", "within a day"))
        return found


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same."""

    case: Case
    likeness: Likeness

    @property
    def metres(self) -> float:
        """How far away."""
        return self.likeness.metres

    @property
    def words(self) -> float:
        """How alike in words, 0 to 1."""
        return self.likeness.words

    @property
    def reasons(self) -> list[Label]:
        """As :attr:`Likeness.reasons`."""
        return self.likeness.reasons


def alike(actor: Actor, subject: Subject) -> list[Alike]:
    """The visible open cases within :data:`RADIUS`, the likeliest first, without those told apart from it; none for a
    subject without a place. At most seven queries."""
    if subject.lat is None or subject.lon is None:
        return []
    rows = _near(actor, subject, subject.lon, subject.lat)
    pairs = _pairs(subject.text)
    near = {row["pk"]: one for row in rows if (one := _compare(subject, pairs, row)) is not None}
    found = _with_photos(subject, near)
    best = sorted(found, key=lambda pk: (-found[pk].points, found[pk].metres, str(pk)))[:MOST]
    cases = Case.objects.select_related("category", "holder").in_bulk(best)
    return [Alike(cases[pk], found[pk]) for pk in best if pk in cases]


def told_apart(subject: Subject) -> set[UUID]:
    """The cases that somebody has said this one is not about."""
    kind = subject._meta.model_name or ""
    rows = events_of(kind, subject.pk).filter(action=f"{kind}.{TOLD_APART}").values_list("after", flat=True)
    return {UUID(after["case"]) for after in rows}


def overlap(one: str, other: str) -> float:
    """Share of the shorter text's character pairs that the longer one has too."""
    return _shared(_pairs(one), _pairs(other))


def _near(actor: Actor, subject: Subject, lon: float, lat: float) -> Iterable[dict[str, Any]]:
    lons, lats = around(lon, lat, RADIUS)
    box = visible_cases(actor).filter(state__in=CASE.open_states(), lat__range=lats, lon__range=lons)
    apart = told_apart(subject) | ({subject.pk} if isinstance(subject, Case) else set())
    if apart:
        box = box.exclude(pk__in=apart)
    # The database sorts and cuts: of a square with ten thousand cases a page must not read ten thousand texts.
    wide = math.cos(math.radians(lat))
    north, east = F("lat") - lat, (F("lon") - lon) * wide
    square = ExpressionWrapper(north * north + east * east, output_field=FloatField())
    other = Choose(When(category=subject.category_id, then=Value(0)), default=Value(1))
    ranked: QuerySet[Case] = box.annotate(square=square, other=other).order_by("other", "square", "-filed_at", "pk")
    rows = ranked.values("pk", "lat", "lon", "category_id", "category__code", "text", "filed_at")[:LOOKED_AT]
    return [dict(row) for row in rows]


def _compare(subject: Subject, pairs: set[str], row: dict[str, Any]) -> Likeness | None:
    """None beyond the radius: the box has corners."""
    away = metres(subject.lon or 0.0, subject.lat or 0.0, row["lon"], row["lat"])
    if away > RADIUS:
        return None
    code = subject.category.code if subject.category else ""
    return Likeness(
        metres=away,
        words=_shared(pairs, _pairs(row["text"])),
        days=abs((row["filed_at"] - _moment(subject)).total_seconds()) / 86400,
        same_category=row["category_id"] is not None and row["category_id"] == subject.category_id,
        same_class=bool(code) and (row["category__code"] or "")[:2] == code[:2],
    )


def _moment(subject: Subject) -> datetime:
    return subject.received_at if isinstance(subject, Report) else subject.filed_at


def _with_photos(subject: Subject, found: dict[UUID, Likeness]) -> dict[UUID, Likeness]:
    """The same with the most alike pair of photos; no further query for a subject without any."""
    own = _hashes_of_subject(subject) if found else []
    if not own:
        return found
    theirs = _hashes_behind(found)
    return {
        pk: replace(one, photo=min((distance(a, b) for a in own for b in theirs.get(pk, ())), default=None))
        for pk, one in found.items()
    }


def _hashes_of_subject(subject: Subject) -> list[int]:
    if isinstance(subject, Case):
        return _hashes_behind([subject.pk]).get(subject.pk, [])
    return photos.hashes_of("report", [subject.pk]).get(subject.pk, [])


def _hashes_behind(case_ids: Iterable[UUID]) -> dict[UUID, list[int]]:
    """By case: the hashes of its own photos and of its reports'. What was taken after the work shows no trouble."""
    ids = list(case_ids)
    found = photos.hashes_of("case", ids)
    behind = dict(Report.objects.filter(case__in=ids, photos_declared__gt=0).values_list("pk", "case"))
    for report, hashes in photos.hashes_of("report", behind).items():
        found.setdefault(behind[report], []).extend(hashes)
    return found


def _photo_points(bits: int | None) -> float:
    if bits is None or bits > LIKE_PHOTO:
        return 0.0
    return 4.0 if bits <= SAME_PHOTO else 2.0


def _pairs(text: str) -> set[str]:
    return set(bigrams(text[:LONGEST]))


def _shared(pairs: set[str], others: set[str]) -> float:
    return len(pairs & others) / min(len(pairs), len(others)) if pairs and others else 0.0
