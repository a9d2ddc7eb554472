"""Sessions are counted as judgements come in; those of before are counted here, once."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from readerstudy.reading.tallies import Tally, with_judgement


def count(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sessions, judgements = (apps.get_model("reading", name).objects for name in ("ReadingSession", "Judgement"))
    facts = ("call", "confidence", "seconds", "received_at", "reading__reread")
    for session in sessions.order_by("pk"):
        tally = Tally()
        first = judgements.filter(reading__session=session, revision=1).order_by("reading__position")
        for call, confidence, seconds, received_at, reread in first.values_list(*facts):
            tally = with_judgement(
                tally, call=call, confidence=confidence, seconds=seconds, received_at=received_at,
                is_reread=bool(reread),
            )  # fmt: skip
        sessions.filter(pk=session.pk).update(tally=tally.as_json())


class Migration(migrations.Migration):
    dependencies = [("reading", "0006_tallies")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
