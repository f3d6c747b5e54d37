"""The desk's tests work on cases that are played through the real actions, and on facts few enough to reckon by hand."""

from tests.bulletins.conftest import week, world
from tests.campaigns.conftest import campaign, scheme
from tests.cases.conftest import limits, make_site, play
from tests.indicators.conftest import sample, sewage
from tests.library.conftest import enter, train, units
from tests.meetings.conftest import plan, present
from tests.patrols.conftest import visit
from tests.sites.conftest import edition, site
from tests.tasks.conftest import ledger, make
from tests.web.conftest import as_persona

__all__ = [
    "as_persona", "campaign", "edition", "enter", "ledger", "limits", "make", "make_site", "plan", "play", "present", "sample", "scheme", "sewage", "site", "train", "units",
    "visit", "week", "world",
]  # fmt: skip
