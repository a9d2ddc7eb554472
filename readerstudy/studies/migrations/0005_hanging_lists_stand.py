from django.db import migrations, models

from readerstudy.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("studies", "0004_carry_studies_over")]

    operations = [
        migrations.AlterField(model_name="reader", name="number", field=models.PositiveSmallIntegerField()),
        migrations.AddConstraint(
            model_name="reader",
            constraint=models.UniqueConstraint(fields=("study", "number"), name="reader_number_once_per_study"),
        ),
        append_only("studies_hanginglist"),
    ]
