"""Writing campaigns: the plan, its targets and readings, its money, its sub-actions."""

from chuangcheng.campaigns.actions.campaigns import amend_campaign, create_campaign, move_campaign, set_task
from chuangcheng.campaigns.actions.money import MoneyInput, enter_money, take_back
from chuangcheng.campaigns.actions.sub_actions import SubActionInput, move_sub_action, save_sub_action
from chuangcheng.campaigns.actions.targets import record_reading, save_target
from chuangcheng.campaigns.inputs import CampaignInput, TargetInput

__all__ = [
    "CampaignInput", "MoneyInput", "SubActionInput", "TargetInput", "amend_campaign", "create_campaign", "enter_money",
    "move_campaign", "move_sub_action", "record_reading", "save_sub_action", "save_target", "set_task", "take_back",
]  # fmt: skip
