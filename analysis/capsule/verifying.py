"""Whether a capsule is whole, and its results come out of its tables again. No server and no database is needed."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import results
from analysis.capsule import chain, comparing
from analysis.capsule.chain import Chain
from analysis.capsule.comparing import Differing
from analysis.capsule.crate import METADATA, digests_of
from analysis.capsule.opening import opened
from analysis.errors import RatingsError

RATINGS, RESULTS, AUDIT, PLAN = "ratings.csv", "results.json", "audit.jsonl", "plan.json"
_SHOWN = 20


@dataclass(frozen=True)
class Verification(results.Result):
    """What a check of a capsule found.

    Attributes
    ----------
    ok : bool
        Nothing is missing, changed, added or different.
    files : int
        Files whose SHA-256 was computed.
    broken : tuple of str
        Files that are changed, missing or not described, in words.
    numbers : int
        Numbers of the results that were computed again.
    differing : tuple of Differing
        Where stored and computed results differ.
    audit : Chain or None
        The audit log; None where the capsule has none.
    """

    ok: bool
    files: int
    broken: tuple[str, ...]
    numbers: int
    differing: tuple[Differing, ...]
    audit: Chain | None

    def to_frame(self) -> pd.DataFrame:
        """One row for each value that differs."""
        return pd.DataFrame(self.to_dict()["differing"], columns=["where", "stored", "found"])

    def __str__(self) -> str:
        return results.paragraphs(
            "The capsule holds: its results come out of its tables." if self.ok else "The capsule does NOT hold.",
            f"{results.counted(self.files, 'file')} checked by SHA-256; "
            + ("all as described" if not self.broken else "; ".join(self.broken)),
            f"{results.counted(self.numbers, 'number')} computed again; "
            + ("all agree" if not self.differing else f"{len(self.differing)} values differ"),
            "\n".join(f"  {one.where}: stored {one.stored}, found {one.found}" for one in self.differing[:_SHOWN]),
            self._audit_in_words(),
        )

    def _audit_in_words(self) -> str:
        if self.audit is None:
            return "There is no audit log in it."
        if self.audit.broken is not None:
            return f"The audit log is broken at line {self.audit.broken}."
        return (
            f"The audit log is whole: {results.counted(self.audit.events, 'event')} of this study among "
            f"{results.counted(self.audit.links, 'link')}, head {self.audit.head}"
        )


def verify(path: str | Path, *, relative: float = comparing.RELATIVE) -> Verification:
    """Check the files of a capsule by their SHA-256, compute its results again, and follow its audit log.

    Parameters
    ----------
    path : str or pathlib.Path
        The zip archive, or the folder that it was unpacked to.
    relative : float
        By how much numbers may differ.

    Raises
    ------
    RatingsError
        When it is no capsule, or what the results rest on cannot be read.
    """
    with opened(Path(path)) as files:
        broken = _broken(files)
        compared = _compute_again(files, relative)
        audit = chain.check(files[AUDIT]) if AUDIT in files else None
        ok = not broken and not compared.differing and (audit is None or audit.broken is None)
        return Verification(ok, len(files), broken, compared.numbers, compared.differing, audit)


def _broken(files: Mapping[str, bytes]) -> tuple[str, ...]:
    described = digests_of(files[METADATA])
    missing = [f"{path} is missing" for path in described if path not in files]
    added = [f"{path} is not described" for path in files if path not in described and path != METADATA]
    changed = [
        f"{path} was changed"
        for path, digest in described.items()
        if path in files and hashlib.sha256(files[path]).hexdigest() != digest
    ]
    return (*missing, *changed, *added)


def _compute_again(files: Mapping[str, bytes], relative: float) -> comparing.Compared:
    from analysis.report.files import results_json
    from analysis.report.plan import plan_from
    from analysis.report.report import gather_again
    from analysis.table.covariates import covariates
    from analysis.table.files import read

    for needed in (RATINGS, RESULTS):
        if needed not in files:
            raise RatingsError(f"{needed} is missing in the capsule: nothing can be computed again")
    stored = _document(files[RESULTS])
    names = [name for name in (RATINGS, "readers.csv", "cases.csv", PLAN) if name in files]
    digests = {name: hashlib.sha256(files[name]).hexdigest() for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (Path(folder) / name).write_bytes(files[name])
        readers, cases = (
            covariates(Path(folder) / f"{key}s.csv", key) if f"{key}s.csv" in names else None
            for key in ("reader", "case")
        )
        ratings = read(Path(folder) / RATINGS)
    try:
        plan = plan_from(files[PLAN]) if PLAN in files else None
        report = gather_again(stored, ratings, readers, cases, plan)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, RatingsError):
            raise
        raise RatingsError(f"{RESULTS} does not say how it was computed; take the capsule again") from None
    return comparing.compare(stored, json.loads(results_json(report, digests)), relative=relative)


def _document(content: bytes) -> dict[str, object]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise RatingsError(f"{RESULTS} is no document of results; take the capsule from the study again")
    return document
