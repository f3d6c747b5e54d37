"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class ScoringConfig(RoomConfig):
    """The room scoring."""

    name = "chuangcheng.scoring"
    label = "scoring"
    default = True  # RoomConfig stands in this module too
