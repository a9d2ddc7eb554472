"""Triggers by which the database itself refuses to edit or delete evidence.

SQLite needs `recursive_triggers=ON` (settings.py), or INSERT OR REPLACE would delete without firing them.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_no_{verb}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_{verb}()
"""

# SQLite has no TRUNCATE; its DELETE without WHERE fires the trigger row by row.
_VERBS = {"sqlite": ("update", "delete"), "postgresql": ("update", "delete", "truncate")}


def install(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Make the table refuse UPDATE and DELETE, and TRUNCATE where there is one."""
    vendor = schema_editor.connection.vendor
    template = _SQLITE if vendor == "sqlite" else _POSTGRESQL
    for verb in _VERBS[vendor]:
        schema_editor.execute(template.format(table=table, verb=verb, VERB=verb.upper()))


def remove(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the triggers away again: only a migration that runs backwards does this."""
    vendor = schema_editor.connection.vendor
    on_table = "" if vendor == "sqlite" else f" ON {table}"
    for verb in _VERBS[vendor]:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on_table}")


def append_only(table: str) -> migrations.RunPython:
    """Give the migration operation that makes a table append-only."""

    def forwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        install(schema_editor, table)

    def backwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        remove(schema_editor, table)

    return migrations.RunPython(forwards, backwards)
