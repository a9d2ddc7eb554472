"""Until now a locked study had one text for consent: it is the first version, and what everybody agreed to."""

import hashlib

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Min


def note_what_was_agreed_to(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    study, reader, text = (apps.get_model("studies", name) for name in ("Study", "Reader", "ConsentText"))
    agreed = reader.objects.exclude(consented_at=None)
    for one in study.objects.filter(pk__in=agreed.values("study")):
        digest = hashlib.sha256(one.consent.encode()).hexdigest()
        first = agreed.filter(study=one).aggregate(first=Min("consented_at"))["first"]
        made = text.objects.create(study=one, version=1, text=one.consent, digest=digest)
        text.objects.filter(pk=made.pk).update(made_at=first)
        agreed.filter(study=one).update(consent=made)


class Migration(migrations.Migration):
    dependencies = [("studies", "0011_readers_on_their_way")]

    operations = [migrations.RunPython(note_what_was_agreed_to, migrations.RunPython.noop)]
