"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class PeopleConfig(RoomConfig):
    """The room people."""

    name = "chuangcheng.people"
    label = "people"
    default = True  # RoomConfig stands in this module too
