"""The left rail: rooms in the order of the loop, only those that exist and that the post may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import instructions
from chuangcheng.kernel.actor import Actor
from chuangcheng.web.pages import holds


@dataclass(frozen=True)
class Link:
    """One page: the name of its address, its word, and the right that opens it."""

    name: str
    label: str | Promise
    permission: str
    count: Callable[[Actor], int] | None = None  # how much waits there for the reader; asked for every page


@dataclass(frozen=True)
class Room:
    """One word of the loop with its pages; the first one shown is the room's own address."""

    key: str
    label: str | Promise
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Shown:
    """A room or a page as the rail shows it."""

    label: str | Promise
    url: str
    current: bool
    links: tuple[Shown, ...] = ()
    count: int = 0


ROOMS = (
    Room("today", _("今日"), (
        Link("desk:home", _("今日"), "desk.enter"),
        Link("desk:worklist", _("待办"), "cases.handle"),
        Link("desk:day", _("日工作单"), "bulletins.view"),
    )),
    Room("issues", _("问题"), (
        Link("desk:reports", _("上报"), "reports.view"),
        Link("desk:cases", _("案件"), "cases.view"),
        Link("desk:orders", _("工单"), "orders.view"),
        Link("desk:instructions", _("领导批示"), "instructions.view", instructions.waiting),
        Link("desk:mailbox", _("信箱"), "reports.triage"),
        Link("desk:ownerless", _("找主人"), "owners.view"),
        Link("desk:claimable", _("认领"), "cases.claim"),
        Link("desk:quickfixes", _("即知即改"), "quickfixes.view"),
        Link("desk:rechecks", _("抽查复核"), "rechecks.view"),
        Link("desk:triage", _("分类建议"), "reports.triage"),
        Link("desk:photo_alarms", _("照片警报"), "alarms.view"),
        Link("desk:complaints", _("投诉转交"), "reports.complaints"),
        Link("desk:rates", _("办理比率"), "cases.view"),
    )),
    Room("sites", _("点位"), (
        Link("desk:sites", _("点位"), "sites.view"),
        Link("desk:compounds", _("小区"), "compounds.view"),
        Link("desk:deliberations", _("议事"), "compounds.view"),
        Link("desk:shops", _("门店"), "shops.view"),
        Link("desk:sponsorships", _("包联"), "sponsorships.view"),
        Link("desk:teams", _("专班"), "teams.view"),
        Link("desk:windows", _("窗口"), "windows.view"),
    )),
    Room("tasks", _("任务"), (
        Link("desk:tasks", _("台账"), "tasks.view"),
        Link("desk:task_debts", _("要账"), "tasks.view"),
        Link("desk:meetings", _("会议"), "meetings.view"),
        Link("desk:campaigns", _("攻坚行动"), "campaigns.view"),
        Link("desk:drives", _("达标创建"), "drives.view"),
    )),
    Room("assessment", _("测评"), (
        Link("desk:scores", _("评分"), "scores.view"),
        Link("desk:framework", _("体系"), "framework.view"),
        Link("desk:matrix", _("分解"), "framework.view"),
        Link("desk:cycle", _("周期"), "cycle.view"),
        Link("desk:indicators", _("指标"), "indicators.view"),
        Link("desk:time_rules", _("时限"), "framework.view"),
        Link("desk:routing", _("派遣规则"), "framework.view"),
    )),
    Room("patrols", _("督查"), (
        Link("desk:visits", _("到访"), "visits.view"),
        Link("desk:league", _("赛马"), "scores.view"),
        Link("desk:risk_board", _("风险"), "risks.view"),
    )),
    Room("bulletins", _("报告"), (
        Link("desk:weeklies", _("周报"), "bulletins.view"),
        Link("desk:summaries", _("周小结"), "bulletins.view"),
        Link("desk:documents", _("文件库"), "library.view"),
    )),
    Room("settings", _("设置"), (
        Link("desk:units", _("单位"), "people.view"),
        Link("desk:places", _("区划"), "places.view"),
        Link("desk:history", _("历史"), "history.view"),
        Link("desk:channels", _("渠道"), "notices.channels"),
        Link("desk:webhooks", _("推送"), "notices.webhooks"),
        Link("desk:notices_failed", _("通知"), "notices.failed"),
    )),
)  # fmt: skip


def rail(request: HttpRequest) -> list[Shown]:
    """The rooms for this request; a room with several pages lists them."""
    rooms = []
    for room in ROOMS:
        links = [shown for link in room.links if (shown := _show(link, request))]
        if links:
            current = any(link.current for link in links)
            rooms.append(Shown(room.label, links[0].url, current, tuple(links) if len(links) > 1 else ()))
    return rooms


def _show(link: Link, request: HttpRequest) -> Shown | None:
    if not holds(request, link.permission):
        return None
    try:
        url = reverse(link.name)
    except NoReverseMatch:
        return None  # the room is not built yet
    current = request.path == url or (url != reverse("desk:home") and request.path.startswith(url))
    actor = getattr(request, "actor", None)
    return Shown(link.label, url, current, count=link.count(actor) if link.count and actor else 0)
