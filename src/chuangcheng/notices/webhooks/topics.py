"""Which events other systems may hear of. Rooms declare them; only codes, ids, times and numbers ever leave."""

from __future__ import annotations

from collections.abc import Mapping

from chuangcheng.kernel.label import Label

PING = "webhook.ping"
_topics: dict[str, Label] = {PING: Label("连通测试", "Test of the connection")}


def declare(topics: Mapping[str, Label]) -> None:
    """Called by a room when it is loaded."""
    _topics.update(topics)


def declared() -> dict[str, Label]:
    """Every topic that an endpoint can listen to, the test apart."""
    return {topic: label for topic, label in _topics.items() if topic != PING}


def label_of(topic: str) -> Label:
    """What a topic is called on screen."""
    return _topics.get(topic, Label(topic, topic))
