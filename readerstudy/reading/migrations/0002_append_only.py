"""Judgements are never edited or deleted; a correction is a further revision."""

from django.db import migrations

from readerstudy.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("reading", "0001_initial")]
    operations = [append_only("reading_judgement")]
