import django.db.models.deletion
from django.db import migrations, models

from readerstudy.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("reading", "0004_carry_sessions_over")]

    operations = [
        migrations.RemoveField(model_name="readingsession", name="seed"),
        migrations.AlterField(
            model_name="readingsession",
            name="hanging_list",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.hanginglist"
            ),
        ),
        migrations.AlterField(model_name="readingsession", name="started_at", field=models.DateTimeField()),
        append_only("reading_mark"),
        append_only("reading_phaseanswers"),
    ]
