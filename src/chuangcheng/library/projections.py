"""What stands in the rows follows from their chains, and the search index from the rows."""

from __future__ import annotations

from chuangcheng.history.projections import register
from chuangcheng.library import search
from chuangcheng.library.facts import DOCUMENTS, TRAININGS

DOCUMENTS.register("library")
TRAININGS.register("library")
register("library.search", search.check, search.rebuild)
