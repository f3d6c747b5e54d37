"""Writing campaigns (plan, targets, readings, money, sub-actions) and attainment drives."""

from chuangcheng.campaigns.actions.campaigns import amend_campaign, create_campaign, move_campaign, set_task
from chuangcheng.campaigns.actions.drives import DriveInput, enrol, move_drive, save_drive, set_checklist
from chuangcheng.campaigns.actions.gaps import assign_gap, finish_gap, make_task
from chuangcheng.campaigns.actions.grading import fill_in, recheck, withdraw_claim
from chuangcheng.campaigns.actions.money import MoneyInput, enter_money, take_back
from chuangcheng.campaigns.actions.sub_actions import SubActionInput, move_sub_action, save_sub_action
from chuangcheng.campaigns.actions.targets import drop_target, record_reading, save_target
from chuangcheng.campaigns.inputs import CampaignInput, TargetInput

__all__ = [
    "CampaignInput", "DriveInput", "MoneyInput", "SubActionInput", "TargetInput", "amend_campaign", "assign_gap",
    "create_campaign", "drop_target", "enrol", "enter_money", "fill_in", "finish_gap", "make_task", "move_campaign",
    "move_drive", "move_sub_action", "recheck", "record_reading", "save_drive", "save_sub_action", "save_target",
    "set_checklist", "set_task", "take_back", "withdraw_claim",
]  # fmt: skip
