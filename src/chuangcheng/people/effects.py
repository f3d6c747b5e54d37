"""The room listens to nothing; its projection is declared here, where the worker and the commands find it."""

from __future__ import annotations

from chuangcheng.people import projections

__all__ = ["projections"]
