"""The database itself refuses to edit or delete evidence: what readers said, the orders they read in, the audit log."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.audit.services import record
from readerstudy.detectors.models import AidShown
from readerstudy.reading.models import Judgement, Mark, MarkKind, PhaseAnswers
from readerstudy.studies.models import HangingList, InterimLook, Kind, Question, QuestionKind, Version
from readerstudy.training.models import FeedbackShown
from tests.conftest import EVIDENCE_TABLES
from tests.readerstudy.makers import read
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db
EDIT = "UPDATE {table} SET id = id"
DELETE = "DELETE FROM {table} WHERE id = {pk}"
UPSERT = "INSERT INTO {table} SELECT * FROM {table} WHERE id = {pk} ON CONFLICT (id) DO UPDATE SET id = excluded.id"
# Each database has one more way: SQLite replaces on any conflict; PostgreSQL empties a table without looking at rows,
# as SQLite does with a DELETE that no trigger stands in the way of.
REPLACE, EMPTY = {
    "sqlite": ("INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = {pk}", "DELETE FROM {table}"),
    "postgresql": (UPSERT, "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE"),
}[connection.vendor]
WAYS = {"editing": EDIT, "deleting": DELETE, "replacing": REPLACE, "upserting": UPSERT, "emptying": EMPTY}


@pytest.fixture
def evidence(reader_user: User) -> dict[str, models.Model]:
    """One row of each table."""
    study = an_unpictured_study(readers=[reader_user], consent=True, cases=2)
    read(study.readers.get(), at_most=1)
    judgement = Judgement.objects.get()
    session = judgement.reading.session
    asked = Question.objects.create(
        phase=session.phase, position=9, name="marks", kind=QuestionKind.MARKS, text="Where?", tools=["point"]
    )
    rows: list[models.Model] = [
        record(actor=reader_user, verb="tests.done", target="study:s"),
        HangingList.objects.get(),
        Version.objects.create(study=study, kind=Kind.PLAN, number=9, document="{}", digest="0" * 64, reason="a test"),
        InterimLook.objects.create(study=study, reason="a test"),
        judgement,
        Mark.objects.create(judgement=judgement, question=asked, number=1, kind=MarkKind.POINT, points=[[0.5, 0.5]]),
        PhaseAnswers.objects.create(session=session, answers={}, idempotency_key=uuid.uuid4(), request_digest="0"),
        AidShown.objects.create(reading=judgement.reading),
        FeedbackShown.objects.create(reading=judgement.reading),
    ]
    return {row._meta.db_table: row for row in rows}


def run(*statements: str) -> None:
    """Do what somebody past the application would; a refusal takes back only this."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_every_table_of_evidence_is_tried(evidence: dict[str, models.Model]) -> None:
    assert set(evidence) == set(EVIDENCE_TABLES) == tables_with_triggers()


def tables_with_triggers() -> set[str]:
    """Ask the database which tables refuse an update."""
    question = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_update'",
        "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%_no_update'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(question)
        return {table for (table,) in cursor.fetchall()}


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_the_database_refuses_it(evidence: dict[str, models.Model], table: str) -> None:
    for way, statement in WAYS.items():
        statements = statement.format(table=table, pk=evidence[table].pk).split(";")
        with pytest.raises(DatabaseError) as refused:
            run(*statements)
        # Emptying a table empties those that point to it as well; whichever is asked first refuses.
        assert "is append-only" in str(refused.value), way


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_the_orm_cannot_walk_round_it(evidence: dict[str, models.Model], table: str) -> None:
    row = evidence[table]
    rows = type(row)._default_manager.filter(pk=row.pk)
    for act in (row.save, rows.delete, lambda: rows.update(id=row.pk), row.delete):
        # What other rows point to is kept by Django before the database is asked.
        with pytest.raises(DatabaseError, match=r"append-only|protected foreign keys"), transaction.atomic():
            act()
    assert rows.count() == 1


def test_what_is_no_evidence_may_change() -> None:
    """The triggers stand where they are meant to, and nowhere else: drafts, for one, are replaced at every change."""
    changing = {model._meta.db_table for model in apps.get_models()} - set(EVIDENCE_TABLES)
    assert {"reading_draft", "reading_readingsession", "studies_study"} <= changing
    assert not changing & tables_with_triggers()
    assert Event._meta.db_table not in changing
