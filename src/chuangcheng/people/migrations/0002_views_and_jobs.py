"""Saved views and jobs."""

import chuangcheng.kernel.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('chain_seq', models.PositiveIntegerField(default=0, editable=False)),
                ('chain_head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', editable=False, max_length=64)),
                ('kind', models.CharField(max_length=16)),
                ('state', models.CharField(choices=[('waiting', '排队'), ('running', '进行中'), ('done', '完成'), ('failed', '失败'), ('cancelled', '已取消'), ('expired', '已过期')], default='waiting', max_length=10)),
                ('post_id', models.UUIDField()),
                ('label', models.CharField(max_length=100)),
                ('language', models.CharField(max_length=10)),
                ('params', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('total', models.PositiveIntegerField(blank=True, null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('ordered_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=48)),
                ('file', models.CharField(blank=True, max_length=60)),
                ('size', models.PositiveBigIntegerField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['person', '-ordered_at'], name='people_job_mine'), models.Index(condition=models.Q(('state__in', ('waiting', 'running'))), fields=['ordered_at'], name='people_job_pending'), models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='people_job_expiring')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('listing', models.CharField(max_length=24)),
                ('name', models.CharField(max_length=40)),
                ('query', models.TextField(blank=True)),
                ('saved_at', models.DateTimeField()),
                ('defaults', models.ManyToManyField(related_name='default_views', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['unit', 'listing'], name='people_view_shared')],
                'constraints': [models.UniqueConstraint(fields=('person', 'listing', 'name'), name='people_view_once')],
            },
        ),
    ]
