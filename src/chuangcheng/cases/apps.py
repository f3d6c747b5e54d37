"""Registers the room with Django."""

from importlib import import_module

from chuangcheng.history.room import RoomConfig


class CasesConfig(RoomConfig):
    """The room cases."""

    name = "chuangcheng.cases"
    label = "cases"
    default = True  # RoomConfig stands in this module too

    def ready(self) -> None:
        """Besides what every room has: the ladder of reminders, and what other systems hear."""
        super().ready()
        effects = ("handling", "owner", "ladder", "alarm", "order", "quickfix", "compound", "recheck", "instruction")
        for part in (*(f"{name}_effects" for name in effects), "mailbox", "webhooks"):
            import_module(f"{self.name}.{part}")
