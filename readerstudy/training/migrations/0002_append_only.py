from django.db import migrations

from readerstudy.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]

    operations = [append_only("training_feedbackshown")]
