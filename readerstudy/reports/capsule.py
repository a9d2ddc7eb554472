"""The capsule of a study: all that its results rest on, in one archive that anyone can check without a server.

`python -m analysis verify CAPSULE` computes the results again from the tables in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
from collections.abc import Iterator
from importlib.metadata import distributions
from typing import Any

from django.conf import settings
from django.utils import translation

from analysis.capsule.crate import write_capsule
from analysis.report.files import results_json
from readerstudy.audit.models import Event
from readerstudy.detectors.models import DetectorScore
from readerstudy.reports.computing import gathered
from readerstudy.reports.exports import FILES
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import tested_phases
from readerstudy.studies.models import Study

_ENDINGS = {"protocol": "yaml", "plan": "json"}
_TAKEN = (
    "report.html", "answers.csv", "marks.csv", "end_answers.csv", "view_log.csv", "blinding_audit.json",
    "data-dictionary.md",
)  # fmt: skip


def capsule(report: Report) -> bytes:
    """Make the capsule of a report."""
    files = {name: text.encode() for name, text in report.tables.items() if text}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    files["results.json"] = results_json(gathered(report), digests)
    files |= {name: FILES[name].bytes_of(report) for name in _TAKEN}
    files |= dict(_versions(report.study))
    files["detectors.json"] = _as_json(list(_detector_scores(report.study)))
    files["audit.jsonl"] = b"".join(_events(report.study))
    files["environment.json"] = _as_json(_environment())
    target = io.BytesIO()
    with translation.override("en"):
        write_capsule(
            files, target, name=report.study.title,
            description=f"Reader study {report.study.slug}: protocol, plan, tables, audit log and report.",
            made_at=report.created_at, words={name: str(file.words) for name, file in FILES.items()},
        )  # fmt: skip
    return target.getvalue()


def _versions(study: Study) -> Iterator[tuple[str, bytes]]:
    """Give every version of protocol and plan as it was fixed."""
    for version in study.versions.order_by("kind", "number"):
        ending = _ENDINGS.get(version.kind, "txt")
        yield f"versions/{version.kind}-{version.number}.{ending}", version.document.encode()


def _detector_scores(study: Study) -> Iterator[dict[str, object]]:
    cohorts = [phase.cohort_id for phase in tested_phases(study)]
    scores = DetectorScore.objects.filter(case__cohort__in=cohorts).select_related("detector", "case")
    for one in scores.order_by("detector", "case__code"):
        yield {
            "detector": str(one.detector), "saw": one.detector.saw, "threshold": one.detector.threshold,
            "case": one.case.code, "score": one.score, "call": one.call, "region": one.region,
        }  # fmt: skip


def _events(study: Study) -> Iterator[bytes]:
    """Give the whole chain: the events of this study in words, of all others the links alone."""
    for event in Event.objects.order_by("pk").iterator():
        said: dict[str, Any] = {"previous": event.previous, "digest": event.digest}
        if event.target == f"study:{study.slug}":
            said |= {
                "at": event.at.isoformat(), "actor": event.actor_id, "verb": event.verb, "target": event.target,
                "detail": event.detail,
            }  # fmt: skip
        yield json.dumps(said, sort_keys=True).encode() + b"\n"


def _environment() -> dict[str, object]:
    packages = {found.metadata["Name"]: found.version for found in distributions()}
    return {
        "readerstudy": settings.VERSION,
        "python": platform.python_version(),
        "packages": dict(sorted(packages.items(), key=lambda one: one[0].lower())),
    }


def _as_json(document: object) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"
