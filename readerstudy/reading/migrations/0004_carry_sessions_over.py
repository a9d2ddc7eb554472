"""Store the hanging lists of sessions that were drawn before lists had rows of their own."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def carry_over(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    hanging_list_model = apps.get_model("studies", "HangingList")
    for session in apps.get_model("reading", "ReadingSession").objects.select_related("phase"):
        codes = session.readings.order_by("position").values_list("case__code", flat=True)
        shared = {"modality": session.phase.modality, "aided": False, "reread": 0, "companion": ""}
        session.hanging_list = hanging_list_model.objects.create(
            reader=session.reader, phase=session.phase, seed=session.seed, places=[{"case": c, **shared} for c in codes]
        )
        session.save(update_fields=["hanging_list"])
        session.readings.update(modality=session.phase.modality)


class Migration(migrations.Migration):
    dependencies = [("reading", "0003_protocols")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
