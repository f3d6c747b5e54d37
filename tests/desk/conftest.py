"""The desk's tests work on cases that are played through the real actions."""

from tests.cases.conftest import limits, make_site, play
from tests.web.conftest import as_persona

__all__ = ["as_persona", "limits", "make_site", "play"]
