"""Registers the room with Django."""

from importlib import import_module

from chuangcheng.history.room import RoomConfig


class FrameworkConfig(RoomConfig):
    """The room framework."""

    name = "chuangcheng.framework"
    label = "framework"
    default = True  # RoomConfig stands in this module too

    def ready(self) -> None:
        """Besides what every room does, register what the framework itself carries between editions."""
        super().ready()
        import_module("chuangcheng.framework.heirlooms")
