"""What history's codes of this room are called."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.risks.states import LIST, OBJECTION, RISK, SANCTION

SUBJECTS: dict[str, Label] = {
    "risk": Label("问题风险", "Risk"),
    "laggardlist": Label("后进名单", "List of laggards"),
    "laggard": Label("名单单位", "Laggard"),
    "rulebook": Label("监测规则", "Watch rules"),
    "sanction": Label("负面清单事项", "Occurrence of the negative list"),
}
DEEDS: dict[str, Label] = {
    "risk.created": Label("登记风险", "Risk entered"),
    "risk.raised": Label("监测规则触发", "Raised by a rule"),
    "risk.recovered": Label("数据恢复，自动缓解", "The figure recovered"),
    "risk.came_back": Label("数据再次越线", "The figure crossed again"),
    "laggardlist.created": Label("系统草拟", "Drafted by the system"),
    "laggard.created": Label("列入名单", "Listed"),
    "rulebook.changed": Label("调整规则", "A rule changed"),
    "rulebook.taken": Label("导入规则", "Rules taken in"),
    "rulebook.put_back": Label("恢复旧版规则", "An older version put back"),
    "sanction.created": Label("登记事项", "Occurrence recorded"),
    **{f"{table.name}.{move.name}": move.label for table in (RISK, LIST, OBJECTION, SANCTION) for move in table.moves},
}
