"""Units hear that their campaigns fall behind."""

from __future__ import annotations

from datetime import date

from chuangcheng.campaigns.models import Campaign, Target
from chuangcheng.campaigns.selectors import standing_of
from chuangcheng.campaigns.states import LIVE
from chuangcheng.history.duties import periodic
from chuangcheng.kernel import clock, progress
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people.selectors import holding


@periodic("campaigns.behind", 6 * 3600)
def tell_behind() -> int:
    """One notice a campaign for the targets that have fallen behind their plan, or further behind, since its unit last
    heard of them, none within a week of the last; how many campaigns were told. The office sees them in its list."""
    if sunk():
        return 0
    today = clock.today().date()
    rows = Campaign.objects.filter(state__in=LIVE).select_related("lead").order_by("number")
    return sum(_tell(row, found, today) for row, found in standing_of(rows, today).items())


def _tell(campaign: Campaign, found: list[tuple[Target, progress.Standing]], today: date) -> bool:
    fresh: list[progress.Standing] = []
    for target, standing in found:
        band = progress.band(standing)
        if progress.news(band, target.told_band, target.told_on, today):
            fresh.append(standing)
            Target.objects.filter(pk=target.pk).update(told_band=band, told_on=today)
        elif band < target.told_band:
            Target.objects.filter(pk=target.pk).update(told_band=band)
    if fresh:
        worst = f"{float(max(each.lag for each in fresh)):.0%}"
        text = Label(f"{len(fresh)} 项目标落后于计划，最多落后 {worst}：{campaign.title}",
                     f"{len(fresh)} targets are behind their plan, by {worst} at most: {campaign.title}")  # fmt: skip
        notify(key=f"behind:{campaign.pk.hex}:{today:%y%m%d}", persons=holding("campaigns.report", campaign.lead),
               topic="campaign.behind", subject=("campaign", campaign.pk), text=text,
               url=f"/desk/campaigns/{campaign.pk}/")  # fmt: skip
    return bool(fresh)
