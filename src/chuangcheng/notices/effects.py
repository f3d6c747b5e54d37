"""The duties of the room: deliveries that wait are sent, other systems are told, old logs end."""

from __future__ import annotations

from chuangcheng.history.duties import periodic
from chuangcheng.notices import delivering, selectors
from chuangcheng.notices.webhooks import sending

periodic("notices.deliver", 10, needed=selectors.deliveries_wait)(delivering.deliver_pending)
periodic("notices.purge_webhooks", 24 * 3600)(sending.purge)
