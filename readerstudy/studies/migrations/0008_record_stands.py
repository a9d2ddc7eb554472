"""Studies of before could not be locked without being opened; what is on record is append-only."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F

from readerstudy.audit.append_only import append_only


def open_at_the_lock(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("studies", "Study").objects.exclude(locked_at=None).update(opened_at=F("locked_at"))


class Migration(migrations.Migration):
    dependencies = [("studies", "0007_life_and_record")]

    operations = [
        migrations.RunPython(open_at_the_lock, migrations.RunPython.noop),
        append_only("studies_version"),
        append_only("studies_interimlook"),
    ]
