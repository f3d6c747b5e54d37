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
        parts = ("handling_effects", "ladder_effects", "alarm_effects", "mailbox", "order_effects", "quickfix_effects")
        for part in (*parts, "webhooks", "compound_effects", "recheck_effects", "instruction_effects"):
            import_module(f"{self.name}.{part}")
