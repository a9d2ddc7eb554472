"""The ledger of imports: what became of each file, so that an import can be gone on with and told as one."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts import near_duplicates
from readerstudy.cohorts.models import Case, Cohort, ImportRun, ImportVerdict

Verdict = ImportVerdict.Verdict


@dataclass(frozen=True)
class ImportedFile:
    """A file and the case that it became, or already was."""

    file: str
    case: Case


@dataclass(frozen=True)
class Rejection:
    """A file that did not become a case, and why."""

    file: str
    reason: str


@dataclass
class ImportSummary:
    """What an import did, with what it did before it was stopped or killed; files stand in the order of their names.

    Attributes
    ----------
    near_duplicates : int
        Pairs of cases of the cohort that look alike and that nobody has decided about yet.
    stopped : bool
        Whether a person stopped it; the same import goes on where it stopped.
    """

    imported: list[ImportedFile] = field(default_factory=list)
    duplicates: list[ImportedFile] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    near_duplicates: int = 0
    stopped: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give the summary that `import_cases --json` prints."""
        return {
            "imported": len(self.imported),
            "duplicates": len(self.duplicates),
            "rejected": [{"file": one.file, "reason": one.reason} for one in self.rejected],
            "near_duplicates": self.near_duplicates,
        }


def begin(*, cohort: Cohort, source: str, total: int, actor: User | None) -> ImportRun:
    """Give the run of this source that was stopped or killed, or a new one; a source without a name is always new."""
    source = _stored(source)
    unfinished = ImportRun.objects.filter(cohort=cohort, source=source, finished_at=None).first() if source else None
    return unfinished or ImportRun.objects.create(cohort=cohort, source=source, total=total, actor=actor)


def _stored(source: str) -> str:
    """Shorten the name of a source to what its column holds, so that two long ones stay apart."""
    longest = ImportRun._meta.get_field("source").max_length or 500
    if len(source) <= longest:
        return source
    return f"{source[: longest - 65]}#{hashlib.sha256(source.encode()).hexdigest()}"


def finish(*, run: ImportRun, total: int) -> None:
    """Note that every file of a run has its verdict."""
    ImportRun.objects.filter(pk=run.pk).update(finished_at=timezone.now(), total=total)


def give_verdict(run: ImportRun, name: str, verdict: Verdict, *, case: Case | None = None, reason: str = "") -> None:
    """Write down what became of a file; where another process was quicker, its word stands."""
    fields = {"verdict": verdict, "case": case, "reason": reason}
    ImportVerdict.objects.get_or_create(run=run, file=name, defaults=fields)


def record_counts(*, run: ImportRun, actor: User | None) -> None:
    """Tell the audit log how far an import came."""
    counts = Counter(run.verdicts.values_list("verdict", flat=True))
    record(
        actor=actor, verb="cohorts.imported", target=f"cohort:{run.cohort.slug}",
        profile=run.cohort.recipe["name"], imported=counts[Verdict.IMPORTED], duplicates=counts[Verdict.DUPLICATE],
        rejected=counts[Verdict.REJECTED],
    )  # fmt: skip


def summary_of(run: ImportRun, *, stopped: bool) -> ImportSummary:
    """Give what became of all files of a run, before and after it was gone on with."""
    summary = ImportSummary(near_duplicates=near_duplicates.undecided(run.cohort), stopped=stopped)
    lists = {Verdict.IMPORTED: summary.imported, Verdict.DUPLICATE: summary.duplicates}
    for verdict in run.verdicts.select_related("case").order_by("file").iterator():
        if verdict.case is None:
            summary.rejected.append(Rejection(verdict.file, verdict.reason))
        else:
            lists[Verdict(verdict.verdict)].append(ImportedFile(verdict.file, verdict.case))
    return summary
