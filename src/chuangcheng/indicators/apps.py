"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class IndicatorsConfig(RoomConfig):
    """The room indicators."""

    name = "chuangcheng.indicators"
    label = "indicators"
    default = True  # RoomConfig stands in this module too
