"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class FrameworkConfig(RoomConfig):
    """The room framework."""

    name = "chuangcheng.framework"
    label = "framework"
    default = True  # RoomConfig stands in this module too
