"""The sampled re-check: what its draw and its answers need."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_reach")]

    operations = [
        migrations.AlterField(
            model_name='recheck',
            name='state',
            field=models.CharField(choices=[('waiting', '待复核'), ('fixed', '确已整改'), ('not_fixed', '未整改到位'), ('missed', '逾期未复核'), ('dropped', '不再复核')], default='waiting', max_length=12),
        ),
    ]
