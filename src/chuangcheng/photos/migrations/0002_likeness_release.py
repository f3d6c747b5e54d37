"""The archive of likenesses, and photos for the public."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('photos', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='photo',
            name='detail',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='Print',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('phash', models.BigIntegerField()),
                ('photo', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='print', to='photos.photo')),
            ],
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('photo', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='release', serialize=False, to='photos.photo')),
                ('state', models.CharField(choices=[('private', '未公开'), ('released', '已公开')], default='private', max_length=8)),
                ('boxes', models.PositiveSmallIntegerField(default=0)),
                ('copy_sha256', models.CharField(blank=True, max_length=64)),
                ('width', models.PositiveIntegerField(default=0)),
                ('height', models.PositiveIntegerField(default=0)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
