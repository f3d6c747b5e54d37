"""The models of the room, one file a concept."""

from chuangcheng.cases.alarm import AlarmKind, PhotoAlarm
from chuangcheng.cases.case import Assignment, Case, Outcome, Petition, Remark, RoutingRule
from chuangcheng.cases.report import Report, Source, Watch

__all__ = [
    "AlarmKind",
    "Assignment",
    "Case",
    "Outcome",
    "Petition",
    "PhotoAlarm",
    "Remark",
    "Report",
    "RoutingRule",
    "Source",
    "Watch",
]
