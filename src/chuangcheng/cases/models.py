"""The models of the room, one file a concept."""

from chuangcheng.cases.case import Assignment, Case, Outcome, Petition, Remark, RoutingRule
from chuangcheng.cases.report import Report, Source, Watch

__all__ = [
    "Assignment",
    "Case",
    "Outcome",
    "Petition",
    "Remark",
    "Report",
    "RoutingRule",
    "Source",
    "Watch",
]
