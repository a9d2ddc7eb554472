"""What was published of the study that the evaluation follows: figures, their source, and what they cannot tell.

The figures are those of the abstract and of reports about the study; its full text was not at hand. What is missing
here is unknown, not absent.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.intervals import Interval

SOURCE = (
    "M. Tordjman, M. Yuce et al. The Rise of Deepfake Medical Imaging: Radiologists’ Diagnostic Accuracy in Detecting "
    "ChatGPT-generated Radiographs. Radiology, 24 March 2026 (abstract and reports; the full text was not at hand). "
    "17 radiologists; 154 cases in phases 1 and 2, 110 chest radiographs in phase 3, half of them synthetic."
)


@dataclass(frozen=True)
class Published:
    """One published figure; `ci` is None where none was given, `derived` where it follows from what was."""

    figure: str
    value: float
    ci: Interval | None = None
    derived: bool = False


P_VALUE = "phase 2 against phase 3: p"
FIGURES = (
    Published("readers who spoke of AI unprompted", 7 / 17),
    Published("phase 1: diagnostic accuracy, synthetic cases", 0.92),
    Published("phase 1: diagnostic accuracy, authentic cases", 0.91),
    Published("phase 2: mean accuracy", 0.75, (0.68, 0.81)),
    Published("phase 2: lowest reader", 0.58),
    Published("phase 2: highest reader", 0.92),
    Published("phase 2: mean accuracy, musculoskeletal", 0.83),
    Published("phase 3: mean accuracy", 0.70, (0.62, 0.78)),
    Published("phase 2 − phase 3", 0.05, derived=True),
    Published(P_VALUE, 0.07),
)

# Accuracy of the detectors on the cases of phase 2; on those of phase 3 a range alone was published.
DETECTORS = {"GPT-4o": 131 / 154, "GPT-5": 128 / 154, "Llama 4 Maverick": 91 / 154, "Gemini 2.5 Pro": 0.56}
DETECTORS_IN_PHASE_3: Interval = (0.52, 0.89)

NOTES = (
    "Readers, cases and generators here are others than the published ones; a difference mixes all of them, and no "
    "interval for it is given.",
    "The share who spoke of AI unprompted is a share of readers, not of images, and no accuracy; it is often confused "
    "with one.",
    "How the published study judged a diagnosis to be right, and how long readers waited between phases 1 and 2, is "
    "not known.",
    "Published intervals are over readers and hold for the published cases only: compare them with the t interval. No "
    "interval with random cases, no AUC, and no sensitivity or specificity was at hand.",
    "Phases 2 and 3 have other cases: their difference is as much one between sets of cases and generators.",
    "The published detectors are compared by name only; a service of the same name may have changed since. For phase 3 "
    "a range alone (52 to 89 %) was published. None of them found every synthetic case.",
    "A p value depends on the number of readers; two p values have no meaningful difference. No figure was published "
    "for the correlation with experience, only that there was none.",
)
