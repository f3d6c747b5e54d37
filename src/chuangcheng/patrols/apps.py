"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class PatrolsConfig(RoomConfig):
    """The room patrols."""

    name = "chuangcheng.patrols"
    label = "patrols"
    default = True  # RoomConfig stands in this module too
