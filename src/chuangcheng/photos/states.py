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

#: A short video. Nobody decides: the upload's check and the worker do.
FILM = StateTable(
    "film",
    states=(
        State("declared", Label("尚未送达", "Not arrived")),
        State("waiting", Label("已送达，等待处理", "Arrived, waiting to be processed")),
        State("stored", Label("已存", "Stored"), final=True),
        State("refused", Label("未被接受", "Not accepted"), final=True),
    ),
    moves=(
        Move("receive", ("declared",), "waiting", "desk.enter", Label("收到", "Receive")),
        Move("keep", ("waiting",), "stored", "desk.enter", Label("存下", "Keep")),
        Move("refuse", ("declared", "waiting"), "refused", "desk.enter", Label("不接受", "Refuse"), needs=("reason",)),
    ),
)
