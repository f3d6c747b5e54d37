"""The places that are sponsored, whichever table they stand in."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from chuangcheng.kernel.problems import Refused
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.site import Site
from chuangcheng.sites.sponsorship.models import SubjectKind

#: Kinds of sites that are junctions and road sections.
JUNCTIONS = frozenset({"intersection"})
ROADS = frozenset({"arterial_road", "commercial_street", "back_lane"})
Place = Division | Site | Compound
#: Which column of a sponsorship leads to it.
FIELDS: dict[type[Any], str] = {Division: "division", Site: "site", Compound: "compound"}


def kind_of(subject: Place) -> SubjectKind:
    """What a place is sponsored as. Refused: ``sponsorship.no_subject`` for a division that is no community."""
    if isinstance(subject, Compound):
        return SubjectKind.COMPOUND
    if isinstance(subject, Division):
        if subject.level != DivisionLevel.COMMUNITY:
            raise Refused("sponsorship.no_subject", given=subject.name)
        return SubjectKind.COMMUNITY
    if subject.kind_code in JUNCTIONS:
        return SubjectKind.JUNCTION
    return SubjectKind.ROAD if subject.kind_code in ROADS else SubjectKind.SITE


def of_subject(subject: Place) -> Q:
    """The sponsorships of a place."""
    return Q(**{FIELDS[type(subject)]: subject})


def path_of(subject: Place) -> str:
    """Where a place lies in the tree of divisions."""
    return subject.path if isinstance(subject, Division) else subject.division_path
