"""Rights of the room cases."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("reports.view", Label("查看上报", "See reports")),
    Permission("reports.create", Label("上报问题", "Report a problem")),
    Permission("reports.triage", Label("受理上报", "Triage reports")),
    Permission("reports.confirm", Label("核实上报", "Confirm reports")),
    Permission("reports.contact", Label("查看上报人联系方式", "See a reporter's contact")),
    Permission("reports.withdraw", Label("撤回上报", "Withdraw a report")),
    Permission("reports.object", Label("对不受理提出异议", "Object to a refusal")),
    Permission("cases.view", Label("查看案件", "See cases")),
    Permission("cases.dispatch", Label("派遣案件", "Dispatch cases")),
    Permission("cases.pass_on", Label("转派案件", "Pass cases on")),
    Permission("cases.handle", Label("处置案件", "Handle cases")),
    Permission("cases.verify", Label("核查案件", "Verify cases")),
    Permission("cases.close", Label("结案", "Close cases")),
    Permission("cases.approve", Label("审批延期挂账", "Approve petitions")),
)
