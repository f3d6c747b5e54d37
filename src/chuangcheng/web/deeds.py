"""History's codes in words: what was done, and to what."""

from __future__ import annotations

from chuangcheng.cases import timeline
from chuangcheng.kernel.label import Label

#: Subject kinds of history.
SUBJECTS = {
    "report": Label("上报", "Report"),
    "case": Label("案件", "Case"),
    "order": Label("工单", "Order"),
    "site": Label("点位", "Site"),
    "compound": Label("小区", "Compound"),
    "deliberation": Label("五方议事", "Deliberation"),
    "shop": Label("门店", "Shop"),
    "rectification": Label("提醒与整改", "Rectification"),
    "team": Label("专班", "Special team"),
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
    "compound.created": Label("登记小区", "Compound registered"),
    "compound.changed": Label("修改小区", "Compound changed"),
    "compound.graded": Label("评定小区等级", "Compound graded"),
    "compound.contact_seen": Label("查看小区联系人", "Compound's contact seen"),
    "compound.taken_off": Label("撤销小区", "Compound taken off"),
    "compound.put_back": Label("重新列入小区", "Compound put back"),
    "deliberation.created": Label("召集议事", "Deliberation convened"),
    "deliberation.discussed": Label("记录议事", "Meeting recorded"),
    "deliberation.signed": Label("录入签字", "Signature entered"),
    "deliberation.voted": Label("录入表决", "Vote entered"),
    "deliberation.published": Label("开始公示", "Notice put up"),
    "deliberation.objected": Label("记录异议", "Objection recorded"),
    "deliberation.answered": Label("答复异议", "Objection answered"),
    "deliberation.retracted": Label("撤回重议", "Notice taken back"),
    "deliberation.decided": Label("形成决议", "Decided"),
    "deliberation.begun": Label("转入实施", "Work begun"),
    "deliberation.item_linked": Label("议题立案", "Item filed as a case"),
    "deliberation.item_done": Label("议题完成", "Item carried out"),
    "deliberation.finished": Label("议事办结", "Deliberation finished"),
    "deliberation.shelved": Label("搁置议事", "Deliberation shelved"),
    "shop.created": Label("登记门店", "Shop registered"),
    "shop.changed": Label("修改门店", "Shop changed"),
    "shop.checked": Label("检查门前三包", "Shop front checked"),
    "shop.shut": Label("登记停业", "Shop closed"),
    "shop.moved": Label("登记迁出", "Shop moved away"),
    "shop.reopened": Label("恢复营业", "Shop open again"),
    "rectification.created": Label("提醒门店", "Shop reminded"),
    "rectification.served": Label("发整改通知书", "Notice served"),
    "rectification.settled": Label("已整改", "Put right"),
    "rectification.handed_over": Label("移交执法", "Handed over"),
    "rectification.penalty_noted": Label("登记处罚文书", "Penalty document noted"),
    "rectification.no_penalty_noted": Label("未予处罚", "No penalty"),
    "rectification.withdrawn": Label("撤销提醒", "Reminder withdrawn"),
    "team.created": Label("组建专班", "Team set up"),
    "team.changed": Label("调整专班", "Team changed"),
    "team.prolonged": Label("延长专班期限", "Team prolonged"),
    "team.ended": Label("结束专班", "Team ended"),
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
