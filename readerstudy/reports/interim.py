"""Interim looks: results before a study is unblinded, each a recorded act of its own."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction

from analysis.report.plain import as_document
from readerstudy.accounts.models import User
from readerstudy.reports.computing import compute, stored_table
from readerstudy.reports.models import InterimReport
from readerstudy.reports.ratings_table import ratings_table
from readerstudy.studies import services as studies
from readerstudy.studies.models import Study


@transaction.atomic
def take_interim_look(*, study: Study, reason: str, actor: User | None) -> InterimReport:
    """Look at results before the study is unblinded; the look stands on record whatever it shows.

    Raises
    ------
    StudyError
        The study is in no state for it, or there is no reason.
    NoResultsError
        There is nothing to look at yet; nothing is recorded.
    """
    look = studies.record_interim_look(study=study, reason=reason, actor=actor)
    text = ratings_table(study, look=look).to_csv(index=False)
    found = compute({"ratings.csv": text})
    return InterimReport.objects.create(
        look=look,
        judgements=int((stored_table(text)["kind"] == "human").sum()),
        ratings_csv=text,
        ratings_sha256=hashlib.sha256(text.encode()).hexdigest(),
        results=found.results(),
        document=as_document(found),
    )


def looks_of(study: Study) -> list[dict[str, Any]]:
    """Give the interim looks at a study for its report: when, why, and how many judgements there were."""
    seen = InterimReport.objects.filter(look__study=study).select_related("look").order_by("look")
    return [
        {
            "at": one.look.made_at.isoformat(timespec="seconds"),
            "reason": one.look.reason,
            "judgements": one.judgements,
        }
        for one in seen.defer("ratings_csv", "results", "document")
    ]
