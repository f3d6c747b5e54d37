"""Made-up messages for the tests of triage: three kinds of trouble in many places, said in different ways."""

from __future__ import annotations

from itertools import product

from chuangcheng.kernel.triage.learning import Example

PLACES = ("幸福路", "解放街", "永安里", "长乐坊", "新华巷", "东湖边", "河西桥", "人民广场")
SAYINGS = {
    "垃圾": ("{}垃圾桶满了没人清运", "{}一堆生活垃圾发臭", "请清理{}的暴露垃圾", "{}垃圾箱旁边脏乱"),
    "路灯": ("{}路灯不亮晚上看不见", "{}的路灯坏了三天", "请修{}的路灯", "夜里{}一片漆黑路灯没电"),
    "噪声": ("{}工地夜间施工噪音扰民", "{}烧烤店吵到半夜", "{}广场舞音响太吵", "深夜{}打桩声睡不着"),
}


def messages(places: tuple[str, ...] = PLACES) -> list[Example]:
    """One example for each place and saying; a place's messages are one group of repeats for no label."""
    return [
        Example(saying.format(place), label)
        for label, sayings in SAYINGS.items()
        for place, saying in product(places, sayings)
    ]


def definitions() -> list[Example]:
    """What each kind is called, for a city without messages."""
    words = {"垃圾": "暴露垃圾、垃圾满溢", "路灯": "路灯不亮", "噪声": "噪声扰民"}
    return [Example(text, label, prior=True) for label, text in words.items()]
