"""Multi-reader multi-case statistics: a ratings table in, frozen results out.

Every name below is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.agreement import fleiss_kappa as fleiss_kappa
    from analysis.detectors import compare_detectors as compare_detectors
    from analysis.mrmc import obuchowski_rockette as obuchowski_rockette
    from analysis.ratings import Ratings as Ratings
    from analysis.ratings import RatingsError as RatingsError
    from analysis.ratings import read as read
    from analysis.ratings import validate as validate
    from analysis.roc import reader_rocs as reader_rocs

_HOMES = {
    "Ratings": "ratings",
    "RatingsError": "ratings",
    "compare_detectors": "detectors",
    "fleiss_kappa": "agreement",
    "obuchowski_rockette": "mrmc",
    "read": "ratings",
    "reader_rocs": "roc",
    "validate": "ratings",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"analysis.{_HOMES[name]}"), name)
