"""Alarms of photos nearly the same; complaints that leave the system."""

import chuangcheng.kernel.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Alarms of photos nearly the same; complaints that leave the system."""

    dependencies = [
        ('cases', '0006_handling'),
        ('framework', '0001_initial'),
        ('people', '0001_initial'),
        ('photos', '0002_likeness_release'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PhotoAlarm',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('after_twice', '两件案件用同一张处置后照片'), ('before_as_after', '用处置前照片充当处置后'), ('reused', '旧照片重复使用')], max_length=16)),
                ('distance', models.PositiveSmallIntegerField()),
                ('likeness', models.FloatField()),
                ('found_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', '待研判'), ('fraud', '认定造假'), ('harmless', '排除')], default='open', max_length=10)),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
                ('words', models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name='report',
            name='complaint',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='report',
            name='referred_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='report',
            name='referred_to',
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AlterField(
            model_name='report',
            name='state',
            field=models.CharField(choices=[('received', '待受理'), ('pending_confirm', '待核实'), ('filed', '已立案'), ('linked', '已并案'), ('referred', '已转交'), ('withdrawn', '已撤回'), ('not_accepted', '不予受理')], default='received', max_length=20),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('complaint', True)), fields=['received_at'], name='cases_report_complaint'),
        ),
        migrations.AddField(
            model_name='photoalarm',
            name='case',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alarms', to='cases.case'),
        ),
        migrations.AddField(
            model_name='photoalarm',
            name='judged_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='photoalarm',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='photos.photo'),
        ),
        migrations.AddField(
            model_name='photoalarm',
            name='other_case',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='photoalarm',
            name='photo',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='photos.photo'),
        ),
        migrations.AddField(
            model_name='photoalarm',
            name='report',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alarms', to='cases.report'),
        ),
        migrations.AddField(
            model_name='photoalarm',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.unit'),
        ),
        migrations.AddIndex(
            model_name='photoalarm',
            index=models.Index(fields=['-found_at', '-id'], name='cases_alarm_found'),
        ),
        migrations.AddIndex(
            model_name='photoalarm',
            index=models.Index(fields=['case', 'state'], name='cases_alarm_case'),
        ),
        migrations.AddConstraint(
            model_name='photoalarm',
            constraint=models.UniqueConstraint(fields=('photo', 'other'), name='cases_alarm_once'),
        ),
    ]
