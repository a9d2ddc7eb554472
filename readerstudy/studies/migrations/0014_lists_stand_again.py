from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from readerstudy.audit.append_only import append_only


def measure(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    lists = apps.get_model("studies", "HangingList").objects
    for drawn in lists.order_by("pk").iterator(chunk_size=50):
        rereads = sum(bool(place["reread"]) for place in drawn.places)
        lists.filter(pk=drawn.pk).update(length=len(drawn.places), rereads=rereads)


class Migration(migrations.Migration):
    # After the lists of sessions from before there were lists, which `reading` draws.
    dependencies = [("studies", "0013_sizes_of_lists"), ("reading", "0005_evidence_stands")]

    operations = [migrations.RunPython(measure, migrations.RunPython.noop), append_only("studies_hanginglist")]
