"""When a name in an imported table was read, so that it goes in time."""

import chuangcheng.kernel.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('framework', '0004_matrix'),
    ]

    operations = [
        migrations.AddField(
            model_name='namedduty',
            name='made_at',
            field=models.DateTimeField(default=chuangcheng.kernel.clock.now, editable=False),
        ),
    ]
