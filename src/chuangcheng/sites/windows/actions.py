"""What is said at a window is kept as a fact."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.registering import text_of
from chuangcheng.sites.site import Site, SiteState
from chuangcheng.sites.windows.models import Aspect, Tone, Voice
from chuangcheng.sites.windows.selectors import WINDOW_KINDS

MOST = 1000


def check_voice(*, site: Site, tone: str, aspect: str, text: str) -> str:
    """The words as they will be kept. Refused: ``window.not_one``, ``sites.unknown_choice``, ``sites.missing`` for a
    complaint without words, ``sites.too_long``."""
    if site.kind_code not in WINDOW_KINDS or site.state != SiteState.ACTIVE:
        raise Refused("window.not_one")
    if tone not in Tone.values:
        raise Refused("sites.unknown_choice", column="评价", given=tone)
    if aspect not in Aspect.values:
        raise Refused("sites.unknown_choice", column="方面", given=aspect)
    return text_of(text, "内容", MOST, required=tone == Tone.COMPLAINT)


def hear_voice(
    *, voice_id: UUID, site: Site, tone: str, aspect: str, text: str, report_id: UUID | None = None
) -> tuple[Voice, bool]:
    """Keep one word about a window; the same id again answers with the stored one and False. A complaint names the
    report that the room of cases made of it. Refused as in :func:`check_voice`."""
    said = check_voice(site=site, tone=tone, aspect=aspect, text=text)
    with transaction.atomic():
        return Voice.objects.get_or_create(
            pk=voice_id,
            defaults={"site": site, "tone": tone, "aspect": aspect, "text": said, "report_id": report_id,
                      "said_at": clock.now()},
        )  # fmt: skip
