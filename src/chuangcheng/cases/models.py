"""The models of the room, one file a concept."""

from chuangcheng.cases.alarm import AlarmKind, PhotoAlarm
from chuangcheng.cases.case import Assignment, Case, Outcome, Petition, Remark, RoutingRule
from chuangcheng.cases.letter import Letter, MailboxCheck
from chuangcheng.cases.order import Order, Satisfaction
from chuangcheng.cases.provenance import Provenance
from chuangcheng.cases.report import Report, Source, Watch

__all__ = [
    "AlarmKind",
    "Assignment",
    "Case",
    "Letter",
    "MailboxCheck",
    "Order",
    "Outcome",
    "Petition",
    "PhotoAlarm",
    "Provenance",
    "Remark",
    "Report",
    "RoutingRule",
    "Satisfaction",
    "Source",
    "Watch",
]
