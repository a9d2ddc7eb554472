"""Until now every coordinator could open every study: whoever could, still can, until a study's team says otherwise."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def name_the_coordinators(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    member, study, user = (
        apps.get_model(*name) for name in (("studies", "Member"), ("studies", "Study"), ("accounts", "User"))
    )
    coordinators = list(user.objects.filter(role="coordinator").order_by("pk"))
    member.objects.bulk_create(
        member(study=one, user=person, role="coordinator")
        for one in study.objects.order_by("pk")
        for person in coordinators
    )


class Migration(migrations.Migration):
    dependencies = [("studies", "0009_members")]

    operations = [migrations.RunPython(name_the_coordinators, migrations.RunPython.noop)]
