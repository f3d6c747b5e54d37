"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class LibraryConfig(RoomConfig):
    """The room library."""

    name = "chuangcheng.library"
    label = "library"
    default = True  # RoomConfig stands in this module too
