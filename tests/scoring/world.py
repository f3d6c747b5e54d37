"""A small edition, two sites, two indicators: few enough rows to reckon every score by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chuangcheng.cases.models import Case
from chuangcheng.framework.models import Category, ChecklistItem, Edition, Node, SiteKind, Standard
from chuangcheng.history import versions
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.kernel import clock
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.people.models import Person
from chuangcheng.scoring import projector
from chuangcheng.sites.models import Site

NOW = datetime.fromisoformat("2026-09-15T12:00:00+08:00")
SHARES = {"A": (1, 1), "B": (66, 100), "C": (33, 100), "C#": (0, 1), "NA": (0, 1)}


@dataclass
class World:
    """The rows, and short ways to add facts to them."""

    city: Any
    edition: Edition
    standards: dict[str, Standard]
    items: dict[str, ChecklistItem]
    kind: SiteKind
    categories: dict[str, Category]
    inspector: Person
    sites: dict[str, Site] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    serial: int = 0

    def number(self, prefix: str) -> str:
        """A fresh number."""
        self.serial += 1
        return f"{prefix}{self.serial:06d}"

    def site(self, code: str, community: int = 0, unit: str = "street") -> Site:
        """A site in one of the three communities (0 and 1 in the first street, 2 in the second)."""
        place = self.city.communities[community]
        self.sites[code] = Site.objects.create(
            code=code, name=code, kind_code=self.kind.code, kind=self.kind, unit=self.city.units[unit], division=place,
            division_path=place.path, lat=place.lat, lon=place.lon,
        )  # fmt: skip
        return self.sites[code]

    def visit(self, site: str, grades: dict[str, str], *, days_ago: float = 1, score: str | None = None) -> Visit:
        """A finished visit whose items got these grades."""
        at = NOW - timedelta(days=days_ago)
        visit = Visit.objects.create(
            number=self.number("DC"), site=self.sites[site], mode="patrol", inspector=self.inspector,
            unit=self.city.units["office"], state="finished", started_at=at, finished_at=at,
            score=Decimal(score) if score else None,
        )  # fmt: skip
        for code, grade in grades.items():
            num, den = SHARES[grade]
            Check.objects.create(
                visit=visit, item=self.items[code], grade=grade, share_num=num, share_den=den, happened_at=at,
                recorded_at=at,
            )  # fmt: skip
        return visit

    def case(
        self, *, check: Check | None = None, community: int = 0, due_days: float | None = None, **more: Any
    ) -> Case:
        """A case; ``due_days`` from now (negative: overdue)."""
        place = self.city.communities[community]
        given = {
            "number": self.number("AJ"), "text": "问题", "source": "patrol", "filed_at": NOW - timedelta(days=10),
            "division": place, "division_path": place.path, "state": "handling",
            "due_at": None if due_days is None else NOW + timedelta(days=due_days), **more,
        }  # fmt: skip
        if check is not None:
            given.update(origin_kind="check", origin_id=check.pk)
        case = Case.objects.create(**given)
        if check is not None:
            check.case = case
            check.save()
        return case

    def indicator(self, code: str, standard: str, scoring: dict[str, Any], unit: str | None = None) -> Indicator:
        """An indicator of a standard."""
        self.indicators[code] = Indicator.objects.create(
            code=code, zh=code, standard=self.standards[standard], unit_of_measure="%", scoring=scoring,
            source_unit=self.city.units[unit] if unit else None,
        )  # fmt: skip
        return self.indicators[code]

    def reading(self, code: str, value: str, *, month: int = 8, division: Any = None, days_ago: float = 5) -> Reading:
        """A reading for a month of 2026."""
        at = NOW - timedelta(days=days_ago)
        return Reading.objects.create(
            indicator=self.indicators[code], division=division, period_start=at.date().replace(month=month, day=1),
            value=Decimal(value), happened_at=at, recorded_at=at,
        )  # fmt: skip

    def project(self, at: datetime = NOW) -> None:
        """Score everything at that instant."""
        with clock.at(at):
            projector.rebuild(self.edition)

    def score(self, standard: str, kind: str = "city", scope_id: Any = None) -> Any:
        """The score of a standard in a scope, None where nothing is known."""
        from chuangcheng.scoring.models import CITY_SCOPE

        rows = self.edition.scores.filter(standard=self.standards[standard], scope_kind=kind)
        return rows.filter(scope_id=scope_id or CITY_SCOPE).first()

    def share(self, standard: str, kind: str = "city", scope_id: Any = None) -> Fraction | None:
        """The share of that score."""
        found = self.score(standard, kind, scope_id)
        return None if found is None else found.share


RULES = {
    "method_shares": {"material": "2/5", "onsite": "2/5", "survey": "1/5"},
    "case_deduction": {"per_overdue_open": "1/50", "cap": "1/5"},
}


def make(small_city: Any) -> World:
    """Frameworks CIV (4/5) and MIN (1/5). Standards: S1 60 and S2 40 points of CIV, S3 100 points of MIN.
    Items: I1 → S1; I2 → S1 and S2; I3 → S2."""
    edition = Edition.objects.create(code="TEST", name_zh="测试体系", version="1", state="published", rules=RULES)
    standards: dict[str, Standard] = {}
    for order, (code, weight) in enumerate({"CIV": (4, 5), "MIN": (1, 5)}.items()):
        top = Node.objects.create(
            edition=edition,
            kind="framework",
            code=code,
            zh=code,
            order=order,
            weight_num=weight[0],
            weight_den=weight[1],
        )
        project = Node.objects.create(
            edition=edition, parent=top, kind="project", code=f"{code}-1", zh="项目", order=order
        )
        content = Node.objects.create(
            edition=edition, parent=project, kind="content", code=f"{code}-1-1", zh="内容", order=order
        )
        for name, points in {"CIV": {"S1": 60, "S2": 40}, "MIN": {"S3": 100}}[code].items():
            standards[name] = Standard.objects.create(
                edition=edition, content=content, code=name, zh=f"标准{name}", order=len(standards), weight_num=points
            )
    kind = SiteKind.objects.create(edition=edition, code="market", prefix="MKT", zh="集贸市场")
    links = {"I1": ["S1"], "I2": ["S1", "S2"], "I3": ["S2"]}
    items = {}
    for order, (code, codes) in enumerate(links.items()):
        items[code] = ChecklistItem.objects.create(
            site_kind=kind,
            code=code,
            zh=code,
            scoring="defect_count",
            case_codes=["06010"] if code == "I2" else [],
            order=order,
        )
        items[code].standards.set([standards[name] for name in codes])
    category = Category.objects.create(
        code="06010", zh="暴露垃圾", kind="matter", class_code="06", class_zh="市容环境", taxonomy="GB/T 47678.5"
    )
    versions.forget()
    inspector = Person.objects.get(username="inspector")
    return World(small_city, edition, standards, items, kind, {"06010": category}, inspector)
