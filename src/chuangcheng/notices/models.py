"""Notices to persons and what became of each delivery, and how they travel. A failed delivery shows on a page, it
never hides."""

from __future__ import annotations

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.notices.webhooks.models import Endpoint, Message, Sending
from chuangcheng.people.models import Person, Unit

__all__ = [
    "Alarm", "Channel", "ChannelKind", "Delivery", "DeliveryState", "Device", "Endpoint", "Message", "Notice",
    "Preference", "Sending",
]  # fmt: skip


class Notice(models.Model):
    """One message to one person, about one subject. ``key`` makes the effect that wrote it idempotent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    topic = models.CharField(max_length=48)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    text = models.JSONField()  # {"zh": ..., "en": ...}
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-created_at"])]


class ChannelKind(models.TextChoices):
    """The ways out of the house. Mail and web push need no :class:`Channel`: the home's settings and keys do."""

    MAIL = "mail", "邮件"
    WEB_PUSH = "web_push", "浏览器推送"
    WECOM_ROBOT = "wecom_robot", "企业微信群机器人"
    WECOM_APP = "wecom_app", "企业微信应用"
    DINGTALK_ROBOT = "dingtalk_robot", "钉钉群机器人"
    FEISHU_ROBOT = "feishu_robot", "飞书群机器人"


#: Kinds that speak to a group; the others speak to one person.
ROBOTS = (ChannelKind.WECOM_ROBOT, ChannelKind.DINGTALK_ROBOT, ChannelKind.FEISHU_ROBOT)


class Channel(Chained):
    """A robot in a unit's group, or an application of the city, that was set up to carry notices. Its address and
    secrets stand encrypted in ``settings_cipher``; history keeps only a keyed digest of them."""

    kind = models.CharField(max_length=16, choices=ChannelKind.choices)
    name = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="channels")  # None: the city
    settings_cipher = models.BinaryField()
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    resting_until = models.DateTimeField(null=True, blank=True)  # after a rate limit or an outage
    trouble = models.CharField(max_length=40, blank=True)  # code of the last refusal, "" after a success

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """What a person chose. Without a row the defaults of the fields count. The site's own message always comes."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="notice_preference")
    mail = models.BooleanField(default=True)
    web_push = models.BooleanField(default=True)
    app = models.BooleanField(default=True)
    robot = models.BooleanField(default=True)  # the group robots of the person's units
    quiet_from = models.PositiveSmallIntegerField(default=22)  # hours of the city's day; equal: never quiet
    quiet_to = models.PositiveSmallIntegerField(default=7)
    wecom_cipher = models.BinaryField(blank=True, default=b"")  # the person's account in 企业微信
    updated_at = models.DateTimeField()


class Device(models.Model):
    """A browser that a person let receive web push. Who knows its address may send to it, so it is a secret."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="devices")
    index = models.CharField(max_length=64, unique=True)  # keyed digest of the address
    subscription_cipher = models.BinaryField()  # {"endpoint", "p256dh", "auth"}
    created_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True, blank=True)


class DeliveryState(models.TextChoices):
    """What became of one try."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"


class Delivery(models.Model):
    """A notice on its way through one channel. A group hears each piece of news once, however many of its members
    were told: ``news`` is the notice's key without the person."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=16, choices=ChannelKind.choices)
    through = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="deliveries")
    news = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()
    due_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel"], condition=models.Q(through=None), name="notices_delivery_once"
            ),
            models.UniqueConstraint(fields=["notice", "through"], name="notices_delivery_through_once"),
            models.UniqueConstraint(
                fields=["through", "news"], condition=models.Q(channel__in=ROBOTS), name="notices_group_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(state="waiting"), name="notices_delivery_due")
        ]


class Alarm(models.Model):
    """When a subject wants attention next. One row a subject: setting it again moves it."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    due_at = models.DateTimeField()
    note = models.CharField(max_length=80, blank=True)  # what the room that set it wants to find again

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="notices_alarm_once")]
        indexes = [models.Index(fields=["kind", "due_at"], name="notices_alarm_due")]
