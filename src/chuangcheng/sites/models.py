"""The rows of the room sites."""

from __future__ import annotations

from chuangcheng.sites.compounds.models import Attainment, Committee, Compound, Grading, Property, Renewal
from chuangcheng.sites.deliberations.models import Absence, AgendaItem, Deliberation, Objection, Party, Seat
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from chuangcheng.sites.site import Site, SiteState
from chuangcheng.sites.sponsorship.models import Sponsorship, SubjectKind
from chuangcheng.sites.teams.models import Team
from chuangcheng.sites.windows.models import Aspect, Tone, Voice

__all__ = [
    "Absence", "AgendaItem", "Aspect", "Attainment", "Committee", "Compound", "Deliberation", "Grading", "Objection",
    "Party", "Property", "Rectification", "Renewal", "Seat", "Shop", "ShopCheck", "Site", "SiteState", "Sponsorship",
    "SubjectKind", "Team", "Tone",
    "Voice",
]  # fmt: skip
