"""Registers the room with Django."""

from chuangcheng.history.room import RoomConfig


class TasksConfig(RoomConfig):
    """The room tasks."""

    name = "chuangcheng.tasks"
    label = "tasks"
    default = True  # RoomConfig stands in this module too
