"""Which columns follow from history."""

from __future__ import annotations

from chuangcheng.history.folding import Folded
from chuangcheng.library.models import Document, Training

DOCUMENTS = Folded(Document, (
    "number", "kind", "state", "unit_id", "issued_on", "from_on", "to_on", "audience", "current_id",
    "versions_count",
))  # fmt: skip
TRAININGS = Folded(Training, ("number", "state", "unit_id", "starts_at", "ends_at", "came", "code_minutes"))
