"""The privacy notice, by version. A report says which one its sender was shown; an old text is never changed, a new
one gets a new version in front."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Notice:
    """One version: headings with their paragraphs."""

    version: str
    since: date
    sections: tuple[tuple[Words, Words], ...]


_2026_11: tuple[tuple[Words, Words], ...] = (
    (
        _("收集什么"),
        _("您写的文字、拍的照片、您标的位置和时间。姓名和电话可以不留。不需要注册，不读取通讯录和相册里的其他照片。"),
    ),
    (
        _("用来做什么"),
        _(
            "核实问题、派给该办的单位、向您回复。照片自带的拍摄时间和位置用来证明问题在哪里、什么时候拍的。"
            "不用于别的事。"
        ),
    ),
    (
        _("谁能看到"),
        _(
            "受理人员和承办单位能看到问题、照片和位置。联系方式加密保存，只有负责回复的人能看，每看一次都有记录，"
            "不会交给被反映的单位。"
        ),
    ),
    (
        _("公开什么"),
        _("您写的和拍的内容，审核和遮盖之前不公开。别人在附近上报时，只会看到问题类别、距离和立案时间。"),
    ),
    (
        _("保存多久"),
        _("联系方式在案件办结后按规定期限删除。编号、时间和办理经过长期保存，其中没有姓名和电话。"),
    ),
    (
        _("手机上存什么"),
        _("没发出去的内容存在您手机的浏览器里，送达后清除文字和照片，只留回执。您可以随时在“我的上报”里删除。"),
    ),
    (
        _("您的权利"),
        _("凭编号和查询码可以查询、撤回、提出异议、要求更正或删除。不能上网时可拨打 12345。"),
    ),
)

#: Since photos may be published, and complaints about staff leave the system.
_2026_11_2: tuple[tuple[Words, Words], ...] = (
    *_2026_11[:2],
    (
        _("谁能看到"),
        _(
            "受理人员和承办单位能看到问题、照片和位置。文字里的电话、证件号和车牌，只有正在办理的人能看到，别人看到的是"
            "遮住的。联系方式加密保存，只有负责回复的人能看，每看一次都有记录，不会交给被反映的单位。"
        ),
    ),
    (
        _("公开什么"),
        _(
            "您写的和拍的内容，审核之前不公开。公开的文字遮住电话、证件号和车牌；公开的照片由人工逐张审看，遮住人脸和"
            "车牌，公开的是另存的副本。"
        ),
    ),
    (
        _("投诉工作人员或单位"),
        _("不在本系统办理，由专人转 12345、信访或纪检监察机关。被反映的单位和它的上级在本系统里看不到。"),
    ),
    *_2026_11[4:],
)

#: Since a short video may go along.
_2026_11_3: tuple[tuple[Words, Words], ...] = (
    (
        _("收集什么"),
        _(
            "您写的文字、拍的照片、视频和其中的声音、您标的位置和时间。姓名和电话可以不留。不需要注册，不读取通讯录和"
            "相册里的其他内容。"
        ),
    ),
    *_2026_11_2[1:3],
    (
        _("公开什么"),
        _(
            "您写的和拍的内容，审核之前不公开。公开的文字遮住电话、证件号和车牌；公开的照片由人工逐张审看，遮住人脸和"
            "车牌，公开的是另存的副本。视频不公开。"
        ),
    ),
    *_2026_11_2[4:-2],
    (
        _("手机上存什么"),
        _("没发出去的内容存在您手机的浏览器里，送达后清除文字、照片和视频，只留回执。您可以随时在“我的上报”里删除。"),
    ),
    _2026_11_2[-1],
)

NOTICES = (
    Notice("2026-11-3", date(2026, 11, 22), _2026_11_3),
    Notice("2026-11-2", date(2026, 11, 22), _2026_11_2),
    Notice("2026-11", date(2026, 11, 22), _2026_11),
)


def current() -> Notice:
    """The version in force."""
    return NOTICES[0]


def of_version(version: str) -> Notice | None:
    """The notice of that version, if there ever was one."""
    return next((notice for notice in NOTICES if notice.version == version), None)
