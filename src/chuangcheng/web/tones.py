"""Which look a state has. Colours say the phase of work only; red is kept for overdue, refusal and cards."""

from __future__ import annotations

from datetime import datetime

from chuangcheng.cases.status import SOON

#: Look of a state: waiting ○, working ◐, checking ●, done ● green, held ■ amber, off –, bad ▲ red.
TONES = {
    ("report", "received"): "waiting",
    ("report", "pending_confirm"): "working",
    ("report", "filed"): "done",
    ("report", "linked"): "done",
    ("report", "withdrawn"): "off",
    ("report", "not_accepted"): "off",
    ("report", "referred"): "off",
    ("photoalarm", "open"): "waiting",
    ("photoalarm", "fraud"): "bad",
    ("photoalarm", "harmless"): "done",
    ("release", "released"): "done",
    ("case", "filed"): "waiting",
    ("case", "dispatched"): "waiting",
    ("case", "handling"): "working",
    ("case", "handled"): "checking",
    ("case", "verified"): "checking",
    ("case", "suspended"): "held",
    ("case", "arbitrating"): "held",
    ("case", "closed"): "done",
    ("case", "void"): "off",
    ("case", "merged"): "off",
    ("letter", "taken"): "done",
    ("letter", "ignored"): "off",
    ("letter", "broken"): "bad",
    ("order", "open"): "waiting",
    ("order", "drafted"): "working",
    ("order", "replied"): "done",
    ("quickfix", "recorded"): "done",
    ("quickfix", "sampled"): "waiting",
    ("quickfix", "held"): "done",
    ("quickfix", "relapsed"): "bad",
    ("recheck", "waiting"): "waiting",
    ("recheck", "fixed"): "done",
    ("recheck", "not_fixed"): "bad",
    ("recheck", "missed"): "off",
    ("recheck", "dropped"): "off",
    ("instruction", "open"): "working",
    ("instruction", "done"): "done",
    ("instruction", "objected"): "bad",
    ("instructionreply", "waiting"): "waiting",
    ("instructionreply", "replied"): "checking",
    ("instructionreply", "sent_back"): "bad",
    ("instructionreply", "accepted"): "done",
    ("ownersearch", "open"): "working",
    ("ownersearch", "found"): "done",
    ("ownersearch", "ruled"): "done",
    ("ownersearch", "nobodys"): "done",
    ("ownersearch", "dropped"): "off",
    ("assignment", "open"): "working",
    ("assignment", "done"): "done",
    ("petition", "asked"): "waiting",
    ("petition", "granted"): "done",
    ("visit", "open"): "working",
    ("visit", "finished"): "done",
    ("edition", "draft"): "waiting",
    ("edition", "published"): "done",
    ("edition", "frozen"): "held",
    ("site", "active"): "done",
    ("site", "paused"): "held",
    ("compound", "active"): "done",
    ("deliberation", "convened"): "waiting",
    ("deliberation", "discussed"): "working",
    ("deliberation", "notice"): "held",
    ("deliberation", "decided"): "checking",
    ("deliberation", "working"): "working",
    ("deliberation", "done"): "done",
    ("shop", "open"): "done",
    ("rectification", "reminded"): "waiting",
    ("rectification", "noticed"): "working",
    ("rectification", "handed_over"): "held",
    ("rectification", "done"): "done",
    ("rectification", "concluded"): "done",
    ("team", "active"): "working",
    ("team", "ended"): "done",
    ("task", "not_started"): "waiting",
    ("task", "under_way"): "working",
    ("task", "in_review"): "checking",
    ("task", "struck_off"): "done",
    ("task", "upheld"): "held",
    ("task", "relapsed"): "bad",
    ("cycle", "applicant"): "waiting",
    ("cycle", "nominee"): "working",
    ("cycle", "holder"): "done",
    ("freeze", "set"): "held",
    ("meeting", "planned"): "waiting",
    ("meeting", "called"): "working",
    ("meeting", "postponed"): "held",
    ("meeting", "held"): "checking",
    ("meeting", "minuted"): "checking",
    ("meeting", "issued"): "done",
    ("campaign", "planned"): "waiting",
    ("campaign", "running"): "working",
    ("campaign", "reviewing"): "checking",
    ("campaign", "finished"): "done",
    ("campaign", "cancelled"): "off",
    ("subaction", "planned"): "waiting",
    ("subaction", "running"): "working",
    ("subaction", "done"): "done",
    ("subaction", "cancelled"): "off",
    ("weekly", "draft"): "waiting",
    ("weekly", "issued"): "done",
    ("delivery", "waiting"): "waiting",
    ("delivery", "sent"): "done",
    ("delivery", "failed"): "bad",
    ("job", "waiting"): "waiting",
    ("job", "running"): "working",
    ("job", "done"): "done",
    ("job", "failed"): "bad",
    ("sending", "waiting"): "waiting",
    ("sending", "sent"): "done",
    ("sending", "failed"): "bad",
}


def of(kind: str, code: str) -> str:
    """The look of a state; anything unnamed is ``off``."""
    return TONES.get((kind, code), "off")


def deadline(at: datetime | None, now: datetime, *, ended: bool = False, on_time: bool | None = None) -> str:
    """``none``, ``met`` or ``late`` once ended, else ``overdue``, ``soon`` or ``running``."""
    if ended:
        return "none" if on_time is None else "met" if on_time else "late"
    if at is None:
        return "none"
    if at < now:
        return "overdue"
    return "soon" if at - now <= SOON else "running"
