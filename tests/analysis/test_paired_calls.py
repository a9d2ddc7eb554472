"""Two readers' calls on the same cases are compared by McNemar's test and Tango's interval."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar as peer

from analysis.commands import main
from analysis.errors import RatingsError
from analysis.readers.paired import mcnemar, paired_calls, tango

few = settings(max_examples=60, deadline=None)
counts = st.tuples(st.integers(0, 15), st.integers(0, 15), st.integers(1, 30))


def brute_force_z(b: int, c: int, n: int, difference: float) -> float:
    """Tango's statistic with the nuisance share found by maximising the trinomial likelihood numerically."""

    def minus_log_likelihood(share: float) -> float:
        shares = np.array([share + difference, share, 1 - 2 * share - difference])
        return -float(np.array([b, c, n - b - c]) @ np.log(shares))

    low, high = max(0.0, -difference) + 1e-12, (1 - difference) / 2 - 1e-12
    share = float(
        minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    )
    return float((b - c - n * difference) / np.sqrt(n * (2 * share + difference * (1 - difference))))


@pytest.mark.parametrize(("b", "c", "n"), [(12, 2, 50), (3, 9, 40), (5, 5, 30)])
def test_the_interval_inverts_the_score_test_of_the_likelihood_itself(b: int, c: int, n: int) -> None:
    low, high = tango(b, c, n)
    estimate = (b - c) / n
    z = 1.959963984540054

    assert low == pytest.approx(brentq(lambda d: brute_force_z(b, c, n, d) - z, -0.6, estimate), abs=1e-6)
    assert high == pytest.approx(brentq(lambda d: brute_force_z(b, c, n, d) + z, estimate, 0.8), abs=1e-6)


@few
@given(counts)
def test_the_p_values_are_statsmodels_and_mid_p_counts_the_observed_half(count: tuple[int, int, int]) -> None:
    b, c, _ = count
    exact, mid, asymptotic = mcnemar(b, c)

    assert exact == pytest.approx(peer([[0, b], [c, 0]], exact=True).pvalue, rel=1e-10)
    probabilities = binom.pmf(np.arange(b + c + 1), b + c, 0.5)
    tail = probabilities[: min(b, c)].sum() + probabilities[min(b, c)] / 2
    assert mid == pytest.approx(min(1.0, 2 * tail), rel=1e-10)
    if b + c:
        assert asymptotic == pytest.approx(peer([[0, b], [c, 0]], exact=False, correction=False).pvalue, rel=1e-10)
    else:
        assert asymptotic is None


@few
@given(counts)
def test_the_interval_excludes_no_difference_exactly_when_the_test_rejects(count: tuple[int, int, int]) -> None:
    b, c, concordant = count
    low, high = tango(b, c, b + c + concordant)
    p = mcnemar(b, c)[2]

    assert (low > 0 or high < 0) == (p is not None and p < 0.05)


@few
@given(counts)
def test_exchanging_the_two_mirrors_the_interval(count: tuple[int, int, int]) -> None:
    b, c, concordant = count
    low, high = tango(b, c, b + c + concordant)

    assert tango(c, b, b + c + concordant) == pytest.approx((-high, -low), abs=1e-9)


def test_only_cases_that_both_have_called_count() -> None:
    table = pd.DataFrame(
        {
            "reader": ["R1"] * 5 + ["R2"] * 4,
            "case": ["a", "b", "c", "d", "e", "a", "b", "c", "d"],
            "truth": [0, 0, 1, 1, 1, 0, 0, 1, 1],
            "call": [0, 0, 1, 1, 1, 1, 0, 0, 1],
        }
    )
    sensitivity, specificity, accuracy = paired_calls(table).pairs

    assert (sensitivity.n, sensitivity.only_a, sensitivity.only_b, sensitivity.difference) == (2, 1, 0, 0.5)
    assert (specificity.n, specificity.only_a, specificity.only_b) == (2, 1, 0)
    assert (accuracy.n, accuracy.only_a, accuracy.only_b, accuracy.p_exact) == (4, 2, 0, 0.5)


def test_one_reader_alone_cannot_be_compared() -> None:
    table = pd.DataFrame({"reader": "R1", "case": ["a", "b"], "truth": [0, 1], "call": [0, 1]})

    with pytest.raises(RatingsError, match="call"):
        paired_calls(table)


def test_a_reader_is_compared_between_modalities_and_never_with_another_reader() -> None:
    table = pd.DataFrame(
        [
            {"reader": reader, "modality": modality, "case": case, "truth": case % 2, "call": (case + wrong) % 2}
            for reader in ["R1", "R2"]
            for modality, wrong in [("with", 0), ("without", 1)]
            for case in range(4)
        ]
    )
    found = paired_calls(table).to_frame()

    assert set(zip(found["a"], found["b"], strict=True)) == {
        ("R1 (with)", "R1 (without)"),
        ("R2 (with)", "R2 (without)"),
    }
    assert found["difference"].eq(1.0).all()


def test_the_command_prints_the_pairs_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    pd.DataFrame(
        {"reader": ["R1", "R1", "R2", "R2"], "case": ["a", "b"] * 2, "truth": [0, 1] * 2, "call": [0, 1, 1, 1]}
    ).to_csv(path, index=False)

    assert main(["paired", str(path), "--json"]) == 0

    specificity = json.loads(capsys.readouterr().out)["pairs"][1]
    assert (specificity["metric"], specificity["a"], specificity["b"]) == ("specificity", "R1", "R2")
    assert specificity["difference"] == 1.0


def test_the_interval_is_that_of_propcis() -> None:
    # R, PropCIs: scoreci.mp(25, 28, 618, conf.level = 0.90), which is second minus first, to the four digits printed.
    low, high = tango(28, 25, 618, alpha=0.10)

    assert (round(low, 4), round(high, 4)) == (-0.0148, 0.0247)
