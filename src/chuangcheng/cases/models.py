"""The models of the room, one file a concept."""

from chuangcheng.cases.alarm import AlarmKind, PhotoAlarm
from chuangcheng.cases.case import Assignment, Case, Outcome, Petition, Remark, RoutingRule
from chuangcheng.cases.instruction import Instruction, InstructionReply, InstructionWords
from chuangcheng.cases.letter import Letter, MailboxCheck
from chuangcheng.cases.order import Order, Satisfaction
from chuangcheng.cases.ownership import OwnerAsk, OwnerSearch
from chuangcheng.cases.provenance import Provenance
from chuangcheng.cases.quickfix import QuickFix
from chuangcheng.cases.recheck import Recheck
from chuangcheng.cases.report import Report, Source, Watch
from chuangcheng.cases.substep import SubStep

__all__ = [
    "AlarmKind",
    "Assignment",
    "Case",
    "Instruction",
    "InstructionReply",
    "InstructionWords",
    "Letter",
    "MailboxCheck",
    "Order",
    "Outcome",
    "OwnerAsk",
    "OwnerSearch",
    "Petition",
    "PhotoAlarm",
    "Provenance",
    "QuickFix",
    "Recheck",
    "Remark",
    "Report",
    "RoutingRule",
    "Satisfaction",
    "Source",
    "SubStep",
    "Watch",
]
