"""What an ROC analysis gives: curves, areas with intervals, operating points and paired tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis import results
from analysis.intervals import Interval
from analysis.measures.covariance import FloatArray


@dataclass(frozen=True, eq=False)
class RocCurve:
    """An empirical ROC curve from (0, 0) to (1, 1).

    Attributes
    ----------
    fpf, tpf : ndarray
        False and true positive fraction: shares of authentic and synthetic cases rated at or above the threshold.
    thresholds : ndarray
        Falling; infinite at (0, 0). An averaged curve has NaN.
    """

    fpf: FloatArray
    tpf: FloatArray
    thresholds: FloatArray

    @property
    def area(self) -> float:
        """Area under the curve by the trapezoidal rule."""
        return float(np.trapezoid(self.tpf, self.fpf))


@dataclass(frozen=True)
class OperatingPoint:
    """False and true positive fraction of the calls."""

    fpf: float
    tpf: float


@dataclass(frozen=True)
class ReaderRoc:
    """One reader (or detector) in one modality; what the data does not give is None."""

    reader: str
    modality: str
    auc: float | None
    se: float | None
    ci: Interval | None
    interval: str | None
    curve: RocCurve | None
    operating_point: OperatingPoint | None


@dataclass(frozen=True)
class AverageRoc:
    """Vertical average of the readers' curves of one modality; its area is the mean of their AUCs."""

    modality: str
    auc: float
    curve: RocCurve


@dataclass(frozen=True)
class PairedTest:
    """DeLong's test of two correlated AUCs, `a` minus `b`.

    With several modalities, `a` and `b` are modalities of the `reader`; with one, they are readers in the `modality`.
    """

    reader: str | None
    modality: str | None
    a: str
    b: str
    difference: float
    z: float | None
    p: float | None
    ci: Interval | None


@dataclass(frozen=True)
class RocResult(results.Result):
    """Result of :func:`reader_rocs`."""

    readers: tuple[ReaderRoc, ...]
    averages: tuple[AverageRoc, ...]
    detectors: tuple[ReaderRoc, ...]
    pairs: tuple[PairedTest, ...]
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the points of the curves (see `to_frame`)."""
        whole = results.jsonable(
            {name: value for name, value in vars(self).items() if name != "averages"}
            | {"averages": [{"modality": item.modality, "auc": item.auc} for item in self.averages]}
        )
        for item in whole["readers"] + whole["detectors"]:
            del item["curve"]
        return dict(whole)

    def to_frame(self) -> pd.DataFrame:
        """Points of all curves: kind (reader, average, detector), reader, modality, threshold, fpf, tpf."""
        curves = [("reader", item.reader, item.modality, item.curve) for item in self.readers]
        curves += [("average", "average", item.modality, item.curve) for item in self.averages]
        curves += [("detector", item.reader, item.modality, item.curve) for item in self.detectors]
        frames = [
            pd.DataFrame(
                {
                    "kind": kind,
                    "reader": reader,
                    "modality": modality,
                    "threshold": curve.thresholds,
                    "fpf": curve.fpf,
                    "tpf": curve.tpf,
                }
            )
            for kind, reader, modality, curve in curves
            if curve is not None
        ]
        columns = ["kind", "reader", "modality", "threshold", "fpf", "tpf"]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)

    def __str__(self) -> str:
        return _printed(self)


def _printed(result: RocResult) -> str:
    ci = f"{100 * (1 - result.alpha):g} % CI"

    def row(kind: str, item: ReaderRoc) -> dict[str, Any]:
        point = item.operating_point
        return {
            kind: item.reader,
            "modality": item.modality,
            "AUC": item.auc,
            "SE": item.se,
            ci: item.ci,
            "sensitivity": point and point.tpf,
            "specificity": point and 1 - point.fpf,
        }

    return results.paragraphs(
        result.method,
        results.text_table([row("reader", item) for item in result.readers]),
        results.text_table(
            [{"mean of readers in modality": item.modality, "AUC": item.auc} for item in result.averages]
        ),
        results.text_table([row("detector", item) for item in result.detectors]),
        results.text_table(
            [
                {
                    "pair": f"{x.a} − {x.b}",
                    "in": x.reader or x.modality,
                    "difference": x.difference,
                    "z": x.z,
                    ci: x.ci,
                    "p": x.p,
                }
                for x in result.pairs[:50]
            ]
        ),
        f"… and {len(result.pairs) - 50} more pairs (--json has them all)" if len(result.pairs) > 50 else "",
        result.generalises_to,
        "\n".join(f"Note: {warning}" for warning in result.warnings),
    )
