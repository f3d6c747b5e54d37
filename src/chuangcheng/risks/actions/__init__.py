"""Writing: the ledger of problems and risks, lists of laggards, occurrences of the negative list."""

from chuangcheng.risks.actions.ledger import RiskInput, enter_risk, link_risk, move_risk
from chuangcheng.risks.actions.lists import announce, answer, approve, draft_list, drop_list, object_to, submit
from chuangcheng.risks.actions.rulebook import change_rule, put_back, take_rules
from chuangcheng.risks.actions.sanctions import decide_sanction, record_sanction

__all__ = [
    "RiskInput", "announce", "answer", "approve", "change_rule", "decide_sanction", "draft_list", "drop_list",
    "enter_risk", "link_risk", "move_risk", "object_to", "put_back", "record_sanction", "submit", "take_rules",
]  # fmt: skip
