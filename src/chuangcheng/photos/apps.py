"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class PhotosConfig(RoomConfig):
    """The room photos."""

    name = "chuangcheng.photos"
    label = "photos"
    default = True  # RoomConfig stands in this module too
