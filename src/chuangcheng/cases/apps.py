"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class CasesConfig(RoomConfig):
    """The room cases."""

    name = "chuangcheng.cases"
    label = "cases"
    default = True  # RoomConfig stands in this module too
