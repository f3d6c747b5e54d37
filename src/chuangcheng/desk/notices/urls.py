"""Addresses of pages of notices, channels and webhooks."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.notices import channels, pages, webhooks

urlpatterns = [
    path("notices/<uuid:notice_id>/", pages.open_notice, name="notice"),
    path("notices/", pages.notice_list, name="notices"),
    path("notices/read/", pages.read_all, name="notices_read"),
    path("notices/wishes/", pages.wishes, name="notice_wishes"),
    path("notices/devices/", pages.subscribe, name="notice_devices"),
    path("notices/devices/<uuid:device_id>/forget/", pages.unsubscribe, name="notice_device_forget"),
    path("notices/failed/", pages.failed_notices, name="notices_failed"),
    path("notices/failed/retry/", pages.retry_failed, name="notices_retry"),
    path("push-worker.js", pages.push_worker, name="push_worker"),
    path("channels/", channels.channel_list, name="channels"),
    path("channels/new/<slug:kind>/", channels.new_channel, name="channel_new"),
    path("channels/<uuid:channel_id>/", channels.edit_channel, name="channel"),
    path("channels/<uuid:channel_id>/switch/", channels.switch_channel, name="channel_switch"),
    path("channels/<uuid:channel_id>/try/", channels.try_channel, name="channel_try"),
    path("webhooks/", webhooks.webhook_list, name="webhooks"),
    path("webhooks/new/", webhooks.new_webhook, name="webhook_new"),
    path("webhooks/<uuid:endpoint_id>/", webhooks.edit_webhook, name="webhook"),
    path("webhooks/<uuid:endpoint_id>/rotate/", webhooks.rotate_webhook, name="webhook_rotate"),
    path("webhooks/<uuid:endpoint_id>/switch/", webhooks.switch_webhook, name="webhook_switch"),
    path("webhooks/<uuid:endpoint_id>/ping/", webhooks.ping_webhook, name="webhook_ping"),
    path("webhooks/<uuid:endpoint_id>/replay/", webhooks.replay_webhook, name="webhook_replay"),
    path("webhooks/sendings/<uuid:sending_id>/", webhooks.sending_page, name="webhook_sending"),
    path("webhooks/sendings/<uuid:sending_id>/replay/", webhooks.replay_sending, name="webhook_sending_replay"),
]
