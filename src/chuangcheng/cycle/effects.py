"""What a freeze stops: the framework asks before an edition, a duty or a weight is changed."""

from __future__ import annotations

from chuangcheng.cycle import selectors
from chuangcheng.cycle.states import COVERS
from chuangcheng.framework.documents import guard
from chuangcheng.framework.models import Edition, EditionState
from chuangcheng.history import versions
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel.problems import Refused


@guard
def refuse_in_freeze(edition: Edition | None, what: str) -> None:
    """Duties of a draft may be prepared; everything else of what is covered waits for the end of the freeze. Refused:
    ``cycle.frozen``."""
    if what == "duties" and edition is not None and edition.state != EditionState.PUBLISHED:
        return
    for freeze in selectors.frozen(what):
        raise Refused("cycle.frozen", name=freeze.name, until=freeze.to_on.isoformat(), what=COVERS[what])


@on("edition.published")
def look_again(_row: Outbox) -> None:
    """Another edition may weigh the years otherwise."""
    versions.bump(selectors.VERSION)
