"""What every room's ``apps.py`` does: declare its rights, subscribe its effects, register its projections."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """Base of the rooms' configurations."""

    def ready(self) -> None:
        """Import ``policies``, ``effects``, ``projections``, ``jobs`` and ``holdings`` where the room has them."""
        for part in ("policies", "effects", "projections", "jobs", "holdings"):
            if find_spec(f"{self.name}.{part}"):
                import_module(f"{self.name}.{part}")
