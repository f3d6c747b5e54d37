"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class RisksConfig(RoomConfig):
    """The room risks."""

    name = "chuangcheng.risks"
    label = "risks"
    default = True  # RoomConfig stands in this module too
