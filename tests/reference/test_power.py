"""Sample sizes as other packages have them.

With a pilot: RJafroc (R), `SsPowerGivenJK(dataset02, FOM = "Wilcoxon", effectSize = .05, J = 6, K = 251,
method = "OR")` and `SsSampleSizeKGivenJ(…, J = 6, desiredPower = .8)`; with readers fixed, the chi-square of Hillis,
Obuchowski and Berbaum (2011). Without: MRMCsamplesize (R), `sampleSize_MRMC(endpoint = "auc", J = 10, delta = .10,
theta = .75, rangeb = .1, rangew = .05, R = 1, r1 = .47)`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.commands import main
from analysis.planning.conjecture import Conjecture
from analysis.planning.power import power
from tests.reference.printed import printed


@pytest.mark.parametrize(
    ("random", "expected", "cases"),
    [("both", ".892281989", 170), ("cases", ".983944771", 118), ("readers", ".949444914", 99)],
)
def test_power_with_vandykes_study_as_pilot(
    random: str, expected: str, cases: int, reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pilot = str(reference / "vandyke.csv")
    words = ["--readers", "6", "--cases", "251", "--effect", ".05", "--pilot", pilot, "--random", random, "--json"]
    assert main(["power", *words]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["power"] == pytest.approx(float(expected), rel=1e-9)  # R's pf sums its series to 1e-9
    assert found["cases_needed"] == cases
    if random == "both":
        assert (found["ncp"], found["df"]) == (printed("11.6114529"), printed("16.1270372"))


def test_cases_without_pilot() -> None:
    plan = power(Conjecture(0.75, 0.1, 0.05, r1=0.47), readers=10, cases=50, effect=0.1)

    assert (plan.cases_needed, plan.positive, plan.negative) == (50, 25, 25)
