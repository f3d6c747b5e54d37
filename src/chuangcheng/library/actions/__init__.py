"""Writing the library: documents, and training sessions."""

from chuangcheng.library.actions.documents import (
    add_version,
    amend_document,
    create_document,
    issue_document,
    revive_document,
    take_file,
    withdraw_document,
)
from chuangcheng.library.actions.trainings import (
    amend_training,
    cancel_training,
    close_training,
    equip_training,
    hold_training,
    list_guests,
    mark_present,
    plan_training,
    sign_in_by_code,
)
from chuangcheng.library.inputs import DocumentInput, TrainingInput

__all__ = [
    "DocumentInput", "TrainingInput", "add_version", "amend_document", "amend_training", "cancel_training",
    "close_training", "create_document", "equip_training", "hold_training", "issue_document", "list_guests",
    "mark_present", "plan_training", "revive_document", "sign_in_by_code", "take_file", "withdraw_document",
]  # fmt: skip
