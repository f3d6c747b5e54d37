"""Everything that changes reports and cases, split by concept."""

from chuangcheng.cases.actions.citizens import ask_reopen, decline_reopen, grant_reopen, rate_report, watch_case
from chuangcheng.cases.actions.dispatch import (
    dispatch_case,
    file_case,
    pass_on,
    reopen_case,
    return_case,
    void_case,
)
from chuangcheng.cases.actions.handling import accept_case, add_after_photo, add_photo, handle_case, store_photo
from chuangcheng.cases.actions.merging import merge_case, split_case, unmerge_case
from chuangcheng.cases.actions.petitions import (
    ask_extension,
    ask_suspension,
    decide_petition,
    recompute_provisional,
    resume_case,
    resume_due,
)
from chuangcheng.cases.actions.privacy import see_words
from chuangcheng.cases.actions.recompute import ask_recompute, recompute_some
from chuangcheng.cases.actions.relapses import deny_relapse, find_relapse, mark_relapse
from chuangcheng.cases.actions.reports import (
    Contact,
    create_report,
    ingest_photo,
    object_to_refusal,
    see_contact,
    withdraw_report,
)
from chuangcheng.cases.actions.triage import ask_confirm, confirm_report, file_report, link_report, refuse_report
from chuangcheng.cases.actions.verification import close_case, rework_case, verify_case
from chuangcheng.cases.inputs import CaseInput, ReportInput
from chuangcheng.cases.receipts import code_of
from chuangcheng.cases.routing import ensure_default_routing, save_rule

__all__ = [
    "CaseInput",
    "Contact",
    "ReportInput",
    "accept_case",
    "add_after_photo",
    "add_photo",
    "ask_confirm",
    "ask_extension",
    "ask_recompute",
    "ask_reopen",
    "ask_suspension",
    "close_case",
    "code_of",
    "confirm_report",
    "create_report",
    "decide_petition",
    "decline_reopen",
    "deny_relapse",
    "dispatch_case",
    "ensure_default_routing",
    "file_case",
    "file_report",
    "find_relapse",
    "grant_reopen",
    "handle_case",
    "ingest_photo",
    "link_report",
    "mark_relapse",
    "merge_case",
    "object_to_refusal",
    "pass_on",
    "rate_report",
    "recompute_provisional",
    "recompute_some",
    "refuse_report",
    "reopen_case",
    "resume_case",
    "resume_due",
    "return_case",
    "rework_case",
    "save_rule",
    "see_contact",
    "see_words",
    "split_case",
    "store_photo",
    "unmerge_case",
    "verify_case",
    "void_case",
    "watch_case",
    "withdraw_report",
]
