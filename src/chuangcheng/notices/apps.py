"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class NoticesConfig(RoomConfig):
    """The room notices."""

    name = "chuangcheng.notices"
    label = "notices"
    default = True  # RoomConfig stands in this module too
