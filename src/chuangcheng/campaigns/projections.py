"""What follows from the chains of the room."""

from __future__ import annotations

from chuangcheng.campaigns.actions import campaigns, sub_actions, targets
from chuangcheng.campaigns.models import Campaign, SubAction, Target
from chuangcheng.sites.registering import project

project("campaigns.campaign", Campaign, campaigns.FACTS)
project("campaigns.target", Target, targets.FACTS)
project("campaigns.sub_action", SubAction, sub_actions.FACTS)
