"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class CycleConfig(RoomConfig):
    """The room cycle."""

    name = "chuangcheng.cycle"
    label = "cycle"
    default = True  # RoomConfig stands in this module too
