"""What the pages' script says, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Name → text; ``{n}`` and the like are filled in by the page."""
    return {**_sending(), **_photos(), **_places(), **_receipt(), **_near()}


def _sending() -> dict[str, str]:
    return {
        "onPhone": _("存在手机上，等待发送。"),
        "photosOnPhone": _("文字已送达，还有照片或视频存在手机上，等待发送。"),
        "offline": _("现在没有网络，联网后打开本页会自动发送。"),
        "sending": _("正在发送…"),
        "sendingPhoto": _("正在发送第 {n} 张照片，共 {of} 张…"),
        "sendingVideo": _("正在发送视频，请保持本页打开…"),
        "safe": _("已安全存在服务器上。"),
        "safeWithout": _("文字已安全存在服务器上，有照片或视频未被接受。"),
        "joined": _("已记下，您可以跟踪这件案件。"),
        "refused": _("没有被接受："),
        "waiting": _("{n} 件还在手机上，等待发送"),
        "looking": _("正在看附近有没有同样的问题…"),
        "needText": _("请选一个问题，或写一句话。"),
        "needComplaint": _("请先选一下：这是不是对工作人员或单位的投诉？"),
        "needPlace": _("请定位、在地图上标一下，或写地址。"),
        "full": _("手机存储空间不足，没能存下。请清理后再试。"),
    }


def _photos() -> dict[str, str]:
    return {
        "near": _("近景"),
        "far": _("远景"),
        "tooMany": _("最多 {most} 张照片，其余 {left} 张没有加入。"),
        "empty": _("这张照片是空文件，请重新拍一张。"),
        "tooLarge": _("这张照片超过 {mb} MB，请换一张。"),
        "unreadable": _("这张照片打不开，请重新拍一张。"),
        "video": _("视频"),
        "videoChosen": _("已选一段视频，{mb} MB"),
        "videoTooLarge": _("视频超过 {mb} MB，请剪短或换一段。"),
        "videoTooLong": _("视频超过 {seconds} 秒，请剪短或换一段。"),
        "videoUnreadable": _("这段视频打不开，请换一段。"),
        "photoSafe": _("服务器已确认，{at}"),
        "photoHere": _("还在手机上"),
        "photoRefused": _("未被接受："),
        "photosSafe": _("照片和视频 {n}/{of} 已确认"),
    }


def _places() -> dict[str, str]:
    return {
        "locating": _("正在定位…"),
        "located": _("已定位，误差约 {metres} 米"),
        "pinnedAt": _("已在地图上标好位置"),
        "noPlace": _("没能取得位置，请在地图上标一下，或写地址。"),
        "denied": _("没有定位权限。请在地图上标一下，或写地址。"),
        "noMap": _("此设备不能显示地图，请写地址。"),
    }


def _receipt() -> dict[str, str]:
    return {
        "number": _("编号"),
        "code": _("查询码"),
        "receivedAt": _("收到时间"),
        "copied": _("已复制"),
        "notCopied": _("没能复制，请截屏"),
        "sure": _("从这部手机上删除这条记录？服务器上的上报不受影响。"),
        "meToo": _("我也遇到：{what}"),
    }


def _near() -> dict[str, str]:
    return {
        "away": _("相距约 {metres} 米"),
        "today": _("今天立案"),
        "daysAgo": _("{days} 天前立案"),
        "people": _("{n} 人反映"),
        "someTrouble": _("城市管理问题"),
    }
