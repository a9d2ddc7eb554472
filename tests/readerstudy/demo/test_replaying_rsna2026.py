"""The 2026 study replayed in small: its preset from phantoms to the evaluation next to the published figures."""

from __future__ import annotations

import json
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analysis.commands import main
from fixtures.cohort import write_cohort
from fixtures.rsna2026 import rsna2026_readers
from readerstudy.demo import replaying
from readerstudy.reading.models import Judgement
from readerstudy.studies.models import Study

pytestmark = pytest.mark.django_db(transaction=True)
PHASE_KEYS = {
    "phase", "readers", "cases", "accuracy", "ci_t", "ci_mrmc", "sensitivity", "specificity", "range",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _small_phantoms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "write_cohort", partial(write_cohort, long_side=256))


def replay(out: Path, *arguments: str) -> dict[str, Any]:
    said = StringIO()
    call_command("replay_rsna2026", "--out", str(out), *arguments, json=True, stdout=said)
    summary: dict[str, Any] = json.loads(said.getvalue().splitlines()[-1])
    return summary


def test_three_readers_play_it_whole_and_the_evaluation_has_every_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = replay(tmp_path, "--cases", "10", "8", "--readers", "3")
    study = Study.objects.get(slug=said["study"])
    assert (study.status, study.preset) == ("unblinded", "rsna2026")
    assert Judgement.objects.filter(revision=1).count() == 3 * (10 + 10 + 8)

    assert main(["rsna", str(tmp_path / "ratings.csv"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    first, *others = found["phases"]
    assert [phase["phase"] for phase in found["phases"]] == ["phase-1", "phase-2", "phase-3"]
    assert [(phase["readers"], phase["cases"]) for phase in found["phases"]] == [(3, 10), (3, 10), (3, 8)]
    assert set(first) == PHASE_KEYS | {"by_class"}
    assert set(first["by_class"]) == {"synthetic", "authentic"}
    assert all(set(phase) == PHASE_KEYS for phase in others)
    assert {"difference", "p", "ci"} <= set(found["comparison"])
    assert found["unprompted"]["n"] == sum(reader.unprompted for reader in rsna2026_readers()[:3])
    assert set(found["unprompted"]) == {"n", "of", "share", "ci"}
    assert {"rho", "p"} <= set(found["experience"])
    for part in ("detectors", "mcnemar", "agreement", "subspecialty", "published"):
        assert found[part]
    rights = {(row["phase"], row["detector"]): row["right"] for row in found["detectors"]}
    assert rights["phase-2", "GPT-4o simulated"] == 9  # 131 of 154, to the nearest of 10
    assert rights["phase-3", "Llama 4 Maverick simulated"] == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--cases", "9", "8"], "--cases must be even"), (["--readers", "18"], "--readers must be 1 to 17")],
)
def test_what_cannot_be_replayed_is_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        replay(tmp_path, *arguments)
    assert not Study.objects.exists()


def test_it_is_not_played_twice_in_one_database(tmp_path: Path) -> None:
    Study.objects.create(slug=replaying.SLUG, title="played before")
    with pytest.raises(CommandError, match="replay it in another DATA_DIR"):
        replay(tmp_path)
