"""Agreement of the readers' calls: every coefficient with an interval, and words where one is not possible."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as fleiss_of_counts

from analysis import RatingsError, reader_agreement
from tests.analysis.tables import made_up_study, with_detector


def calls_of(**readers: str) -> pd.DataFrame:
    """One case for each character: 0, 1, or a dot for a missing call; truth in turns."""
    rows = [
        (reader, case, case % 2, None if call == "." else int(call))
        for reader, calls in readers.items()
        for case, call in enumerate(calls)
    ]
    return pd.DataFrame(rows, columns=["reader", "case", "truth", "call"])


def test_kappas_are_those_of_statsmodels() -> None:
    table = made_up_study()
    wide = table.pivot_table(index="case", columns="reader", values="call")
    found = reader_agreement(table)

    assert found.fleiss_kappa.estimate == pytest.approx(fleiss_of_counts(aggregate_raters(wide.to_numpy())[0]))
    for pair in found.cohen_kappa:
        peer = cohens_kappa(pd.crosstab(wide[pair.a], wide[pair.b]).to_numpy())
        assert (pair.estimate, pair.se) == pytest.approx((peer.kappa, peer.std_kappa))
        assert pair.ci == pytest.approx((peer.kappa_low, peer.kappa_upp))


def test_the_levels_are_the_same_for_calls_of_two_kinds() -> None:
    nominal, ordinal, interval = (
        reader_agreement(made_up_study(), level=level) for level in ("nominal", "ordinal", "interval")
    )

    for other in (ordinal, interval):
        for name in ("fleiss_kappa", "conger_kappa", "gwet_ac", "krippendorff_alpha"):
            assert getattr(other, name).estimate == pytest.approx(getattr(nominal, name).estimate)
            assert getattr(other, name).se == pytest.approx(getattr(nominal, name).se)


def test_two_readers_are_enough_and_their_conger_kappa_is_cohens() -> None:
    found = reader_agreement(calls_of(R1="0011010111", R2="0011001110"))

    assert found.conger_kappa.estimate == pytest.approx(found.cohen_kappa[0].estimate)
    assert found.icc["A1"].estimate is not None
    assert found.kendall_w.estimate is not None


def test_missing_calls_follow_gwet() -> None:
    found = reader_agreement(calls_of(R1="010.0", R2="01.1.", R3="...0."))

    # Shares over the five rated cases: (1 + 0 + 1 + 1/2 + 1)/5 = .7; agreement over the three with two calls: 2/3.
    by_chance = 0.7**2 + 0.3**2
    assert (found.cases, found.reads, found.missing, found.complete_cases) == (5, 8, 7, 0)
    assert found.observed_agreement == pytest.approx(2 / 3)
    assert found.fleiss_kappa.estimate == pytest.approx((2 / 3 - by_chance) / (1 - by_chance))
    assert "7 of 15 calls are missing" in str(found)


def test_without_a_case_that_all_have_read_there_is_neither_icc_nor_w() -> None:
    found = reader_agreement(calls_of(R1="0101..", R2="01..01", R3="..0101"))

    assert found.icc["C1"].estimate is None
    assert found.kendall_w.estimate is None
    assert found.krippendorff_alpha.estimate == 1
    assert any("Fewer than two cases have a call by every reader" in warning for warning in found.warnings)


def test_perfect_agreement_is_one_without_an_interval() -> None:
    found = reader_agreement(calls_of(R1="0101", R2="0101", R3="0101"))

    for name in ("fleiss_kappa", "conger_kappa", "krippendorff_alpha", "gwet_ac", "kendall_w"):
        coefficient = getattr(found, name)
        assert (coefficient.estimate, coefficient.se, coefficient.ci) == (1, 0, None), name
    assert [item.estimate for item in found.icc.values()] == [1] * 6
    assert any("variance is zero" in warning for warning in found.warnings)


def test_when_all_calls_are_the_same_only_gwets_coefficient_is_defined() -> None:
    result = reader_agreement(made_up_study().assign(call=1))

    found = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    for name in ("fleiss_kappa", "conger_kappa", "krippendorff_alpha", "kendall_w"):
        assert found[name] == {"estimate": None, "se": None, "ci": None}
    assert found["gwet_ac"]["estimate"] == 1
    assert {pair["estimate"] for pair in found["cohen_kappa"]} == {None}
    assert any("All calls are the same" in warning for warning in found["warnings"])


def test_one_case_with_two_calls_has_estimates_without_intervals() -> None:
    found = reader_agreement(calls_of(R1="0.", R2="1."))

    assert (found.fleiss_kappa.estimate, found.fleiss_kappa.ci) == (-1, None)
    assert found.icc["1"].estimate is None
    assert found.kendall_w.estimate is None


def test_readers_without_a_case_in_common_have_no_kappa() -> None:
    found = reader_agreement(calls_of(R1="01..", R2="..01"))

    assert found.fleiss_kappa.estimate is None
    assert found.cohen_kappa[0].cases == 0
    assert any("No case has two calls" in warning for warning in found.warnings)


def test_a_pair_that_always_says_the_same_word_is_named() -> None:
    found = reader_agreement(calls_of(R1="1111", R2="1111", R3="0101"))

    assert found.cohen_kappa[0].estimate is None
    assert any("Cohen's kappa of 1 pair of readers is not defined" in warning for warning in found.warnings)


def test_detectors_and_repetitions_do_not_count_as_readers() -> None:
    table = made_up_study().assign(reread=0)
    again = table[table["case"] == "C3"].assign(reread=1, call=0)
    alone, beside = reader_agreement(table), reader_agreement(with_detector(pd.concat([table, again])))

    assert beside.to_dict() | {"intra_reader": None} == alone.to_dict()


def test_agreement_needs_calls_and_two_readers() -> None:
    with pytest.raises(RatingsError, match=r"column 'call': no read has a call; fill the column.*--on rating"):
        reader_agreement(made_up_study().drop(columns="call"))
    with pytest.raises(RatingsError, match="R1 is the only reader with calls"):
        reader_agreement(made_up_study(readers=1))


def test_one_phase_and_modality_are_chosen_by_name() -> None:
    table = made_up_study(modalities=("unaided", "aided"))

    with pytest.raises(RatingsError, match=r"more than one modality \(unaided, aided\)"):
        reader_agreement(table)
    assert reader_agreement(table, modality="aided").cases == 30


def test_many_pairs_are_summed_up_in_the_text_and_listed_in_the_frame() -> None:
    found = reader_agreement(made_up_study(readers=7))

    assert "Cohen's kappa of 21 pairs of readers: median" in str(found)
    assert (found.to_frame()["coefficient"] == "cohen_kappa").sum() == 21
    assert np.isfinite(found.to_frame()["estimate"].astype(float)).all()
