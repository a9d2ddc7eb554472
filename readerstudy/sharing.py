"""Holding a row for sharing, which Django's own locks cannot: all who hold it so go on beside each other."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model


def held_for_sharing(row: Model, field: str) -> Any:
    """Give what a field of a row says now; nobody changes the row until the transaction ends.

    On PostgreSQL the row is held `FOR SHARE`. On SQLite the transaction holds the only write lock anyhow.
    """
    rows = type(row)._default_manager.filter(pk=row.pk).order_by().values_list(field)
    query, values = rows.query.sql_with_params()
    share = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{query}{share}", values)
        return cursor.fetchone()[0]
