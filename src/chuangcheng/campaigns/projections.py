"""What follows from the chains of the room."""

from __future__ import annotations

from chuangcheng.campaigns.actions import campaigns, drives, gaps, sub_actions, targets
from chuangcheng.campaigns.models import Campaign, Drive, DriveGap, DrivePlace, SubAction, Target
from chuangcheng.sites.registering import project

project("campaigns.campaign", Campaign, campaigns.FACTS)
project("campaigns.target", Target, targets.FACTS)
project("campaigns.sub_action", SubAction, sub_actions.FACTS)
project("campaigns.drive", Drive, drives.FACTS)
project("campaigns.drive_place", DrivePlace, drives.PLACE_FACTS)
project("campaigns.drive_gap", DriveGap, gaps.GAP_FACTS)
