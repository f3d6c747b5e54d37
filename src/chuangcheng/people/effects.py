"""The room listens to nothing; what hangs on persons and its projection are declared here, where the worker and the
commands find them."""

from __future__ import annotations

from chuangcheng.people import charging, projections

__all__ = ["charging", "projections"]
