"""Textbook tables of agreement, with figures of R's irrCAC and Python's irrCAC, krippendorff and pingouin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.agreement import chance
from analysis.agreement.intraclass import intraclass
from analysis.agreement.kendall import kendall_w
from analysis.agreement.krippendorff import Metric, krippendorff
from analysis.agreement.weights import Kind
from tests.reference.printed import printed

Textbook = Callable[[str], pd.DataFrame]

DIAGNOSES = "agree_fleiss_diagnoses"  # Fleiss (1971): 30 patients put into five diagnoses by six raters
UNITS = "agree_krippendorff"  # Krippendorff (2011): twelve units, four coders, some missing
JUDGES = "agree_shrout_fleiss"  # Shrout and Fleiss (1979): six subjects, four judges


def matrix(table: pd.DataFrame) -> np.ndarray:
    return table.to_numpy(dtype=float).T


def test_fleiss_kappa_with_the_subject_level_standard_error(textbook: Textbook) -> None:
    """irrCAC (R), `fleiss.kappa.raw(diagnoses)`; irr, `kappam.fleiss(diagnoses)` for the estimate."""
    found = chance.fleiss(chance.tabulate(matrix(textbook(DIAGNOSES)), "identity"), 0.05)

    assert found.estimate == printed(".430244520060141")
    assert found.se == printed(".0541989355")


def test_conger_and_gwet_unweighted(textbook: Textbook) -> None:
    """irrCAC (R), `conger.kappa.raw(diagnoses)`, `gwet.ac1.raw(diagnoses)`."""
    table = chance.tabulate(matrix(textbook(DIAGNOSES)), "identity")
    gwet = chance.gwet(table, 0.05)

    assert chance.conger(table, 0.05).estimate == printed(".441808540329333")
    assert gwet.estimate == printed(".447884515844564")
    assert gwet.se == printed(".0556621417")


@pytest.mark.parametrize(
    ("name", "kind", "coefficient", "estimate", "se"),
    [
        (DIAGNOSES, "identity", "conger", ".441808540329", ".050794406013"),
        (DIAGNOSES, "ordinal", "fleiss", ".296778906195", ".101682553763"),
        (DIAGNOSES, "ordinal", "conger", ".334742135673", ".087946506441"),
        (DIAGNOSES, "ordinal", "gwet", ".381689352974", ".095953747383"),
        (DIAGNOSES, "linear", "fleiss", ".327937527962", ".080475515584"),
        (DIAGNOSES, "linear", "conger", ".356902671399", ".070771740077"),
        (DIAGNOSES, "linear", "gwet", ".385473613745", ".076087520064"),
        (DIAGNOSES, "quadratic", "fleiss", ".284072249589", ".111179408531"),
        (DIAGNOSES, "quadratic", "conger", ".325849014169", ".095577650191"),
        (DIAGNOSES, "quadratic", "gwet", ".380228300668", ".104656836620"),
        (UNITS, "identity", "fleiss", ".761169275422", ".153019203469"),
        (UNITS, "identity", "conger", ".762817441303", ".149168152480"),
        (UNITS, "identity", "gwet", ".775444068127", ".142949950641"),
        (UNITS, "ordinal", "fleiss", ".850206189397", ".147035693874"),
        (UNITS, "ordinal", "conger", ".843659525188", ".144099959112"),
        (UNITS, "ordinal", "gwet", ".898939769908", ".106903523815"),
        (UNITS, "linear", "fleiss", ".817944767097", ".148504355499"),
        (UNITS, "linear", "conger", ".813776319966", ".145085402493"),
        (UNITS, "linear", "gwet", ".858739136433", ".117329021881"),
        (UNITS, "quadratic", "fleiss", ".864935064935", ".146033610757"),
        (UNITS, "quadratic", "conger", ".857710656223", ".143670663829"),
        (UNITS, "quadratic", "gwet", ".914000723552", ".103962244645"),
    ],
)
def test_weighted_coefficients_complete_and_with_missing_ratings(
    textbook: Textbook, name: str, kind: Kind, coefficient: str, estimate: str, se: str
) -> None:
    """irrCAC (Python) 0.4.4, `CAC(table, weights=kind, digits=12)`, `.fleiss()`, `.conger()`, `.gwet()`."""
    found = getattr(chance, coefficient)(chance.tabulate(matrix(textbook(name)), kind), 0.05)

    assert (found.estimate, found.se) == (printed(estimate), printed(se))


def test_the_interval_is_t_over_cases(textbook: Textbook) -> None:
    """irrCAC (Python) 0.4.4, `CAC(diagnoses, digits=12).fleiss()`."""
    found = chance.fleiss(chance.tabulate(matrix(textbook(DIAGNOSES)), "identity"), 0.05)

    assert found.ci == (printed(".319395250572"), printed(".541093789548"))


@pytest.mark.parametrize(
    ("name", "metric", "estimate"),
    [
        (UNITS, "nominal", ".743421052631579"),
        (UNITS, "ordinal", ".815387503754881"),
        (UNITS, "interval", ".849107142857143"),
        (UNITS, "ratio", ".797402774711612"),
        (DIAGNOSES, "nominal", ".433409828282029"),
        (DIAGNOSES, "ordinal", ".335857522173984"),
        (DIAGNOSES, "interval", ".288049625980660"),
        (DIAGNOSES, "ratio", ".240010294147689"),
    ],
)
def test_krippendorffs_alpha(textbook: Textbook, name: str, metric: Metric, estimate: str) -> None:
    """Krippendorff (2011), by hand, for three digits; krippendorff 0.9.0, `alpha(level_of_measurement=metric)`."""
    assert krippendorff(matrix(textbook(name)), metric, 0.05).estimate == printed(estimate)


@pytest.mark.parametrize(
    ("name", "metric", "se"),
    [
        (DIAGNOSES, "nominal", ".054198935515"),
        (DIAGNOSES, "interval", ".111179408531"),
        (UNITS, "nominal", ".145573886985"),
        (UNITS, "interval", ".129129965715"),
    ],
)
def test_the_standard_error_of_alpha(textbook: Textbook, name: str, metric: Metric, se: str) -> None:
    """irrCAC (Python) 0.4.4, `CAC(table, weights="identity" | "quadratic", digits=12).krippendorff()`."""
    assert krippendorff(matrix(textbook(name)), metric, 0.05).se == printed(se)


@pytest.mark.parametrize(
    ("form", "estimate", "low", "high"),
    [
        ("1", ".165741768405475", "-.132932324874751", ".722560062328121"),
        ("A1", ".289763779527559", ".018786513374712", ".761084369648953"),
        ("C1", ".714840714840715", ".342464765033926", ".945858259955359"),
        ("1k", ".442797133679269", "-.884442155238120", ".912415420340776"),
        ("Ak", ".620050547598989", ".0711368153025035", ".927232040167722"),
        ("Ck", ".909315542377070", ".675674713816305", ".985891678169062"),
    ],
)
def test_intraclass_correlations(textbook: Textbook, form: str, estimate: str, low: str, high: str) -> None:
    """Shrout and Fleiss (1979), table 4, for two digits; pingouin 0.7.0, `intraclass_corr(table, …)`."""
    found = intraclass(matrix(textbook(JUDGES)), 0.05)[form]

    assert found.estimate == printed(estimate)
    assert found.ci == pytest.approx((float(low), float(high)), abs=1e-12)


def test_kendalls_w_corrected_for_ties(reference: Path) -> None:
    """Friedman's statistic over m (n - 1): SciPy 1.17.1, `friedmanchisquare(*subjects)`."""
    anxiety = matrix(pd.read_csv(reference / "agree_anxiety.csv"))

    assert kendall_w(anxiety, 0.05).estimate == printed(".539656875954370")


@pytest.mark.parametrize(
    ("kind", "coefficient", "estimate", "se"),
    [
        ("identity", "fleiss", "-.041076487252", ".047413268240"),
        ("identity", "gwet", ".031365313653", ".046682062592"),
        ("ordinal", "gwet", ".486133768352", ".115744237849"),
        ("quadratic", "conger", ".189979123173", ".113328849764"),
    ],
)
def test_anxiety_with_hardly_any_agreement(
    reference: Path, kind: Kind, coefficient: str, estimate: str, se: str
) -> None:
    """irrCAC (Python) 0.4.4, `CAC(anxiety, weights=kind, digits=12)`."""
    anxiety = matrix(pd.read_csv(reference / "agree_anxiety.csv"))
    found = getattr(chance, coefficient)(chance.tabulate(anxiety, kind), 0.05)

    assert (found.estimate, found.se) == (printed(estimate), printed(se))


def test_intraclass_correlations_of_anxiety(reference: Path) -> None:
    """pingouin 0.7.0, `intraclass_corr(table, case, reader, rating)`."""
    found = intraclass(matrix(pd.read_csv(reference / "agree_anxiety.csv")), 0.05)

    assert found["A1"].estimate == printed(".197998259355962")
    assert found["A1"].ci == (printed("-.0389106260931603"), printed(".493573945972123"))
    assert found["Ak"].ci == (printed("-.126582702709460"), printed(".745149288545210"))
