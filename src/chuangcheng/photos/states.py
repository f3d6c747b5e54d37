"""Whether anybody may see a photo: nothing is public before somebody has looked at it (先审后发)."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

RELEASE = StateTable(
    "release",
    states=(
        State("private", Label("未公开", "Not public"), final=True),
        State("released", Label("已公开", "Public")),
    ),
    moves=(
        Move("release", ("private", "released"), "released", "photos.release", Label("公开照片", "Publish the photo")),
        Move("withdraw", ("released",), "private", "photos.release", Label("撤回公开", "Take it back")),
    ),
)
