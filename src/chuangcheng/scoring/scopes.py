"""For whom a fact counts: the city, its district and street, and the unit that answers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chuangcheng.people.selectors import prefixes
from chuangcheng.places import selectors as places
from chuangcheng.scoring.models import CITY_SCOPE, ScopeKind

Scope = tuple[str, UUID]
CITY: Scope = (ScopeKind.CITY.value, CITY_SCOPE)


@dataclass(frozen=True, slots=True)
class Territory:
    """Districts and streets by path, read once a run."""

    by_path: dict[str, Scope]

    @classmethod
    def load(cls) -> Territory:
        """Two queries."""
        found: dict[str, Scope] = {}
        for kind in (ScopeKind.DISTRICT, ScopeKind.STREET):
            for path, pk in places.at_level(kind.value).values_list("path", "pk"):
                found[path] = (kind.value, pk)
        return cls(found)

    def scopes(self, path: str, unit_id: UUID | None) -> tuple[Scope, ...]:
        """The scopes of a fact at ``path`` for which ``unit_id`` answers, the city first."""
        areas = [self.by_path[part] for part in prefixes(path) if part in self.by_path]
        unit = [(ScopeKind.UNIT.value, unit_id)] if unit_id else []
        return (CITY, *areas, *unit)

    def of_division(self, path: str) -> Scope | None:
        """The scope that a division itself is; None for a community, which has no score of its own."""
        return self.by_path.get(path) or (CITY if path.count("/") == 1 else None)
