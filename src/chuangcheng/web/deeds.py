"""History's codes in words: what was done, and to what."""

from __future__ import annotations

from chuangcheng.cases import timeline
from chuangcheng.kernel.label import Label

#: Subject kinds of history.
SUBJECTS = {
    "report": Label("上报", "Report"),
    "case": Label("案件", "Case"),
    "site": Label("点位", "Site"),
    "visit": Label("到访", "Visit"),
    "unit": Label("单位", "Unit"),
    "edition": Label("体系版本", "Edition"),
    "duty": Label("责任", "Duty"),
    "indicator": Label("指标", "Indicator"),
    "weekly": Label("周报", "Weekly report"),
    "channel": Label("通知渠道", "Notice channel"),
    "endpoint": Label("事件推送", "Webhook"),
}
#: Actions of all rooms but cases, which name their own.
DEEDS = {
    "site.created": Label("登记点位", "Site registered"),
    "site.changed": Label("修改点位", "Site changed"),
    "site.paused": Label("暂停考察", "Site paused"),
    "site.resumed": Label("恢复考察", "Site resumed"),
    "site.closed": Label("撤销点位", "Site closed"),
    "site.reopened": Label("重新启用点位", "Site reopened"),
    "visit.started": Label("开始到访", "Visit begun"),
    "visit.checked": Label("记录检查结果", "Checks recorded"),
    "visit.finished": Label("完成到访", "Visit finished"),
    "visit.abandoned": Label("放弃到访", "Visit given up"),
    "unit.created": Label("新建单位", "Unit made"),
    "unit.changed": Label("修改单位", "Unit changed"),
    "unit.post_given": Label("授予岗位", "Post given"),
    "unit.post_ended": Label("免去岗位", "Post ended"),
    "edition.loaded": Label("载入体系", "Edition loaded"),
    "edition.published": Label("发布体系", "Edition published"),
    "edition.frozen": Label("冻结体系", "Edition frozen"),
    "duty.assigned": Label("落实责任", "Duty assigned"),
    "duty.changed": Label("调整责任", "Duty changed"),
    "indicator.defined": Label("设立指标", "Indicator defined"),
    "indicator.changed": Label("修改指标", "Indicator changed"),
    "indicator.recorded": Label("填报读数", "Reading recorded"),
    "weekly.assembled": Label("汇总周报", "Weekly assembled"),
    "weekly.noted": Label("填写周报说明", "Weekly noted"),
    "weekly.issued": Label("印发周报", "Weekly issued"),
    "channel.saved": Label("设置通知渠道", "Channel set up"),
    "channel.changed": Label("修改通知渠道", "Channel changed"),
    "channel.switched_on": Label("启用通知渠道", "Channel switched on"),
    "channel.switched_off": Label("停用通知渠道", "Channel switched off"),
    "endpoint.saved": Label("设置事件推送", "Webhook set up"),
    "endpoint.changed": Label("修改事件推送", "Webhook changed"),
    "endpoint.rotated": Label("更换推送密钥", "Webhook secret changed"),
    "endpoint.switched_on": Label("启用事件推送", "Webhook switched on"),
    "endpoint.switched_off": Label("停用事件推送", "Webhook switched off"),
}


def deed_of(action: str) -> Label:
    """What ``action`` is called on screen; a code that is not known yet is shown as it stands."""
    return DEEDS.get(action) or timeline.label_of(action)


def subject_of(kind: str) -> Label:
    """What a subject's kind is called on screen."""
    return SUBJECTS.get(kind, Label(kind, kind))
