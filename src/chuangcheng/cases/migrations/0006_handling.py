"""Fixed on the spot, claims and sub-steps."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chuangcheng.kernel.ids


class Migration(migrations.Migration):
    """Fixed on the spot, claims and sub-steps."""

    dependencies = [
        ("cases", "0005_rules"),
        ("framework", "0001_initial"),
        ("people", "0001_initial"),
        ("places", "0001_initial"),
        ("sites", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='QuickFix',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('chain_seq', models.PositiveIntegerField(default=0, editable=False)),
                ('chain_head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', editable=False, max_length=64)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('body_digest', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('recorded', '已记录'), ('sampled', '待回看'), ('held', '回看完好'), ('missed', '逾期未回看'), ('relapsed', '反弹')], default='recorded', max_length=12)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('lat', models.FloatField(blank=True, null=True)),
                ('lon', models.FloatField(blank=True, null=True)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('division_path', models.CharField(blank=True, max_length=60)),
                ('fixed_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('photos_declared', models.PositiveSmallIntegerField(default=0)),
                ('photos_missing', models.PositiveSmallIntegerField(default=0)),
                ('sampled', models.CharField(blank=True, choices=[('share', '抽签'), ('rate', '短时多件')], default='', max_length=5)),
                ('look_due_at', models.DateTimeField(blank=True, null=True)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Recheck',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('chain_seq', models.PositiveIntegerField(default=0, editable=False)),
                ('chain_head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', editable=False, max_length=64)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('state', models.CharField(choices=[('waiting', '待复核'), ('fixed', '确已整改'), ('not_fixed', '未整改到位'), ('missed', '逾期未复核')], default='waiting', max_length=12)),
                ('why', models.CharField(choices=[('share', '抽签'), ('floor', '补足')], default='share', max_length=5)),
                ('closed_at', models.DateTimeField()),
                ('division_path', models.CharField(blank=True, max_length=60)),
                ('drawn_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='SubStep',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('place', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=60)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('planned', '未完成'), ('done', '已完成'), ('dropped', '已取消')], default='planned', max_length=8)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='claimed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='flag_count',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='case',
            name='flag_due_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='flagged_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='state',
            field=models.CharField(choices=[('open', '办理中'), ('passed', '已转派'), ('returned', '已退回'), ('done', '已办结'), ('released', '已解除')], default='open', max_length=10),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('flagged_at__isnull', False)), fields=['flagged_at'], name='cases_case_flagged'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['handled_unit', 'closed_at'], name='cases_case_closings'),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='category',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='framework.category'),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='division',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.division'),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='fixed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='grid',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.grid'),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='looked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='relapse',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='relapsed_fixes', to='cases.case'),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site'),
        ),
        migrations.AddField(
            model_name='quickfix',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quickfixes', to='people.unit'),
        ),
        migrations.AddField(
            model_name='recheck',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recheck',
            name='answered_unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit'),
        ),
        migrations.AddField(
            model_name='recheck',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rechecks', to='cases.case'),
        ),
        migrations.AddField(
            model_name='recheck',
            name='handled_unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit'),
        ),
        migrations.AddField(
            model_name='recheck',
            name='verified_unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit'),
        ),
        migrations.AddField(
            model_name='substep',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='substeps', to='cases.case'),
        ),
        migrations.AddField(
            model_name='substep',
            name='done_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='substep',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit'),
        ),
        migrations.AddIndex(
            model_name='quickfix',
            index=models.Index(fields=['-received_at', '-id'], name='cases_quickfix_newest'),
        ),
        migrations.AddIndex(
            model_name='quickfix',
            index=models.Index(fields=['unit', '-received_at'], name='cases_quickfix_unit'),
        ),
        migrations.AddIndex(
            model_name='quickfix',
            index=models.Index(fields=['category', 'fixed_at'], name='cases_quickfix_kind'),
        ),
        migrations.AddIndex(
            model_name='quickfix',
            index=models.Index(fields=['fixed_by', 'fixed_at'], name='cases_quickfix_worker'),
        ),
        migrations.AddIndex(
            model_name='quickfix',
            index=models.Index(condition=models.Q(('state', 'sampled')), fields=['look_due_at'], name='cases_quickfix_look'),
        ),
        migrations.AddIndex(
            model_name='recheck',
            index=models.Index(fields=['-drawn_at', '-id'], name='cases_recheck_newest'),
        ),
        migrations.AddIndex(
            model_name='recheck',
            index=models.Index(fields=['handled_unit', '-closed_at'], name='cases_recheck_handler'),
        ),
        migrations.AddIndex(
            model_name='recheck',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='cases_recheck_due'),
        ),
        migrations.AddConstraint(
            model_name='recheck',
            constraint=models.UniqueConstraint(fields=('case', 'closed_at'), name='cases_recheck_once'),
        ),
        migrations.AddIndex(
            model_name='substep',
            index=models.Index(fields=['case', 'place'], name='cases_substep_order'),
        ),
    ]
