"""A phase in which readers gave diagnoses and did not know what the study is about."""

from __future__ import annotations

from analysis.intervals import clipped
from analysis.replication.phase import diagnostic_accuracy, diagnostic_reads
from analysis.report.document import About, Column, Headline, Section, Table
from analysis.report.study import Condition
from analysis.report.words import READERS_AND_CASES, level

_CLASSES = ("synthetic", "authentic")


def section(condition: Condition) -> Section:
    """Diagnostic accuracy, together and by class."""
    study = condition.study
    reads = diagnostic_reads(study.ratings, condition.phase, condition.modality)
    accuracy, notes = diagnostic_accuracy(reads, study.alpha)
    by_class = accuracy.by_class
    rows = [
        {"class": "All cases", "accuracy": accuracy.accuracy, "ci_t": accuracy.ci_t,
         "ci_mrmc": clipped(accuracy.ci_mrmc) if accuracy.ci_mrmc else None, "range": accuracy.range},
        *({"class": f"{name.capitalize()} cases", "accuracy": getattr(by_class, name)} for name in _CLASSES),
    ]  # fmt: skip
    columns = [
        Column("class", "Cases"),
        Column("accuracy", "Right diagnoses", "percent"),
        Column("ci_t", f"{level(study.alpha)}, readers", "percent_interval"),
        Column("ci_mrmc", f"{level(study.alpha)}, readers and cases", "percent_interval"),
        Column("range", "Range of readers", "percent_interval"),
    ]
    about = About(
        "Whether readers find the disease, not whether they see that an image is synthetic: nobody was asked that "
        f"here. {READERS_AND_CASES}",
        "Mean over readers of the share of right diagnoses; t interval over readers, and Obuchowski–Rockette with "
        "readers and cases random.",
    )
    return Section(
        name="diagnosis",
        title="Diagnostic accuracy",
        found=accuracy.to_dict(),
        meaning=f"{accuracy.readers} readers gave diagnoses for {accuracy.cases} cases, without knowing that some are "
        "synthetic.",
        headlines=[Headline("Right diagnoses", accuracy.accuracy, accuracy.ci_mrmc, "percent")],
        tables=[Table("diagnosis", "Diagnostic accuracy", columns, rows, about)],
        notes=notes,
    )
