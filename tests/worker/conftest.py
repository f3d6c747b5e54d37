"""A migrated home to copy."""

from __future__ import annotations

from tests.homes import home, migrated_home

__all__ = ["home", "migrated_home"]
