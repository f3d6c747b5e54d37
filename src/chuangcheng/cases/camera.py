"""When the server believes that our own page took a photo (evidence grade A, law 5).

The flag alone proves nothing: anybody can set it. The page of 随手拍 is handed a pass, the time it was made and a keyed
digest of it. A photo counts as ours only with such a pass, taken while it was good, with a time and a place. Whether
it does depends on the body alone, never on the moment it arrives: the same body again stays the same report.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.photos.actions import Declaration

#: A page stays open, or comes out of the phone's store, at most this long after it was made.
GOOD_FOR = timedelta(hours=24)
#: The phone corrects its clock by the page's own; what is left is the time that the page was on its way.
SLACK = timedelta(minutes=2)


def camera_pass() -> str:
    """A pass made now: seconds since 1970 in UTC, a dot, a keyed digest."""
    stamp = str(int(clock.now().timestamp()))
    return f"{stamp}.{_digest(stamp)}"


def made_at(word: str) -> datetime | None:
    """When the pass was made; None for anything that is no pass of ours."""
    stamp, _, digest = word.partition(".")
    if not (stamp.isdecimal() and stamp.isascii() and len(stamp) <= 12):
        return None
    if not hmac.compare_digest(digest.encode(errors="replace"), _digest(stamp).encode()):
        return None
    return datetime.fromtimestamp(int(stamp), UTC)


def vouched(photo: Declaration, word: str) -> bool:
    """Whether the photo's ``in_camera`` may stand: a pass of ours, and a time and place within what it covers."""
    made = made_at(word)
    if made is None or photo.taken_at is None or photo.lat is None:
        return False
    return made - SLACK <= photo.taken_at <= made + GOOD_FOR


def _digest(stamp: str) -> str:
    return digest_of("camera", stamp)[:32]
