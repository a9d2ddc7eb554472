"""The database's rows as lines of text: the same from SQLite and PostgreSQL, and back into either."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, JSONField, Model

# Who is logged in is no evidence; everybody logs in again.
_LEFT_OUT = {"sessions"}
# Filled by `migrate` itself, in every new database.
_FILLED_BY_MIGRATE = {"contenttypes", "auth"}
_BATCH = 500

Kind = type[Model]


def kinds() -> list[Kind]:
    """Give every kind of row that a backup holds, in the order of their tables."""
    found = [kind for kind in apps.get_models(include_auto_created=True) if kind._meta.app_label not in _LEFT_OUT]
    return sorted((kind for kind in found if kind._meta.managed), key=lambda kind: kind._meta.db_table)


def migrations() -> list[str]:
    """Give the migrations that have made these tables."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


@contextmanager
def one_moment() -> Iterator[None]:
    """Read all tables as they were at one moment, while others go on writing.

    Must not be called within a transaction. Django's own would take SQLite's write lock and hold everybody up.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def lines_of(kind: Kind) -> Iterator[str]:
    """Give each row as one line: a JSON list of its columns, in the order of the model's fields."""
    fields = kind._meta.concrete_fields
    for row in kind._base_manager.order_by("pk").iterator(chunk_size=_BATCH):
        yield json.dumps([_text(field, row) for field in fields], ensure_ascii=False, sort_keys=True) + "\n"


def columns_of(kind: Kind) -> list[str]:
    """Give the names of the columns, in the order of the lines."""
    return [str(field.column) for field in kind._meta.concrete_fields]


def digest_of(kind: Kind) -> tuple[int, str]:
    """Give the number of rows in the database, and the SHA-256 of their lines."""
    digest, rows = sha256(), 0
    for line in lines_of(kind):
        digest.update(line.encode())
        rows += 1
    return rows, digest.hexdigest()


def insert(kind: Kind, lines: Iterable[str]) -> None:
    """Write rows as they were, with their keys and times: no default and no clock has a say."""
    fields, quote = kind._meta.concrete_fields, connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(kind._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608
    remaining = iter(lines)
    with connection.cursor() as cursor:
        while batch := list(islice(remaining, _BATCH)):
            rows = (json.loads(line) for line in batch)
            cursor.executemany(statement, [[_stored(*pair) for pair in zip(fields, row, strict=True)] for row in rows])


def number_on(all_kinds: Iterable[Kind]) -> None:
    """Let new keys follow those that were inserted."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(all_kinds)):
            cursor.execute(statement)


def first_occupied() -> str | None:
    """Give the name of a table that already holds something of somebody's; None for a database fresh from `migrate`."""
    for kind in kinds():
        if kind._meta.app_label not in _FILLED_BY_MIGRATE and kind._base_manager.exists():
            return kind._meta.db_table
    return None


def empty_what_migrate_filled() -> None:
    """Make room for the same rows, with the keys that they had."""
    for kind in reversed(kinds()):
        if kind._meta.app_label in _FILLED_BY_MIGRATE:
            kind._base_manager.all().delete()


def _text(field: Field[Any, Any], row: Model) -> Any:
    """A column as JSON can hold it: numbers of all kinds as text, so that none is rounded."""
    return None if field.value_from_object(row) is None else field.value_to_string(row)


def _stored(field: Field[Any, Any], text: Any) -> Any:
    if text is None:
        is_json_null = isinstance(field, JSONField) and not field.null
        return connection.ops.adapt_json_value(None, None) if is_json_null else None
    return field.get_db_prep_save(field.to_python(text), connection)
