"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class BulletinsConfig(RoomConfig):
    """The room bulletins."""

    name = "chuangcheng.bulletins"
    label = "bulletins"
    default = True  # RoomConfig stands in this module too
