"""Every listing of the desk, held against its model: what sorts can be compared, what is shown is named once."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from typing import Any

import pytest
from django.apps import apps

from chuangcheng import desk
from chuangcheng.web.tables import Listing

#: Each listing's model.
MODELS = {
    "cases": "cases.case", "reports": "cases.report", "sites": "sites.site", "units": "people.unit",
    "divisions": "places.division", "sponsorships": "sites.sponsorship", "gaps_site": "sites.site",
    "gaps_community": "places.division", "gaps_compound": "sites.compound", "persons": "people.person", "responsible": "people.unit",
    "visits": "patrols.visit", "weeklies": "bulletins.weekly", "history": "history.event",
    "quickfixes": "cases.quickfix", "claimable": "cases.case", "watched_quickfixes": "cases.quickfix",
    "deliveries": "notices.delivery", "notices": "notices.notice", "sendings": "notices.sending",
    "alarms": "cases.photoalarm", "ownerless": "cases.ownersearch",
    "orders": "cases.order", "mailbox": "cases.letter",
    "instructions": "cases.instructionreply",
    "time_rules": "framework.timerule",
    "compounds": "sites.compound", "deliberations": "sites.deliberation",
    "shops": "sites.shop", "rectifications": "sites.rectification",
    "rechecks": "cases.recheck",
    "risks": "risks.risk", "laggards": "risks.laggardlist", "sanctions": "risks.sanction",
    "documents": "library.document", "trainings": "library.training",
    "meetings": "meetings.meeting", "summaries": "bulletins.summary",
    "tasks": "tasks.task", "petitions": "tasks.petition", "taskgrid": "tasks.task", "subactions": "campaigns.subaction",
    "teams": "sites.team", "windows": "sites.site",
    "indicators": "indicators.indicator", "readings": "indicators.reading", "doubts": "indicators.doubt",
    "drive_places": "campaigns.driveplace", "drive_gaps": "campaigns.drivegap",
}  # fmt: skip


def declared() -> list[Listing]:
    """The listings of all modules of the desk."""
    found: dict[int, Listing] = {}
    for module in pkgutil.walk_packages(desk.__path__, desk.__name__ + "."):
        if not module.ispkg:
            values = vars(importlib.import_module(module.name)).values()
            found |= {id(value): value for value in values if isinstance(value, Listing)}
    return list(found.values())


LISTINGS = pytest.mark.parametrize("listing", declared(), ids=lambda listing: listing.key)


def test_every_listing_is_held_against_its_model() -> None:
    assert Counter(listing.key for listing in declared()) == Counter(list(MODELS)), (
        "keys name cookies, so each stands once"
    )


@LISTINGS
def test_what_sorts_is_a_column_of_the_model_and_comparable(listing: Listing) -> None:
    """A page's key that is NULL compares with nothing: rows would be lost between two pages."""
    model: Any = apps.get_model(MODELS[listing.key])
    for column in listing.columns:
        if column.sort:
            field = model._meta.get_field(column.sort)
            assert (column.null_as is not None) is field.null, column.key


@LISTINGS
def test_it_sorts_by_a_column_it_has_and_shows_some_at_first(listing: Listing) -> None:
    sortable = {column.key for column in listing.columns if column.sort}
    assert listing.sort.lstrip("-") in sortable
    assert any(column.shown for column in listing.columns)
    assert sum(column.corner for column in listing.columns) <= 1, "a slip of paper has one upper right corner"


@LISTINGS
def test_keys_are_unique_and_none_means_something_else_in_an_address(listing: Listing) -> None:
    columns, filters = [[one.key for one in group] for group in (listing.columns, listing.filters)]
    assert max(Counter(columns).values()) == 1
    assert not filters or max(Counter(filters).values()) == 1
    assert not set(filters) & {"sort", "cols", "after", "before", "export"}
    assert all("." not in key for key in columns), "the cookie of chosen columns joins them by dots"


@LISTINGS
def test_what_stands_for_nothing_lies_beyond_every_real_value(listing: Listing) -> None:
    for column in listing.columns:
        if column.null_as is not None:
            year = getattr(column.null_as, "year", None)
            assert year is None or year < 1900 or year > 2500, column.key
