"""Not worse by more than it matters: the one-sided tests beside the differences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scipy import stats

from analysis import RatingsError, obuchowski_rockette
from analysis.commands import main
from tests.analysis.tables import made_up_study

TABLE = made_up_study(readers=5, cases=60, modalities=("old", "new"))


def test_both_directions_are_tested_with_the_same_standard_error_and_df() -> None:
    result = obuchowski_rockette(TABLE, margin=0.1)
    [difference], [one, other] = result.differences, result.margins
    assert difference.se is not None
    assert difference.ci is not None
    assert (one.a, one.b, other.a, other.b) == ("old", "new", "new", "old")
    t = (difference.estimate + 0.1) / difference.se
    assert one.statistic == pytest.approx(t)
    assert one.p == pytest.approx(stats.t.sf(t, difference.df))
    assert other.p == pytest.approx(stats.t.sf((-difference.estimate + 0.1) / difference.se, difference.df))
    assert one.p is not None
    assert other.p is not None
    assert one.p_equivalence == other.p_equivalence == max(one.p, other.p)


@pytest.mark.parametrize("margin", [0.01, 0.05, 0.2, 0.5])
def test_not_inferior_is_where_the_interval_stays_above_the_margin(margin: float) -> None:
    result = obuchowski_rockette(TABLE, margin=margin)
    [difference] = result.differences
    assert difference.ci is not None
    low, high = difference.ci
    one, other = result.margins
    assert one.noninferior == (low > -margin)
    assert other.noninferior == (-high > -margin)
    assert one.equivalent == (low > -margin and high < margin)
    assert (one.limit, other.limit) == (low, -high)


@pytest.mark.parametrize("margin", [0, -0.1, float("nan"), float("inf")])
def test_a_margin_is_a_positive_number(margin: float) -> None:
    with pytest.raises(RatingsError, match="must be a positive number"):
        obuchowski_rockette(TABLE, margin=margin)


def test_one_modality_can_be_held_against_a_value() -> None:
    alone = obuchowski_rockette(TABLE, modality="old")
    found = obuchowski_rockette(TABLE, modality="old", against=0.5).against
    [mean] = alone.modalities
    assert found is not None
    assert mean.se is not None
    assert found.statistic == pytest.approx((mean.estimate - 0.5) / mean.se)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.statistic or 0), mean.df))
    with pytest.raises(RatingsError, match="a value is compared with one modality"):
        obuchowski_rockette(TABLE, against=0.5)


def test_p_values_are_adjusted_only_on_request_and_never_lower() -> None:
    table = made_up_study(readers=4, cases=40, modalities=("a", "b", "c"))
    assert obuchowski_rockette(table).p_holm == ()
    result = obuchowski_rockette(table, holm=True)
    assert len(result.p_holm) == 3
    assert all((p or 0) >= (d.p or 0) for p, d in zip(result.p_holm, result.differences, strict=True))
    assert "Holm" in result.method


def test_the_command_line_says_it_in_words_and_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    TABLE.to_csv(path, index=False)
    assert main(["mrmc", str(path), "--margin", "0.3", "--holm"]) == 0
    assert "not inferior" in capsys.readouterr().out
    assert main(["mrmc", str(path), "--margin", "0.3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["margins"]
    assert [row["noninferior"] for row in found] == [True, True]
