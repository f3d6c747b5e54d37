"""``chuangcheng rebuild``: hold every projection, chain and seal against the facts, or compute projections again."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from chuangcheng.history import projections
from chuangcheng.history.projections import Difference, Progress, quiet
from chuangcheng.history.verify import verify


def rebuild_all(*, check: bool, folder: Path | None = None, progress: Progress = quiet) -> list[Difference]:
    """Without ``check`` every registered projection is computed again first; then, either way, everything is compared.

    ``folder`` holds the seals (default: the home's). Returns whatever differs, in the order of the rooms.
    """
    found: list[Difference] = []
    steps = projections.registered().values()
    for done, projection in enumerate(steps):
        progress(projection.name, done, len(steps))
        if not check:
            projection.rebuild()
        found += [Difference(f"{projection.name}: {one.where}", one.what) for one in projection.check()]
    return found + verify(folder or settings.CITY.seals, progress)
