"""The database itself refuses to edit or delete evidence: events of the audit log, and judgements."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.audit.services import record
from readerstudy.reading.models import Judgement
from tests.readerstudy.makers import MakeStudy, read

pytestmark = pytest.mark.django_db
TABLES = ["audit_event", "reading_judgement"]
EDIT = "UPDATE {table} SET id = id"
DELETE = "DELETE FROM {table} WHERE id = {pk}"
UPSERT = "INSERT INTO {table} SELECT * FROM {table} WHERE id = {pk} ON CONFLICT (id) DO UPDATE SET id = excluded.id"
# Each database has one more way: SQLite replaces on any conflict; PostgreSQL empties a table without looking at rows,
# as SQLite does with a DELETE that no trigger stands in the way of.
REPLACE, EMPTY = {
    "sqlite": ("INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = {pk}", "DELETE FROM {table}"),
    "postgresql": (UPSERT, "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE"),
}[connection.vendor]
WAYS = ["editing", "deleting", "replacing", "upserting", "emptying"]


@pytest.fixture
def evidence(make_study: MakeStudy, reader_user: User) -> dict[str, int]:
    """The key of one row of each table."""
    study = make_study(readers=[reader_user], consent=True, cases=2)
    read(study.readers.get(), at_most=1)
    event = record(actor=reader_user, verb="tests.done", target="study:s")
    return {"audit_event": event.pk, "reading_judgement": Judgement.objects.get().pk}


def run(*statements: str) -> None:
    """Do what somebody past the application would; a refusal takes back only this."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", [EDIT, DELETE, REPLACE, UPSERT, EMPTY], ids=WAYS)
def test_the_database_refuses_it(evidence: dict[str, int], table: str, statement: str) -> None:
    statements = statement.format(table=table, pk=evidence[table]).split(";")
    with pytest.raises(DatabaseError, match=f"{table} is append-only"):
        run(*statements)


def test_the_orm_cannot_walk_round_it(evidence: dict[str, int]) -> None:
    event, judgement = Event.objects.get(pk=evidence["audit_event"]), Judgement.objects.get()
    event.verb, judgement.confidence, judgement.rating = "other.verb", 1, 50.5
    judgement.call = "synthetic"
    for row in (event, judgement):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            row.save()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            row.delete()
