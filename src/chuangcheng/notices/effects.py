"""The duty of the room: mails that wait are sent."""

from __future__ import annotations

from chuangcheng.history.duties import periodic
from chuangcheng.notices import actions, selectors

periodic("notices.deliver", 30, needed=selectors.mails_wait)(actions.deliver_pending)
