"""The tables of a study, cut into conditions (a modality in a phase), each with its analyses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

import pandas as pd

from analysis.agreement.among_readers import reader_agreement
from analysis.agreement.among_readers_result import AgreementResult
from analysis.errors import RatingsError
from analysis.mrmc.detectors import DetectorsResult, compare_detectors
from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from analysis.mrmc.result import MrmcResult
from analysis.readers.band import RocBand, average_roc_band
from analysis.readers.roc import reader_rocs
from analysis.readers.roc_result import RocResult
from analysis.results import Result
from analysis.summary import Summary, summary
from analysis.table.ratings import OUTCOMES, Ratings, present

_DEFAULT = "1"  # the phase and modality of a table that names none
METRICS = ("auc", "accuracy", "sensitivity", "specificity")
_Result = TypeVar("_Result", bound=Result)


@dataclass(frozen=True)
class Problem:
    """Why an analysis is not possible, in words."""

    words: str

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the results."""
        return {"problem": self.words}


def attempt(analyse: Callable[[], _Result]) -> _Result | Problem:
    """Run one analysis; where the data do not allow it, say why, so that all others still show."""
    try:
        return analyse()
    except RatingsError as error:
        return Problem(str(error))


@dataclass(frozen=True, eq=False)
class Study:
    """The tables of a study.

    Attributes
    ----------
    ratings : Ratings
    readers, cases : pandas.DataFrame, optional
        Indexed by reader and case.
    alpha : float
        Intervals have confidence 1 - alpha.
    scale, detector_scale : tuple of float, optional
        The readers' ratings, and the detectors' scores, that stand for the probabilities 0 and 1, see
        :func:`analysis.readers.teams.compare_teams`.
    withdrawn : mapping of str to int
        Readers who took part and withdrew, with the reads of theirs that are kept and in no table.
    """

    ratings: Ratings
    readers: pd.DataFrame | None = None
    cases: pd.DataFrame | None = None
    alpha: float = 0.05
    scale: tuple[float, float] | None = None
    detector_scale: tuple[float, float] | None = None
    withdrawn: Mapping[str, int] = field(default_factory=dict)

    def conditions(self, phases: Sequence[str] | None = None, modality: str | None = None) -> list[Condition]:
        """Every modality of every phase (or of those named) in which people have read.

        Raises
        ------
        RatingsError
            When a named phase or modality is not there, or nobody has read.
        """
        human = _first_reads(self.ratings.frame)
        if human.empty:
            raise RatingsError("column 'kind': no row is a human first read (kind human, reread 0); nothing to report")
        pairs = [(str(p), str(m)) for p, m in human[["phase", "modality"]].drop_duplicates().itertuples(index=False)]
        for column, named, at in (("phase", phases or (), 0), ("modality", [modality] if modality else (), 1)):
            found = list(dict.fromkeys(pair[at] for pair in pairs))
            for name in named:
                if name not in found:
                    choice = ", ".join(found)
                    raise RatingsError(f"column '{column}': no {column} is named {name!r}; choose from {choice}")
        several = Counter(phase for phase, _ in pairs)
        return [
            Condition(self, phase, of, _name(phase, of, several=several[phase] > 1))
            for phase, of in pairs
            if (not phases or phase in phases) and (modality is None or of == modality)
        ]


@dataclass(frozen=True, eq=False)
class Condition:
    """One modality in one phase, with its detectors; `name` is for people.

    Every analysis is run once, when it is first asked for.
    """

    study: Study
    phase: str
    modality: str
    name: str

    @cached_property
    def all_reads(self) -> pd.DataFrame:
        """Human first reads, whatever they hold."""
        frame = _first_reads(self.study.ratings.frame)
        return frame[(frame["phase"] == self.phase) & (frame["modality"] == self.modality)]

    @cached_property
    def reads(self) -> pd.DataFrame:
        """Human first reads with a rating or a call, of all readers."""
        return self.all_reads[self.all_reads["rating"].notna() | self.all_reads["call"].notna()]

    @cached_property
    def left_out(self) -> list[str]:
        """Readers who judged fewer than two cases of a class, while others judged more.

        They have no variance of their own, and would take every other reader's results along.
        """
        counts = self.reads.groupby(["reader", "truth"], observed=True).size().unstack(fill_value=0)
        enough = counts.reindex(columns=[0, 1], fill_value=0).min(axis=1) >= 2
        return [] if not enough.any() else [str(reader) for reader in enough.index[~enough]]

    @cached_property
    def analysed(self) -> pd.DataFrame:
        """The reads of the readers who are not left out."""
        return self.reads[~self.reads["reader"].isin(self.left_out)]

    @cached_property
    def ratings(self) -> Ratings:
        """The analysed reads, their repetitions, and the detectors' scores in the phase."""
        frame = self.study.ratings.frame
        detectors = (frame["kind"] == "detector") & (frame["phase"] == self.phase)
        human = (frame["kind"] == "human") & (frame["phase"] == self.phase) & (frame["modality"] == self.modality)
        again = human & (frame["reread"] > 0) & ~frame["reader"].isin(self.left_out)
        return Ratings(pd.concat([self.analysed, frame[again], frame[detectors]]))

    @property
    def random(self) -> Literal["both", "cases"]:
        """What the results generalise over: readers and cases, or with one reader the cases alone."""
        return "both" if self.analysed["reader"].nunique() > 1 else "cases"

    @property
    def is_diagnostic(self) -> bool:
        """Whether readers gave diagnoses and neither calls nor ratings, as where they do not know the question."""
        return self.reads.empty and "diagnosis_correct" in self.all_reads.columns

    @property
    def detectors(self) -> tuple[str, ...]:
        """Detectors that have scored cases of the phase."""
        frame = self.ratings.frame
        return present(frame.loc[frame["kind"] == "detector", "reader"])

    @cached_property
    def summary(self) -> Summary | Problem:
        """Readers' means with their spread."""
        return attempt(lambda: summary(self.ratings))

    @cached_property
    def roc(self) -> RocResult | Problem:
        """Curves and areas of readers and detectors."""
        return attempt(lambda: reader_rocs(self.ratings, alpha=self.study.alpha))

    @cached_property
    def band(self) -> RocBand | None:
        """The band of the readers' average curve; None without ratings."""
        found = attempt(lambda: average_roc_band(self.ratings, random=self.random, alpha=self.study.alpha))
        return found if isinstance(found, RocBand) else None

    @cached_property
    def means(self) -> dict[str, MrmcResult | Problem]:
        """The readers' mean of every figure of merit, by Obuchowski and Rockette."""
        return {metric: attempt(lambda metric=metric: self._mean(metric)) for metric in METRICS}  # type: ignore[misc]

    def _mean(self, metric: str) -> MrmcResult:
        return obuchowski_rockette(self.ratings, metric=metric, random=self.random, alpha=self.study.alpha)

    @cached_property
    def against_detectors(self) -> DetectorsResult | Problem:
        """The readers' mean against each detector."""
        return attempt(lambda: compare_detectors(self.ratings, random=self.random, alpha=self.study.alpha))

    @cached_property
    def agreement(self) -> AgreementResult | Problem:
        """Agreement on the call, and of readers with themselves where reads are repeated."""
        return attempt(lambda: reader_agreement(self.ratings, alpha=self.study.alpha))


def who_judged_everywhere(reads: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The reads of those with two cases of each class in every modality, and who the others are."""
    counts = reads.groupby(["reader", "modality", "truth"], observed=True).size().unstack(["modality", "truth"])
    asked = pd.MultiIndex.from_product([present(reads["modality"]), [0, 1]], names=["modality", "truth"])
    enough = (counts.reindex(columns=asked).fillna(0) >= 2).all(axis=1)
    left_out = [str(reader) for reader in enough.index[~enough]]
    return reads[~reads["reader"].isin(left_out)], left_out


def _first_reads(frame: pd.DataFrame) -> pd.DataFrame:
    named = [name for name in OUTCOMES if name in frame.columns]
    return frame[(frame["kind"] == "human") & (frame["reread"] == 0) & frame[named].notna().any(axis=1)]


def _name(phase: str, modality: str, *, several: bool) -> str:
    """The phase, and the modality where it has several; what the table does not name is not named after its default."""
    if phase == _DEFAULT:
        return "All reads" if modality == _DEFAULT else modality
    return f"{phase} · {modality}" if several else phase
