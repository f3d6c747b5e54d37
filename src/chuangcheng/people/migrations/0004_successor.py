"""Who takes over from a unit that has ended."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_structure'),
    ]

    operations = [
        migrations.AddField(
            model_name='unit',
            name='successor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='people.unit'),
        ),
    ]
