"""Readers with a detector, by rules and averaged scores, and readers with readers, against each alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from analysis import RatingsError, compare_detectors, compare_teams, obuchowski_rockette
from analysis.commands import main
from analysis.readers.team_rules import RULES, Choices
from analysis.readers.teams_result import Panel, Team


def study(
    *, readers: int = 6, cases: int = 60, detector: float = 1.2, seed: int = 1, of_case: float = 0.0
) -> pd.DataFrame:
    """Readers and a detector who see what there is to see independently, but for `of_case`, which all see alike."""
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 2
    shared = rng.normal(0, of_case, cases) if of_case else np.zeros(cases)

    def probability(d: float) -> Any:
        return 1 / (1 + np.exp(-d * (d * (truth - 0.5) + shared + rng.normal(size=cases))))

    rows = []
    for number in range(readers + 1):
        is_detector = number == readers
        p = probability(detector if is_detector else 1.4)
        who = "D" if is_detector else f"R{number + 1}"
        kind = "detector" if is_detector else "human"
        rating = np.round(p if is_detector else 100 * p, 2)
        rows += [(who, kind, f"C{c}", truth[c], rating[c], int(p[c] > 0.5)) for c in range(cases)]
    return pd.DataFrame(rows, columns=["reader", "kind", "case", "truth", "rating", "call"])


TABLE = study()
FEW = study(readers=2, cases=30)
HUMAN = TABLE[TABLE["kind"] == "human"]
DETECTOR = TABLE[TABLE["kind"] == "detector"].set_index("case")


def team(rule: str, metric: str, table: pd.DataFrame = TABLE, **choices: Any) -> Team:
    found = compare_teams(table, rules=[rule], sizes=(), **choices).teams
    return next(each for each in found if each.metric == metric)


def share(calls: pd.Series, truth: pd.Series, of: int | None = None) -> float:
    chosen = truth.notna() if of is None else truth == of
    return float((calls == truth)[chosen].groupby(HUMAN["reader"]).mean().mean())


def test_rules_on_calls_are_what_they_say() -> None:
    with_it = HUMAN["case"].map(DETECTOR["call"])
    for metric, of in (("accuracy", None), ("sensitivity", 1), ("specificity", 0)):
        either, both = HUMAN["call"] | with_it, HUMAN["call"] & with_it
        assert team("either", metric).team == pytest.approx(share(either, HUMAN["truth"], of))
        assert team("both", metric).team == pytest.approx(share(both, HUMAN["truth"], of))
        assert team("both", metric).reader_alone == pytest.approx(share(HUMAN["call"], HUMAN["truth"], of))


def mean_auc(scores: pd.Series) -> float:
    areas = [roc_auc_score(HUMAN["truth"][rows], scores[rows]) for rows in HUMAN.groupby("reader").groups.values()]
    return float(np.mean(areas))


def test_averaged_scores_are_means_of_probabilities_or_of_ranks() -> None:
    score = HUMAN["case"].map(DETECTOR["rating"])
    ranks = HUMAN.groupby("reader")["rating"].rank() + score.groupby(HUMAN["reader"]).rank()

    assert team("mean probability", "auc").team == pytest.approx(mean_auc((HUMAN["rating"] / 100 + score).round(10)))
    assert team("mean rank", "auc").team == pytest.approx(mean_auc(ranks))
    assert team("mean rank", "auc").reader_alone == pytest.approx(mean_auc(HUMAN["rating"]))
    assert team("mean rank", "auc").detector_alone == pytest.approx(
        roc_auc_score(DETECTOR["truth"], DETECTOR["rating"])
    )


def test_the_more_certain_decides() -> None:
    p, q = HUMAN["rating"] / 100, HUMAN["case"].map(DETECTOR["rating"])
    certain = p.where((p - 0.5).abs() > (q - 0.5).abs(), q)

    assert team("more certain", "auc").team == pytest.approx(mean_auc(certain), abs=1e-3)
    # Whoever is more certain also carries the mean over to their side.
    assert team("more certain", "accuracy").team == team("mean probability", "accuracy").team


def test_undecided_teams_call_as_the_reader() -> None:
    opposite = HUMAN["case"].map(DETECTOR["rating"])
    table = pd.concat([HUMAN.assign(rating=100 - 100 * opposite), TABLE[TABLE["kind"] == "detector"]])

    assert team("mean probability", "accuracy", table).team == team("mean probability", "accuracy", table).reader_alone
    assert team("mean probability", "auc", table).team == 0.5


def test_the_gain_is_the_comparison_of_two_modalities() -> None:
    with_it = HUMAN["case"].map(DETECTOR["call"])
    both = pd.concat([HUMAN.assign(modality="team", call=HUMAN["call"] | with_it), HUMAN.assign(modality="alone")])
    peer = obuchowski_rockette(both, metric="sensitivity")
    found = team("either", "sensitivity").gain

    assert peer.design == "crossed"
    assert (found.a, found.b) == ("team", "alone")
    assert (found.estimate, found.se, found.df, found.p) == pytest.approx(
        (peer.differences[0].estimate, peer.differences[0].se, peer.differences[0].df, peer.differences[0].p)
    )


def test_the_team_is_held_against_the_detector_as_a_reader_is() -> None:
    p = (HUMAN["rating"] / 100 + HUMAN["case"].map(DETECTOR["rating"])) / 2
    table = pd.concat([HUMAN.assign(rating=p), TABLE[TABLE["kind"] == "detector"]])
    [peer] = compare_detectors(table).detectors
    found = team("mean probability", "auc").over_detector

    assert found is not None
    assert (found.a, found.b) == ("team", "D")
    assert (found.estimate, found.se, found.p) == pytest.approx((peer.difference, peer.se, peer.p))


@settings(max_examples=5)
@given(seed=st.integers(0, 10_000))
def test_either_and_both_share_out_what_reader_and_detector_have(seed: int) -> None:
    table = study(readers=3, cases=20, seed=seed)
    for metric in ("accuracy", "sensitivity", "specificity"):
        either, both = team("either", metric, table), team("both", metric, table)
        assert either.team + both.team == pytest.approx(either.reader_alone + (either.detector_alone or 0))


@settings(max_examples=2)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    shuffled = TABLE.sample(frac=1, random_state=seed)
    columns = ["estimate", "difference", "low", "p"]
    one, other = compare_teams(TABLE).to_frame(), compare_teams(shuffled).to_frame()

    np.testing.assert_allclose(one[columns].astype(float), other[columns].astype(float), atol=1e-10)


@settings(max_examples=5)
@given(power=st.floats(0.2, 5))
def test_ranks_need_no_scale(power: float) -> None:
    stretched = TABLE.assign(rating=TABLE["rating"].where(TABLE["kind"] == "human", 1e4 * TABLE["rating"] ** power))

    assert team("mean rank", "auc", stretched).gain == team("mean rank", "auc").gain


def test_the_fitted_rule_gives_the_same_bits_for_the_same_seed() -> None:
    first, again = (compare_teams(FEW, rules=["logistic"], seed=7) for _ in range(2))
    from_generator = compare_teams(FEW, rules=["logistic"], seed=np.random.default_rng(7))

    assert first == again == from_generator
    assert first != compare_teams(FEW, rules=["logistic"], seed=8)


def paired(table: pd.DataFrame) -> pd.DataFrame:
    """The readers' reads with the detector's score beside them, as the rules take them."""
    own = table[table["kind"] == "detector"].set_index("case")
    human = table[table["kind"] == "human"]
    return human.assign(score=human["case"].map(own["rating"]), cluster=human["case"])


def test_the_fitted_rule_learns_nothing_from_the_cases_that_it_judges() -> None:
    """20 detectors and readers who guess: fitted and judged on the same cases, they would have areas of .56."""
    areas = []
    for seed in range(20):
        pairs = paired(study(readers=1, cases=60))
        pairs[["rating", "score"]] = np.random.default_rng(seed).uniform(size=(60, 2))
        areas.append(roc_auc_score(pairs["truth"], RULES["logistic"].decide(pairs, Choices()).rating))

    assert np.mean(areas) < 0.52


def test_the_fitted_rule_finds_out_whom_to_trust() -> None:
    strong = study(detector=4.0)
    assert team("logistic", "auc", strong).team > team("mean probability", "auc", strong).reader_alone + 0.1
    assert team("logistic", "auc", strong).team > 0.97


def test_images_of_a_patient_stay_in_one_fold() -> None:
    """Two images of a patient that are rated alike have the same log odds where the same fit judges them."""
    pairs = paired(study(readers=1, cases=80))
    patient = pairs["case"].str[1:].astype(int) % 40
    pairs["truth"] = patient % 2
    pairs[["rating", "score"]] = np.random.default_rng(1).uniform(size=(40, 2))[patient]

    def odds_of_a_patient(cluster: pd.Series) -> Any:
        log_odds = RULES["logistic"].decide(pairs.assign(cluster=cluster), Choices()).rating
        assert log_odds is not None
        return log_odds.groupby(patient).nunique()

    assert (odds_of_a_patient(patient) == 1).all()
    assert (odds_of_a_patient(pairs["case"]) == 2).any()


def test_cases_that_the_detector_has_not_judged_are_left_out() -> None:
    scored = TABLE[(TABLE["kind"] == "human") | TABLE["case"].isin([f"C{n}" for n in range(40)])]
    found = team("either", "accuracy", scored)

    assert (found.cases.positive, found.cases.negative) == (20, 20)
    only = TABLE[TABLE["case"].isin([f"C{n}" for n in range(40)])]
    assert found.gain == team("either", "accuracy", only).gain


def test_a_detector_with_calls_only_teams_up_by_calls() -> None:
    calls_only = TABLE.assign(rating=TABLE["rating"].where(TABLE["kind"] == "human"))
    found = compare_teams(calls_only)

    assert {each.rule for each in found.teams} == {"either", "both"}
    assert any("Rule 'logistic' with D is left out: the detector has no scores" in note for note in found.warnings)


def test_a_detector_with_scores_only_needs_a_threshold_for_calls() -> None:
    scores_only = TABLE.assign(call=TABLE["call"].where(TABLE["kind"] == "human"))
    without, with_one = compare_teams(scores_only), compare_teams(scores_only, detector_threshold=0.5)

    assert "either" not in {each.rule for each in without.teams}
    assert any("--detector-threshold T" in note for note in without.warnings)
    assert "either" in {each.rule for each in with_one.teams}
    # Averaged scores still have calls, which can be held against the reader's, not against the detector's.
    averaged = next(each for each in without.teams if (each.rule, each.metric) == ("mean probability", "accuracy"))
    assert averaged.over_detector is None
    assert averaged.detector_alone is None


def test_scales_of_probability_are_asked_for() -> None:
    log_odds = TABLE.assign(rating=TABLE["rating"].where(TABLE["kind"] == "human", TABLE["rating"] * 8 - 4))
    found = compare_teams(log_odds)

    assert {"more certain", "mean probability"}.isdisjoint({each.rule for each in found.teams})
    assert any("(--detector-scale LOW HIGH)" in note for note in found.warnings)
    named = team("mean probability", "auc", log_odds, detector_scale=(-4, 4))
    assert named.team == pytest.approx(team("mean probability", "auc").team)


def test_every_detector_has_its_teams() -> None:
    second = TABLE[TABLE["kind"] == "detector"].assign(reader="E")
    found = compare_teams(pd.concat([TABLE, second]), rules=["either"])

    assert [each.detector for each in found.teams if each.metric == "accuracy"] == ["D", "E"]
    [one, other] = (each.gain for each in found.teams if each.metric == "accuracy")
    assert one == other


def test_any_reader_can_be_taken_as_the_detector() -> None:
    found = team("either", "accuracy", HUMAN, detector="R2")

    assert (found.detector, found.readers) == ("R2", 5)


def panel(metric: str, size: int, table: pd.DataFrame = HUMAN) -> Panel:
    return next(x for x in compare_teams(table, sizes=[size]).panels if x.metric == metric)


def test_a_majority_of_three_is_worked_out_for_every_three_readers() -> None:
    calls = HUMAN.pivot(index="reader", columns="case", values="call")
    truth = HUMAN.drop_duplicates("case").set_index("case")["truth"].reindex(calls.columns)
    right = [(calls.loc[list(three)].sum() >= 2) == truth for three in combinations(calls.index, 3)]
    gained = pd.DataFrame(right).mean() - (calls == truth).mean()
    found = panel("accuracy", 3)

    assert (found.teams, found.rule) == (20, "majority")
    assert found.estimate == pytest.approx(np.mean(right))
    assert found.difference == pytest.approx(gained.mean())
    assert found.se == pytest.approx(gained.std(ddof=1) / 60**0.5)
    assert found.p == pytest.approx(2 * stats.norm.sf(found.difference / found.se))


def test_the_mean_rating_of_all_readers_has_one_area_and_delongs_difference() -> None:
    five = HUMAN[HUMAN["reader"] != "R6"]
    found = panel("auc", 5, five)
    means = five.groupby("case")["rating"].mean()
    truth = five.drop_duplicates("case").set_index("case")["truth"].reindex(means.index)

    assert (found.teams, found.rule) == (1, "mean rating")
    assert found.estimate == pytest.approx(roc_auc_score(truth, means))


def test_the_difference_of_one_reader_copied_three_times_is_none() -> None:
    copies = pd.concat([HUMAN[HUMAN["reader"] == "R1"].assign(reader=name) for name in "abc"])
    for metric in ("accuracy", "auc"):
        found = panel(metric, 3, copies)
        assert (found.difference, found.se, found.ci, found.p) == (0, 0, None, None)


def test_independent_readers_gain_by_condorcets_theorem() -> None:
    """Three of accuracy p have a majority that is right with p² (3 - 2p)."""
    rng = np.random.default_rng(0)
    cases = 4000
    rows = [(r, c, c % 2, int((rng.random() < 0.7) == (c % 2))) for r in range(3) for c in range(cases)]
    found = panel("accuracy", 3, pd.DataFrame(rows, columns=["reader", "case", "truth", "call"]))

    assert found.estimate == pytest.approx(0.7**2 * (3 - 1.4), abs=0.02)


def test_a_thousand_teams_are_drawn_where_there_are_more() -> None:
    many = study(readers=17, cases=20)
    found = compare_teams(many[many["kind"] == "human"], sizes=[7]).panels

    assert {each.teams for each in found} == {1000}


def test_cases_that_a_reader_has_not_read_are_left_out_of_teams_of_readers() -> None:
    gap = HUMAN[~((HUMAN["reader"] == "R1") & (HUMAN["case"] == "C5"))]
    found = compare_teams(gap, sizes=[3])

    assert any("1 cases without a call of every reader" in note for note in found.warnings)


@pytest.mark.parametrize(
    ("random", "word"), [("both", "readers like these 6 and to cases"), ("cases", "only as read by")]
)
def test_the_result_says_what_it_generalises_to(random: Any, word: str) -> None:
    found = compare_teams(TABLE, random=random)

    assert f"Teams with a detector: the result generalises to {'readers' if random == 'both' else 'cases'}" in str(
        found
    )
    assert word in found.generalises_to
    assert "Teams of readers: the result generalises to cases like these" in found.generalises_to
    assert "no one has seen the other's opinion" in found.method


@pytest.mark.parametrize(
    ("change", "choices", "message"),
    [
        (lambda t: t[t["reader"].isin(["R1", "R2"])], {}, "no detector row .* and fewer than 3 readers"),
        (lambda t: t, {"rules": ["vote"]}, "rule 'vote' is not known; choose from either, both"),
        (lambda t: t, {"sizes": [4]}, "a team of 4 readers has no majority"),
        (lambda t: t, {"detector": "HAL"}, "no reader or detector named 'HAL'"),
        (lambda t: t, {"random": "nobody"}, "random 'nobody' is not known"),
        (
            lambda t: t[t["reader"].isin(["R1", "D"])],
            {"rules": ["either"]},
            "left out: column 'reader': R1 is the only reader",
        ),
        (lambda t: t, {"rules": ["logistic"], "folds": 40, "sizes": ()}, "40 folds need as many"),
    ],
)
def test_what_makes_no_team_is_said(
    change: Callable[[pd.DataFrame], pd.DataFrame], choices: dict[str, Any], message: str
) -> None:
    with pytest.raises(RatingsError, match=message):
        compare_teams(change(TABLE), **choices)


def test_the_command_prints_tables_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    TABLE.to_csv(path, index=False)
    assert main(["teams", str(path)]) == 0
    assert "generalise" in capsys.readouterr().out

    arguments = ["--detector", "D", "--rule", "mean probability", "--rule", "either", "--size", "3", "--json"]
    assert main(["teams", str(path), *arguments, "--scale", "0", "100"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {each["rule"] for each in found["teams"]} == {"mean probability", "either"}
    assert {"a", "b", "estimate", "se", "df", "ci", "p"} == set(found["teams"][0]["gain"])
    assert [each["size"] for each in found["panels"]] == [3, 3]

    assert main(["teams", str(path), "--rule", "vote"]) == 2
    assert "choose from either" in capsys.readouterr().err
