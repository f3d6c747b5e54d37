"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class CampaignsConfig(RoomConfig):
    """The room campaigns."""

    name = "chuangcheng.campaigns"
    label = "campaigns"
    default = True  # RoomConfig stands in this module too
