"""Unit cards, the persons on them, and handovers."""

import chuangcheng.kernel.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_views_and_jobs'),
    ]

    operations = [
        migrations.AddField(
            model_name='unit',
            name='section',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name='unit',
            name='kind',
            field=models.CharField(choices=[('headquarters', '指挥部'), ('office', '创城办'), ('subcommand', '分指挥部'), ('district', '区县'), ('department', '部门'), ('street', '街道（乡镇）'), ('community', '社区（村）'), ('company', '企业'), ('taskforce', '工作专班'), ('outside', '驻地单位')], max_length=16),
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('chain_seq', models.PositiveIntegerField(default=0, editable=False)),
                ('chain_head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', editable=False, max_length=64)),
                ('counts', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handed_over', to=settings.AUTH_USER_MODEL)),
                ('successor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_over', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('head', '主要负责人'), ('deputy', '分管领导'), ('liaison_a', '联络员A'), ('liaison_b', '联络员B')], max_length=10)),
                ('title', models.CharField(blank=True, max_length=60)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='charges', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='people.unit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('unit', 'kind'), name='people_charge_once')],
            },
        ),
    ]
