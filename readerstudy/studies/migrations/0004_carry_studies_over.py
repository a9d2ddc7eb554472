"""Give studies of before the protocols what every study has now: one arm, a call question, numbered places."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def carry_over(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    study_model, arm_model, step_model, question_model, reader_model = (
        apps.get_model("studies", name) for name in ("Study", "Arm", "ArmStep", "Question", "Reader")
    )
    for reader in reader_model.objects.all():
        reader.number = int(reader.code[1:])
        reader.save(update_fields=["number"])
    for study in study_model.objects.all():
        arm = arm_model.objects.create(study=study, position=1, name="a")
        for position, phase in enumerate(study.phases.order_by("position"), start=1):
            step_model.objects.create(arm=arm, position=position, phase=phase)
            question_model.objects.create(
                phase=phase, position=1, name="call", kind="call", text="Is this X-ray authentic or synthetic?"
            )
        if study.status != "draft":
            reader_model.objects.filter(study=study).update(arm=arm)


class Migration(migrations.Migration):
    dependencies = [("studies", "0003_protocols")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
