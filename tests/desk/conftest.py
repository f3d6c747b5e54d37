"""The desk's tests work on cases that are played through the real actions."""

from tests.cases.conftest import limits, play
from tests.web.conftest import as_persona

__all__ = ["as_persona", "limits", "play"]
