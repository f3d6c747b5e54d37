"""The search for an owner: who was asked, what they said, how it ended."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chuangcheng.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_recheck"),
        ("people", "0002_views_and_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='owner_named_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='owner_sought_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='role',
            field=models.CharField(choices=[('lead', '主办'), ('co', '协办'), ('ask', '询问')], default='lead', max_length=4),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='state',
            field=models.CharField(choices=[('open', '办理中'), ('passed', '已转派'), ('returned', '已退回'), ('done', '已办结'), ('released', '已解除'), ('asked', '已询问')], default='open', max_length=10),
        ),
        migrations.CreateModel(
            name='OwnerSearch',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('open', '寻找中'), ('found', '单位承认'), ('ruled', '裁定'), ('nobodys', '认定无主'), ('dropped', '案件先结束')], default='open', max_length=8)),
                ('why', models.CharField(choices=[('unknown', '权属不明'), ('no_rule', '没有派遣规则对应')], max_length=8)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('reason_code', models.CharField(blank=True, max_length=16)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='owner_searches', to='cases.case')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
                ('started_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('street', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
        ),
        migrations.CreateModel(
            name='OwnerAsk',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('yes', '是我单位的'), ('no', '不是我单位的')], max_length=3)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='owner_asks', to='cases.case')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
                ('search', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asks', to='cases.ownersearch')),
            ],
        ),
        migrations.AddIndex(
            model_name='ownersearch',
            index=models.Index(fields=['-started_at', '-id'], name='cases_owner_newest'),
        ),
        migrations.AddConstraint(
            model_name='ownersearch',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('case',), name='cases_owner_one_open'),
        ),
        migrations.AddIndex(
            model_name='ownerask',
            index=models.Index(condition=models.Q(('answer', '')), fields=['unit'], name='cases_owner_to_answer'),
        ),
        migrations.AddConstraint(
            model_name='ownerask',
            constraint=models.UniqueConstraint(fields=('search', 'unit'), name='cases_owner_asked_once'),
        ),
    ]
