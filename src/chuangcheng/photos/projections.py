"""The archive of likenesses, as a projection of the photos."""

from __future__ import annotations

from chuangcheng.history.projections import register
from chuangcheng.photos import alike

register(alike.NAME, alike.check, alike.rebuild)
