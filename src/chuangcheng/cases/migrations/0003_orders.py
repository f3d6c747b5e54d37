"""Orders of the hotline and the other doors."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations, models

from chuangcheng.kernel.digest import GENESIS
from chuangcheng.kernel.ids import new_id

SOURCES = [
    ("portal", "随手拍"), ("hotline", "12345热线"), ("mailbox", "创城信箱"), ("grid", "网格上报"), ("patrol", "督查巡查"),
    ("media", "媒体曝光"), ("leader", "领导交办"), ("deputies", "代表委员建议"), ("window", "窗口投诉"),
    ("open311", "开放接口"), ("import", "系统导入"),
]  # fmt: skip


class Migration(migrations.Migration):
    """Orders of the hotline and the other doors."""

    dependencies = [("cases", "0002_search"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AlterField("report", "source", models.CharField(choices=SOURCES, max_length=12)),

        migrations.CreateModel(
            name='MailboxCheck',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('checked_at', models.DateTimeField()),
                ('error', models.CharField(blank=True, max_length=60)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Provenance',
            fields=[
                ('report', models.OneToOneField(on_delete=models.CASCADE, primary_key=True, related_name='provenance', serialize=False, to='cases.report')),
                ('medium', models.CharField(blank=True, max_length=60)),
                ('published_on', models.DateField(blank=True, null=True)),
                ('link', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ('mark', models.CharField(max_length=40, unique=True)),
                ('uid', models.PositiveBigIntegerField()),
                ('state', models.CharField(choices=[('taken', '已转为上报'), ('ignored', '自动邮件，未收'), ('broken', '读不出，请人工处理')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=32)),
                ('read_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('size', models.PositiveIntegerField(default=0)),
                ('photos_left', models.PositiveSmallIntegerField(default=0)),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name='letters', to='cases.report')),
            ],
            options={
                'indexes': [models.Index(fields=['-read_at', '-id'], name='cases_letter_read')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ('chain_seq', models.PositiveIntegerField(default=0, editable=False)),
                ('chain_head', models.CharField(default=GENESIS, editable=False, max_length=64)),
                ('source', models.CharField(choices=SOURCES, max_length=12)),
                ('number', models.CharField(max_length=60)),
                ('state', models.CharField(choices=[('open', '待回复'), ('drafted', '已拟回复'), ('replied', '已回复')], default='open', max_length=8)),
                ('received_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('reply_text', models.TextField(blank=True)),
                ('drafted_at', models.DateTimeField(blank=True, null=True)),
                ('replied_at', models.DateTimeField(blank=True, null=True)),
                ('solved', models.BooleanField(null=True)),
                ('satisfied', models.CharField(blank=True, choices=[('satisfied', '满意'), ('basically', '基本满意'), ('dissatisfied', '不满意'), ('unclear', '不清楚')], max_length=12)),
                ('called_back_at', models.DateTimeField(blank=True, null=True)),
                ('removal_state', models.CharField(choices=[('none', '未申请'), ('asked', '待审核'), ('granted', '已剔除'), ('declined', '不予剔除')], default='none', max_length=8)),
                ('removal_reason', models.CharField(blank=True, max_length=32)),
                ('removal_document', models.CharField(blank=True, max_length=80)),
                ('removal_asked_at', models.DateTimeField(blank=True, null=True)),
                ('removal_decided_at', models.DateTimeField(blank=True, null=True)),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removal_asked_by', models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replied_by', models.ForeignKey(blank=True, null=True, on_delete=models.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.OneToOneField(on_delete=models.PROTECT, related_name='order', to='cases.report')),
            ],
            options={
                'indexes': [models.Index(fields=['-received_at', '-id'], name='cases_order_received'), models.Index(fields=['state', 'due_at'], name='cases_order_state_due')],
                'constraints': [models.UniqueConstraint(fields=('source', 'number'), name='cases_order_number')],
            },
        ),
    ]
