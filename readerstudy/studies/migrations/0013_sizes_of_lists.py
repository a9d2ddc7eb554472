"""How long a list is stands beside it. The lists are append-only: their triggers are away until the sizes are in."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from readerstudy.audit import append_only


def lift(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(schema_editor, "studies_hanginglist")


class Migration(migrations.Migration):
    dependencies = [("studies", "0012_consents_by_version")]

    operations = [
        migrations.RunPython(lift, migrations.RunPython.noop),
        migrations.AddField(model_name="hanginglist", name="length", field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name="hanginglist", name="rereads", field=models.PositiveIntegerField(default=0)),
    ]
