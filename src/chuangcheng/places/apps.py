"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class PlacesConfig(RoomConfig):
    """The room places."""

    name = "chuangcheng.places"
    label = "places"
    default = True  # RoomConfig stands in this module too
