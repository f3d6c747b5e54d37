"""Sponsorship of places."""

import chuangcheng.kernel.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_structure'),
        ('places', '0001_initial'),
        ('sites', '0002_registry'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Sponsorship',
            fields=[
                ('id', models.UUIDField(default=chuangcheng.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('chain_seq', models.PositiveIntegerField(default=0, editable=False)),
                ('chain_head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', editable=False, max_length=64)),
                ('kind', models.CharField(choices=[('community', '社区（村）'), ('junction', '路口'), ('road', '路段'), ('site', '点位'), ('compound', '小区')], max_length=10)),
                ('division_path', models.CharField(db_index=True, max_length=60)),
                ('cadres', models.PositiveIntegerField(default=0)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('compound', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sponsorships', to='sites.compound')),
                ('division', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sponsorships', to='places.division')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sponsorships', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sponsorships', to='sites.site')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sponsorships', to='people.unit')),
            ],
            options={
                'ordering': ['-valid_from', '-id'],
                'indexes': [models.Index(fields=['kind', 'valid_to'], name='sites_sponsorship_kind')],
            },
        ),
    ]
