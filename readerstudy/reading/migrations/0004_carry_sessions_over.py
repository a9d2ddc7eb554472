"""Store the hanging lists of sessions that were drawn before lists had rows of their own.

Readers of running studies who have not begun get theirs as they would have been drawn when they began.
"""

import hashlib
import random
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def carry_over(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    hanging_list_model = apps.get_model("studies", "HangingList")
    for session in apps.get_model("reading", "ReadingSession").objects.select_related("phase"):
        codes = session.readings.order_by("position").values_list("case__code", flat=True)
        session.hanging_list = hanging_list_model.objects.create(
            reader=session.reader, phase=session.phase, seed=session.seed, places=_places(codes, session.phase)
        )
        session.save(update_fields=["hanging_list"])
        session.readings.update(modality=session.phase.modality)
    for reader in apps.get_model("studies", "Reader").objects.filter(study__status="running"):
        for phase in reader.study.phases.all():
            if not hanging_list_model.objects.filter(reader=reader, phase=phase).exists():
                _draw(hanging_list_model, reader, phase)


def _draw(hanging_list_model: Any, reader: Any, phase: Any) -> None:
    seed = hashlib.sha256(f"{reader.study.seed}/{reader.code}/{phase.name}".encode()).hexdigest()
    codes = sorted(phase.cohort.cases.filter(excluded_at=None).values_list("code", flat=True))
    random.Random(seed).shuffle(codes)  # noqa: S311 - it must be reproducible, not unpredictable
    hanging_list_model.objects.create(reader=reader, phase=phase, seed=seed, places=_places(codes, phase))


def _places(codes: Any, phase: Any) -> list[dict[str, Any]]:
    shared = {"modality": phase.modality, "aided": False, "reread": 0, "companion": ""}
    return [{"case": code, **shared} for code in codes]


class Migration(migrations.Migration):
    dependencies = [("reading", "0003_protocols")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
