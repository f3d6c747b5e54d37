"""Two editions side by side: what became of each standard, with what somebody decided already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q

from chuangcheng.framework.models import Edition, Succession
from chuangcheng.framework.weights import exact
from chuangcheng.kernel import editions
from chuangcheng.kernel.editions import Clause, Diff, Doubt, Heading, Pair, Side


@dataclass(frozen=True)
class Comparison:
    """A diff with the duties of the old edition by its standards' codes (empty where it has none)."""

    diff: Diff
    duties: dict[str, int]

    @property
    def carried_share(self) -> Fraction:
        """The share of duties that go over; of standards where the old edition has no duties."""
        total = len(self.diff.pairs) + len(self.diff.removed)
        return editions.carried(self.diff.pairs, self.duties, total)

    def as_json(self) -> dict[str, Any]:
        """The figures, and every standard that is not the same."""
        return {
            **self.diff.counts(),
            "carried_share": round(float(self.carried_share), 4),
            "duties": sum(self.duties.values()),
            "changes": [_pair(pair) for pair in self.diff.pairs if pair.changes],
            "unsure_rows": [_doubt(doubt) for doubt in self.diff.doubts],
            "added_codes": [clause.code for clause in self.diff.added],
            "removed_codes": [clause.code for clause in self.diff.removed],
        }  # fmt: skip


def _pair(pair: Pair) -> dict[str, Any]:
    changes, likeness = list(pair.changes), round(pair.likeness, 3)
    return {"old": pair.old.code, "new": pair.new.code, "changes": changes, "likeness": likeness}


def _doubt(doubt: Doubt) -> dict[str, Any]:
    choices = [{"new": new.code, "text": new.text, "likeness": round(like, 3)} for new, like in doubt.choices]
    return {"old": doubt.old.code, "text": doubt.old.text, "choices": choices}


def compare_editions(old: Edition, new: Edition) -> Comparison:
    """What became of the standards of ``old`` in ``new``, decisions included. Six queries."""
    diff = editions.compare(side_of(old), side_of(new), decisions(old, new))
    standing = Count("duties", Q(duties__ended_at=None))
    counted = old.standards.annotate(n=standing).filter(n__gt=0).values_list("code", "n")
    return Comparison(diff, dict(counted))


def compare_sides(old: Side, new: Side) -> Comparison:
    """The same of editions that are not in the database."""
    return Comparison(editions.compare(old, new), {})


def decisions(old: Edition, new: Edition) -> dict[str, str]:
    """Old code → code of the heir, empty for none: what is settled between the two."""
    rows = Succession.objects.filter(old__edition=old, edition=new).values_list("old__code", "new__code")
    return {code: heir or "" for code, heir in rows}


def side_of(edition: Edition) -> Side:
    """An edition as the comparison takes it. Two queries."""
    nodes = {row["pk"]: row for row in edition.nodes.order_by("order").values("pk", "code", "zh", "parent_id")}
    places: dict[Any, tuple[str, ...]] = {None: ()}
    for key, row in nodes.items():  # parents stand before their children
        places[key] = (*places[row["parent_id"]], row["code"])
    headings = [
        Heading(places[key][-1], row["zh"], "".join(places[row["parent_id"]][-1:])) for key, row in nodes.items()
    ]
    rows = edition.standards.order_by("order").values_list("code", "zh", "relative_weight", "content_id")
    clauses = [Clause(code, zh, exact(weight), places[content]) for code, zh, weight, content in rows]
    return Side(tuple(headings), tuple(clauses))


def side_of_document(document: Mapping[str, Any]) -> Side:
    """A sound document (:func:`~chuangcheng.framework.documents.normalise`) as the comparison takes it."""
    headings: list[Heading] = []
    clauses: list[Clause] = []

    def walk(rows: Iterable[Mapping[str, Any]], place: tuple[str, ...]) -> None:
        for row in rows:
            here = (*place, row["code"])
            headings.append(Heading(row["code"], row["zh"], "".join(place[-1:])))
            leaves = row.get("standards", [])
            clauses.extend(Clause(leaf["code"], leaf["zh"], exact(leaf["relative_weight"]), here) for leaf in leaves)
            for below in ("projects", "contents"):
                walk(row.get(below, []), here)

    walk(document["frameworks"], ())
    return Side(tuple(headings), tuple(clauses))
