"""Everything that changes reports and cases, split by concept."""

from chuangcheng.cases.actions.apart import part_cases, part_report
from chuangcheng.cases.actions.citizens import ask_reopen, decline_reopen, grant_reopen, rate_report, watch_case
from chuangcheng.cases.actions.dispatch import (
    claim_case,
    dispatch_case,
    file_case,
    pass_on,
    reopen_case,
    void_case,
)
from chuangcheng.cases.actions.entry import ON_BEHALF, ProvenanceInput, enter_report, take_order
from chuangcheng.cases.actions.flags import flag_case, unflag_case
from chuangcheng.cases.actions.handling import accept_case, add_after_photo, add_photo, handle_case, store_photo
from chuangcheng.cases.actions.helping import add_co, finish_co, release_co
from chuangcheng.cases.actions.instructions import (
    enter_instruction,
    judge_reply,
    note_read,
    object_to_instruction,
    postpone_instruction,
    reply_instruction,
    withdraw_instruction,
)
from chuangcheng.cases.actions.merging import merge_case, split_case, unmerge_case
from chuangcheng.cases.actions.orders import (
    ask_removal,
    change_due,
    decide_removal,
    draft_replies,
    draft_reply,
    record_callback,
    send_reply,
)
from chuangcheng.cases.actions.owners import (
    answer_owner,
    ask_owner,
    name_owner,
    no_owner,
    rule_owner,
    seek_owner,
    seek_unrouted,
)
from chuangcheng.cases.actions.petitions import (
    ask_extension,
    ask_suspension,
    decide_petition,
    recompute_provisional,
    resume_case,
    resume_due,
)
from chuangcheng.cases.actions.planning import StepInput, finish_step, plan_steps
from chuangcheng.cases.actions.privacy import see_words
from chuangcheng.cases.actions.quickfixes import (
    ingest_quickfix_photo,
    lapse_looks,
    look_again,
    note_relapses,
    record_quickfix,
)
from chuangcheng.cases.actions.rechecks import answer_recheck, draw_rechecks, drop_rechecks, lapse_rechecks
from chuangcheng.cases.actions.recompute import ask_recompute, recompute_some
from chuangcheng.cases.actions.relapses import deny_relapse, find_relapses, mark_relapse
from chuangcheng.cases.actions.reports import (
    Contact,
    create_report,
    ingest_film,
    ingest_photo,
    object_to_refusal,
    see_contact,
    withdraw_report,
)
from chuangcheng.cases.actions.returns import arbitrate_case, return_case
from chuangcheng.cases.actions.triage import ask_confirm, confirm_report, file_report, link_report, refuse_report
from chuangcheng.cases.actions.verdicts import VerdictInput, give_verdict, ingest_verdict_photo
from chuangcheng.cases.actions.verification import close_case, rework_case, verify_case
from chuangcheng.cases.inputs import CaseInput, ReportInput
from chuangcheng.cases.instruction_inputs import InstructionInput
from chuangcheng.cases.obligations import Callback
from chuangcheng.cases.quickfix_inputs import QuickFixInput
from chuangcheng.cases.receipts import code_of
from chuangcheng.cases.routing import ensure_default_routing, save_rule

__all__ = [
    "ON_BEHALF",
    "Callback",
    "CaseInput",
    "Contact",
    "InstructionInput",
    "ProvenanceInput",
    "QuickFixInput",
    "ReportInput",
    "StepInput",
    "VerdictInput",
    "accept_case",
    "add_after_photo",
    "add_co",
    "add_photo",
    "answer_owner",
    "answer_recheck",
    "arbitrate_case",
    "ask_confirm",
    "ask_extension",
    "ask_owner",
    "ask_recompute",
    "ask_removal",
    "ask_reopen",
    "ask_suspension",
    "change_due",
    "claim_case",
    "close_case",
    "code_of",
    "confirm_report",
    "create_report",
    "decide_petition",
    "decide_removal",
    "decline_reopen",
    "deny_relapse",
    "dispatch_case",
    "draft_replies",
    "draft_reply",
    "draw_rechecks",
    "drop_rechecks",
    "ensure_default_routing",
    "enter_instruction",
    "enter_report",
    "file_case",
    "file_report",
    "find_relapses",
    "finish_co",
    "finish_step",
    "flag_case",
    "give_verdict",
    "grant_reopen",
    "handle_case",
    "ingest_film",
    "ingest_photo",
    "ingest_quickfix_photo",
    "ingest_verdict_photo",
    "judge_reply",
    "lapse_looks",
    "lapse_rechecks",
    "link_report",
    "look_again",
    "mark_relapse",
    "merge_case",
    "name_owner",
    "no_owner",
    "note_read",
    "note_relapses",
    "object_to_instruction",
    "object_to_refusal",
    "part_cases",
    "part_report",
    "pass_on",
    "plan_steps",
    "postpone_instruction",
    "rate_report",
    "recompute_provisional",
    "recompute_some",
    "record_callback",
    "record_quickfix",
    "refuse_report",
    "release_co",
    "reopen_case",
    "reply_instruction",
    "resume_case",
    "resume_due",
    "return_case",
    "rework_case",
    "rule_owner",
    "save_rule",
    "see_contact",
    "see_words",
    "seek_owner",
    "seek_unrouted",
    "send_reply",
    "split_case",
    "store_photo",
    "take_order",
    "unflag_case",
    "unmerge_case",
    "verify_case",
    "void_case",
    "watch_case",
    "withdraw_instruction",
    "withdraw_report",
]
