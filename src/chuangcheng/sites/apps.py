"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class SitesConfig(RoomConfig):
    """The room sites."""

    name = "chuangcheng.sites"
    label = "sites"
    default = True  # RoomConfig stands in this module too
