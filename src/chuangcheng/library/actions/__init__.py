"""Writing the library."""

from chuangcheng.library.actions.documents import (
    add_version,
    amend_document,
    create_document,
    issue_document,
    revive_document,
    take_file,
    withdraw_document,
)
from chuangcheng.library.inputs import DocumentInput

__all__ = [
    "DocumentInput", "add_version", "amend_document", "create_document", "issue_document", "revive_document",
    "take_file", "withdraw_document",
]  # fmt: skip
