"""Multi-reader multi-case statistics: a ratings table in, frozen results out.

Every name below is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.agreement.among_readers import reader_agreement as reader_agreement
    from analysis.agreement.within_reader import intra_reader as intra_reader
    from analysis.effects.accuracy import effects_on_accuracy as effects_on_accuracy
    from analysis.effects.learning import learning_over_position as learning_over_position
    from analysis.effects.regression import regress_accuracy as regress_accuracy
    from analysis.mrmc.bootstrap import bootstrap as bootstrap
    from analysis.mrmc.detectors import compare_detectors as compare_detectors
    from analysis.mrmc.obuchowski_rockette import obuchowski_rockette as obuchowski_rockette
    from analysis.mrmc.pseudovalues import dorfman_berbaum_metz as dorfman_berbaum_metz
    from analysis.mrmc.u_statistics import u_statistics as u_statistics
    from analysis.planning.conjecture import Conjecture as Conjecture
    from analysis.planning.pilots import from_components as from_components
    from analysis.planning.pilots import from_model as from_model
    from analysis.planning.pilots import from_pilot as from_pilot
    from analysis.planning.power import power as power
    from analysis.planning.power import power_surface as power_surface
    from analysis.planning.roe_metz import RoeMetz as RoeMetz
    from analysis.planning.roe_metz import simulate as simulate
    from analysis.readers.calibration import calibration_of_confidence as calibration_of_confidence
    from analysis.readers.roc import reader_rocs as reader_rocs
    from analysis.readers.teams import compare_teams as compare_teams
    from analysis.replication.rsna import rsna as rsna
    from analysis.table.files import read as read
    from analysis.table.files import write as write
    from analysis.table.ratings import Ratings as Ratings
    from analysis.table.ratings import RatingsError as RatingsError
    from analysis.table.ratings import validate as validate

_HOMES = {
    "Conjecture": "planning.conjecture",
    "Ratings": "table.ratings",
    "RatingsError": "table.ratings",
    "RoeMetz": "planning.roe_metz",
    "bootstrap": "mrmc.bootstrap",
    "calibration_of_confidence": "readers.calibration",
    "compare_detectors": "mrmc.detectors",
    "compare_teams": "readers.teams",
    "dorfman_berbaum_metz": "mrmc.pseudovalues",
    "effects_on_accuracy": "effects.accuracy",
    "from_components": "planning.pilots",
    "from_model": "planning.pilots",
    "from_pilot": "planning.pilots",
    "intra_reader": "agreement.within_reader",
    "learning_over_position": "effects.learning",
    "obuchowski_rockette": "mrmc.obuchowski_rockette",
    "power": "planning.power",
    "power_surface": "planning.power",
    "read": "table.files",
    "reader_agreement": "agreement.among_readers",
    "reader_rocs": "readers.roc",
    "regress_accuracy": "effects.regression",
    "rsna": "replication.rsna",
    "simulate": "planning.roe_metz",
    "u_statistics": "mrmc.u_statistics",
    "validate": "table.ratings",
    "write": "table.files",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"analysis.{_HOMES[name]}"), name)
