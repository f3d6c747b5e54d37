"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class HistoryConfig(RoomConfig):
    """The room history."""

    name = "chuangcheng.history"
    label = "history"
    default = True  # RoomConfig stands in this module too
