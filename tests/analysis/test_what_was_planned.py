"""A plan that was fixed beforehand is answered first, endpoint by endpoint; all else is exploratory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import compare_detectors, obuchowski_rockette, validate
from analysis.commands import main
from analysis.errors import RatingsError
from analysis.intervals import holm
from analysis.mrmc.margins import margin_tests
from analysis.report.document import Section
from analysis.report.endpoints import Answer, answer_all
from analysis.report.files import results_json
from analysis.report.plan import Plan, plan_from
from analysis.report.report import gather, gather_again
from analysis.report.sections import planned
from analysis.report.study import Study
from tests.analysis.three_phases import reader_table, three_phase_study

TWO = {"phase": "phase-2", "modality": "informed"}
THREE = {"phase": "phase-3", "modality": "informed"}
ONE = {"phase": "phase-1", "modality": "unaware"}
CHANCE = {"comparison": "value", "against": {"value": 0.5}}


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(validate(three_phase_study(readers=6)), reader_table(6).set_index("reader"))


def a_plan(*endpoints: dict[str, Any], **choices: Any) -> Plan:
    said = [{"role": "primary", "metric": "accuracy", **one} for one in endpoints]
    return plan_from(json.dumps({"endpoints": said, **choices}))


def answers(study: Study, *endpoints: dict[str, Any], **choices: Any) -> list[Answer]:
    return answer_all(a_plan(*endpoints, **choices), study, study.conditions())


def section(study: Study, *endpoints: dict[str, Any], **choices: Any) -> Section:
    return planned.section(a_plan(*endpoints, **choices), study, study.conditions())


def test_an_estimate_is_the_mean_of_the_mrmc_analysis_and_is_not_tested(study: Study) -> None:
    [answer] = answers(study, {**TWO, "metric": "auc"})
    [found] = answer.outcomes
    mean = obuchowski_rockette(study.ratings, metric="auc", phase="phase-2").modalities[0]
    assert (found.estimate, found.ci) == (mean.estimate, mean.ci)
    assert (found.difference, found.p, found.shown) == (None, None, None)


def test_against_a_value_the_difference_and_p_are_those_of_the_mrmc_analysis(study: Study) -> None:
    [answer] = answers(study, {**TWO, **CHANCE, "hypothesis": "superiority"})
    [found] = answer.outcomes
    held = obuchowski_rockette(study.ratings, metric="accuracy", phase="phase-2", against=0.5).against
    assert held is not None
    assert (found.difference, found.difference_ci, found.p) == (held.difference, held.ci, held.p)
    assert found.shown is True


def test_a_mean_below_the_value_shows_no_superiority_however_small_p_is(study: Study) -> None:
    against = {"comparison": "value", "against": {"value": 0.99}}
    [answer] = answers(study, {**TWO, **against, "hypothesis": "superiority"})
    [found] = answer.outcomes
    assert found.p is not None
    assert found.p < 0.05
    assert found.shown is False


def test_a_margin_is_decided_as_the_limit_of_the_interval_decides_it(study: Study) -> None:
    [low, high] = (
        answers(study, {**THREE, "comparison": "reading", "against": TWO, "hypothesis": name, "margin": margin})[0]
        for name, margin in (("non-inferiority", 0.3), ("equivalence", 0.001))
    )
    assert low.outcomes[0].difference_ci is not None
    assert low.outcomes[0].difference_ci[0] > -0.3
    assert (low.outcomes[0].shown, high.outcomes[0].shown) == (True, False)


def test_the_p_of_a_margin_is_twice_the_one_sided_one(study: Study) -> None:
    endpoint = {**TWO, **CHANCE, "hypothesis": "non-inferiority", "margin": 0.1}
    [answer] = answers(study, endpoint)
    held = obuchowski_rockette(study.ratings, metric="accuracy", phase="phase-2", against=0.5).against
    assert held is not None
    test, _ = margin_tests("a", "b", held.difference, held.se, held.df, held.ci, 0.1, 0.05)
    assert test.p is not None
    assert answer.outcomes[0].p == pytest.approx(2 * test.p)


def test_phases_are_compared_over_the_readers_of_both(study: Study) -> None:
    frame = study.ratings.frame
    without = validate(frame[~((frame["reader"] == "R01") & (frame["phase"] == "phase-3"))])
    [answer] = answers(Study(without), {**THREE, "comparison": "reading", "against": TWO, "hypothesis": "difference"})
    assert answer.outcomes[0].readers == 5


def test_each_detector_has_an_answer_of_its_own_and_a_named_one_alone(study: Study) -> None:
    each = {**TWO, "metric": "auc", "comparison": "detectors", "hypothesis": "difference"}
    both = [one for answer in answers(study, {**each, "against": {"detector": ""}}) for one in answer.outcomes]
    [named] = answers(study, {**each, "against": {"detector": "Residual net 1"}})
    known = compare_detectors(study.ratings, metric="auc", phase="phase-2").detectors
    assert [one.against for one in both] == ["GPT-4o 2025-05", "Residual net 1"]
    assert [one.p for one in both] == [one.p for one in known]
    assert [one.against for one in named.outcomes] == ["Residual net 1"]


def test_a_detector_that_gave_calls_alone_leaves_the_others_their_auc(study: Study) -> None:
    frame = study.ratings.frame.copy()
    frame.loc[frame["reader"] == "GPT-4o 2025-05", "rating"] = np.nan
    endpoint = {**TWO, "metric": "auc", "comparison": "detectors", "hypothesis": "difference"}
    calls, ratings = answers(Study(validate(frame)), {**endpoint, "against": {"detector": ""}}, multiplicity="holm")
    assert "GPT-4o 2025-05 has no ratings" in calls.problem
    assert ratings.outcomes[0].against == "Residual net 1"
    assert ratings.outcomes[0].p is not None
    assert ratings.outcomes[0].p_holm == min(1.0, 2 * ratings.outcomes[0].p)


def test_diagnoses_and_unprompted_remarks_are_answered_too(study: Study) -> None:
    diagnosis, remark = answers(
        study, {**ONE, "metric": "diagnosis"}, {**ONE, "metric": "unprompted"}, covariance="jackknife"
    )
    reads = study.ratings.frame.query("phase == 'phase-1'")
    share = reads.groupby("reader", observed=True)["diagnosis_correct"].mean().mean()
    assert diagnosis.outcomes[0].estimate == pytest.approx(share)
    assert remark.outcomes[0].estimate == 1.0
    assert remark.outcomes[0].ci == pytest.approx((0.6097, 1.0), abs=1e-4)  # Wilson: z² = 3.8415, 6/(6 + z²)


def test_a_share_of_readers_is_tested_by_the_score_that_its_interval_inverts() -> None:
    study = Study(validate(three_phase_study()), reader_table().set_index("reader"))
    [answer] = answers(study, {**ONE, "metric": "unprompted", **CHANCE, "hypothesis": "difference"})
    assert answer.outcomes[0].p == pytest.approx(0.4669, abs=1e-4)  # R 4.5: prop.test(7, 17, correct = FALSE)


def test_holm_counts_the_primary_tests_alone_and_one_that_failed_as_one(study: Study) -> None:
    tested = {**CHANCE, "hypothesis": "difference"}
    found = answers(
        study,
        {**TWO, **tested},
        {"phase": "phase-9", "modality": "informed", **tested},
        {**TWO, "metric": "auc"},
        {**THREE, **tested, "role": "secondary"},
        multiplicity="holm",
    )
    first, lost, estimate, secondary = found
    p = first.outcomes[0].p
    assert p is not None
    assert first.outcomes[0].p_holm == pytest.approx(holm([p, 1.0])[0]) == pytest.approx(2 * p)
    assert not lost.outcomes
    assert "nobody has read phase-9 · informed" in lost.problem
    assert (estimate.outcomes[0].p_holm, secondary.outcomes[0].p_holm) == (None, None)


def test_the_adjusted_p_decides(study: Study) -> None:
    one = {**THREE, "comparison": "reading", "against": TWO, "hypothesis": "difference"}
    [alone] = answers(study, one)
    p = alone.outcomes[0].p
    assert p is not None
    level = min(0.99, 1.5 * p)
    assert p < level < 3 * p
    assert answers(study, one, alpha=level)[0].outcomes[0].shown is True
    assert answers(study, *[one] * 3, multiplicity="holm", alpha=level)[0].outcomes[0].shown is False


def test_the_section_says_what_came_out_in_words(study: Study) -> None:
    found = section(study, {**TWO, **CHANCE, "hypothesis": "superiority"}, {**TWO, "role": "secondary"})
    primary, secondary = found.tables
    assert [row["came_out"] for row in primary.rows] == ["superiority is shown"]
    assert [row["came_out"] for row in secondary.rows] == ["estimated"]
    assert found.standing == "planned"
    assert "superiority is shown" in found.headlines[0].name


def test_amendments_are_named_with_their_reason(study: Study) -> None:
    amended = [{"version": 2, "at": "2026-02-01T00:00", "change": "one reader more", "reason": "ill"}]
    assert section(study, TWO, amendments=amended).notes == [
        "Amended on 2026-02-01 (version 2): one reader more. Reason: ill"
    ]


def test_without_a_plan_everything_is_exploratory_and_the_report_says_so(study: Study) -> None:
    report = gather(study, phases=["phase-2"])
    assert "every figure is exploratory" in report.planned.meaning
    assert "planned" not in report.results()
    sections = [one for part in report.parts for one in part.sections] + list(report.overall)
    assert {one.standing for one in sections if one.name != "flow"} == {"exploratory"}


def test_the_same_results_come_out_again_with_the_plan_and_not_without(study: Study) -> None:
    plan = a_plan({**TWO, **CHANCE, "hypothesis": "superiority"}, multiplicity="holm")
    stored = results_json(gather(study, phases=["phase-2"], plan=plan), {})
    again = gather_again(json.loads(stored), study.ratings, study.readers, None, plan)
    assert results_json(again, {}) == stored
    assert results_json(gather_again(json.loads(stored), study.ratings, study.readers), {}) != stored


def test_the_command_takes_a_plan_and_puts_it_first(tmp_path: Path) -> None:
    three_phase_study(readers=4).to_csv(tmp_path / "ratings.csv", index=False)
    (tmp_path / "p.json").write_text(json.dumps({"endpoints": [{"role": "primary", "metric": "auc", **TWO}]}))
    out = tmp_path / "out"
    command = ["report", str(tmp_path / "ratings.csv"), "--out", str(out), "--plan", str(tmp_path / "p.json")]
    assert main([*command, "--phase", "phase-2"]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.index('class="standing planned"') < page.index('class="standing exploratory"')
    assert page.count('class="standing planned"') == 1
    assert (out / "plan.json").read_bytes() == (tmp_path / "p.json").read_bytes()
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert results["planned"]["endpoints"][0]["endpoint"]["metric"] == "auc"
    assert "plan.json" in results["sha256"]
    assert (out / "tables" / "study-primary.csv").is_file()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "no JSON object with a list of endpoints"),
        ("{", "no JSON object with a list of endpoints"),
        ('{"endpoints": [1]}', r"endpoints\[0\]: is no object"),
        ('{"endpoints": [], "alpha": 5}', "alpha: is 5 and must be a number between 0 and 1"),
        ('{"endpoints": [], "random": "us"}', "random: is 'us'; choose from"),
        ('{"endpoints": [{"role": "main"}]}', "role: is 'main'; choose from primary, secondary"),
        ('{"endpoints": [{"role": "primary", "metric": "f1"}]}', "metric: is 'f1'; choose from auc"),
        ('{"endpoints": [{"role": "primary", "metric": "auc"}]}', "phase: is None and must be the name"),
    ],
)
def test_a_plan_that_is_none_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(RatingsError, match=words):
        plan_from(text)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"hypothesis": "difference"}, "a test needs something to compare with"),
        ({**CHANCE, "hypothesis": "equivalence"}, "needed there"),
        ({**CHANCE, "margin": 0.1}, "is for non-inferiority and equivalence"),
        ({"comparison": "value", "against": 0.5}, "must be an object with a value"),
        ({"comparison": "value", "against": {"value": 50}}, "must be a number between 0 and 1"),
    ],
)
def test_an_endpoint_that_contradicts_itself_is_refused(said: dict[str, Any], words: str) -> None:
    with pytest.raises(RatingsError, match=words):
        a_plan({**TWO, **said})


def test_a_plan_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    three_phase_study(readers=2).to_csv(tmp_path / "ratings.csv", index=False)
    command = ["report", str(tmp_path / "ratings.csv"), "--out", str(tmp_path / "out"), "--plan", str(tmp_path / "no")]
    assert main(command) != 0
    assert "no: cannot be read" in capsys.readouterr().err
