"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class MeetingsConfig(RoomConfig):
    """The room meetings."""

    name = "chuangcheng.meetings"
    label = "meetings"
    default = True  # RoomConfig stands in this module too
