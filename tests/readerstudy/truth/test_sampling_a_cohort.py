"""A cohort drawn from a pool holds copies under new codes, with their truth sealed and the draw on record."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts import filestore, frames, masters
from readerstudy.cohorts.models import Blackout, Case, Cohort, Image, NearDuplicate, Source
from readerstudy.cohorts.services import CohortNameError, exclude_case
from readerstudy.truth.design import Design, SamplingError
from readerstudy.truth.drawing import draw_cohort, pool_cases
from readerstudy.truth.models import Sample, Truth
from tests.readerstudy.unpictured import a_pool, an_unpictured_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Cohort:
    return a_pool()


def digests(cohort: Cohort) -> list[str]:
    return sorted(Image.objects.filter(case__cohort=cohort).values_list("sha256", flat=True))


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()} if folder.exists() else set()


def test_the_copies_are_the_same_pictures_under_codes_of_their_own(pool: Cohort) -> None:
    cohort = draw_cohort(pool=pool, name="drawn", design=Design(12), actor=None).cohort
    assert digests(cohort) == digests(pool)
    codes = set(cohort.cases.values_list("code", flat=True))
    assert codes.isdisjoint(pool.cases.values_list("code", flat=True))
    for image in Image.objects.filter(case__cohort=cohort):
        assert len(frames.path_of(image).read_bytes()) == image.length
    assert cohort.recipe == pool.recipe


def test_each_copy_keeps_its_truth_and_what_is_known_of_its_source(pool: Cohort) -> None:
    design = Design(4, Fraction(1, 4), by=("anatomy",))
    cohort = draw_cohort(pool=pool, name="drawn", design=design, actor=None).cohort
    known = {
        image.sha256: (truth.value, truth.anatomy, truth.patient)
        for image in Image.objects.filter(case__cohort=pool)
        for truth in Truth.objects.filter(case=image.case_id)
    }
    for image in Image.objects.filter(case__cohort=cohort):
        truth, source = Truth.objects.get(case=image.case_id), Source.objects.get(case=image.case_id)
        assert (truth.value, truth.anatomy, truth.patient) == known[image.sha256]
        assert source.cohort == cohort
        assert Source.objects.filter(cohort=pool, pixel_digest=source.pixel_digest, name=source.name).exists()
    assert Counter(Truth.objects.filter(case__cohort=cohort).values_list("value", flat=True)) == {
        "authentic": 3,
        "synthetic": 1,
    }


def test_the_drawn_cohort_is_sealed_and_the_pool_stays_as_it_was(pool: Cohort) -> None:
    state, seal = pool.state_digest(), pool.sealed_digest
    cohort = draw_cohort(pool=pool, name="drawn", design=Design(6), actor=None).cohort
    cohort.refresh_from_db()
    pool.refresh_from_db()
    assert cohort.is_sealed
    assert (pool.state_digest(), pool.sealed_digest, pool.cases.count()) == (state, seal, 12)


def test_removing_a_file_of_the_pool_leaves_the_copys_and_black_outs_come_along(pool: Cohort) -> None:
    source = Source.objects.filter(cohort=pool).first()
    assert source is not None
    if not source.master:
        source.master = masters.write(b"a master")
        source.save()
    Blackout.objects.create(case=source.case, x=1, y=2, width=3, height=4)
    cohort = draw_cohort(pool=pool, name="drawn", design=Design(12), actor=None).cohort
    copy = Source.objects.get(cohort=cohort, pixel_digest=source.pixel_digest)
    content = (masters.folder() / source.master).read_bytes()
    masters.remove(source.master)
    assert (masters.folder() / copy.master).read_bytes() == content
    assert str(Blackout.objects.get(case=copy.case)) == "3 × 4 at 1, 2"


def test_which_cases_look_alike_and_what_was_decided_of_them_comes_along(pool: Cohort) -> None:
    first, second, third = pool.cases.order_by("pk")[:3]
    NearDuplicate.objects.create(cohort=pool, first=first, second=second, distance=3, decision="keep")
    NearDuplicate.objects.create(cohort=pool, first=second, second=third, distance=5)
    cohort = draw_cohort(pool=pool, name="drawn", design=Design(12), actor=None).cohort
    pairs = list(NearDuplicate.objects.filter(cohort=cohort))
    assert [(pair.distance, pair.decision) for pair in pairs] == [(3, "keep"), (5, "open")]
    for pair in pairs:
        assert pair.first.cohort == pair.second.cohort == cohort
        assert pair.first_id < pair.second_id
    assert NearDuplicate.objects.filter(cohort=pool).count() == 2


def test_how_it_was_drawn_is_stored_and_audited_and_can_be_drawn_again(pool: Cohort, coordinator: User) -> None:
    design = Design(4, by=("anatomy",), one_per_patient=False)
    sample = draw_cohort(pool=pool, name="first", design=design, seed=7, actor=coordinator)
    again = draw_cohort(pool=pool, name="second", design=design, seed=7, actor=coordinator)
    assert digests(sample.cohort) == digests(again.cohort)
    assert sample.table == again.table
    assert {row["drawn"] for row in sample.table} == {1}
    assert sample.design == {
        "size": 4, "prevalence": "1/2", "by": ["anatomy"], "one_per_patient": False, "pairs": False,
        "pool_digest": pool.state_digest(),
    }  # fmt: skip
    event = Event.objects.get(verb="truth.sampled", target="cohort:first")
    assert (event.actor_id, event.detail["pool"], event.detail["seed"]) == (coordinator.pk, "pool", 7)


def test_cases_are_made_in_an_order_that_the_new_cohorts_seed_gives(pool: Cohort) -> None:
    orders = []
    for name in ("first", "second", "third"):
        cohort = draw_cohort(pool=pool, name=name, design=Design(12), seed=1, actor=None).cohort
        orders.append(list(Image.objects.filter(case__cohort=cohort).order_by("case").values_list("sha256", flat=True)))
    assert len({tuple(order) for order in orders}) == 3


def test_excluded_cases_and_those_without_truth_are_not_in_the_pool(pool: Cohort) -> None:
    excluded, unknown = pool.cases.all()[:2]
    exclude_case(case=excluded, reason="blurred", actor=None)
    Truth.objects.filter(case=unknown).delete()
    assert {case.code for case in pool_cases(pool)} == {c.code for c in pool.cases.all()} - {unknown.code}


def test_a_patient_that_the_truth_table_does_not_name_is_the_files_own(pool: Cohort) -> None:
    Truth.objects.filter(case__cohort=pool).update(patient="")
    Source.objects.filter(cohort=pool).update(patient="a pseudonym")
    assert {case.patient for case in pool_cases(pool)} == {"a pseudonym"}
    with pytest.raises(SamplingError, match="one per patient"):
        draw_cohort(pool=pool, name="drawn", design=Design(2, one_per_patient=True), actor=None)


def test_a_locked_pool_can_be_drawn_from(pool: Cohort) -> None:
    Cohort.objects.filter(pk=pool.pk).update(is_locked=True)
    pool.refresh_from_db()
    cohort = draw_cohort(pool=pool, name="drawn", design=Design(2), actor=None).cohort
    assert not cohort.is_locked


@pytest.fixture
def stored_before(pool: Cohort) -> Iterator[None]:
    """Nothing is half-written: the same files and rows afterwards."""

    def state() -> tuple[Any, ...]:
        return files(frames.folder()), files(masters.folder()), Case.objects.count(), Cohort.objects.count()

    before = state()
    yield
    assert state() == before


def test_what_cannot_be_drawn_leaves_nothing_behind(pool: Cohort, stored_before: None) -> None:
    with pytest.raises(SamplingError, match="At most 12"):
        draw_cohort(pool=pool, name="drawn", design=Design(14), actor=None)
    with pytest.raises(CohortNameError, match="already a cohort 'pool'"):
        draw_cohort(pool=pool, name="Pool", design=Design(2), actor=None)
    with pytest.raises(SamplingError, match="seed must be"):
        draw_cohort(pool=pool, name="drawn", design=Design(2), seed=2**31, actor=None)


def test_a_picture_that_is_missing_is_told_and_leaves_nothing_behind() -> None:
    pool = an_unpictured_cohort("pictureless", cases=4)
    with pytest.raises(SamplingError, match="missing from the store: restore"):
        draw_cohort(pool=pool, name="drawn", design=Design(2), actor=None)
    assert not Cohort.objects.filter(slug="drawn").exists()
    assert Sample.objects.count() == 0


def test_a_second_name_of_a_file_keeps_it_when_the_first_is_removed(tmp_path: Path) -> None:
    first = filestore.write(tmp_path, b"content", ".raw")
    second = filestore.link(tmp_path, first)
    filestore.remove(tmp_path, first)
    assert (tmp_path / second).read_bytes() == b"content"
    assert second.endswith(".raw")
    with pytest.raises(FileNotFoundError):
        filestore.link(tmp_path, first)


def sample(*arguments: str) -> str:
    out = StringIO()
    call_command("sample_cohort", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_machines_what_it_drew(pool: Cohort) -> None:
    said = sample("pool", "--into", "Drawn", "--size", "4", "--by", "anatomy", "--seed", "5", "--json")
    summary = json.loads(said.splitlines()[-1])
    assert (summary["cohort"], summary["pool"], summary["seed"]) == ("drawn", "pool", 5)
    assert summary["design"]["by"] == ["anatomy"]
    assert summary["strata"][0] == {
        "value": "authentic", "stratum": ["chest"], "generator": "", "had": 3, "wanted": 1, "drawn": 1,
    }  # fmt: skip


def test_the_command_shows_people_a_table(pool: Cohort) -> None:
    said = sample("pool", "--into", "drawn", "--size", "6", "--prevalence", "1/3", "--by", "anatomy,generator")
    assert "     3      2      2  authentic, chest" in said
    assert "     3      1      1  synthetic, hand" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--size", "4"], "There is no cohort 'nowhere'. Known: pool."),
        (["pool", "--size", "400"], "At most 12 can be drawn."),
        (["pool", "--size", "4", "--by", "colour"], "no stratum 'colour'"),
        (["pool", "--size", "4", "--prevalence", "half"], "is no number between 0 and 1: write 0.5 or 1/3"),
        (["pool", "--size", "4", "--prevalence", "1/0"], "is no number"),
        (["pool", "--size", "4", "--prevalence", "nan"], "is no number"),
        (["pool", "--size", "4", "--prevalence", "1e999999999"], "is no number"),
        (["pool", "--size", "4", "--prevalence", "2"], "must lie between 0 and 1"),
        (["pool", "--size", "4", "--seed", "-1"], "The seed must be"),
        (["pool", "--size", "4", "--pairs"], "(in whole pairs): authentic has 0 of 2"),
    ],
)
def test_the_command_says_what_is_wrong(pool: Cohort, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError) as refusal:
        sample(*arguments, "--into", "drawn")
    assert words in str(refusal.value)


def test_a_second_name_is_as_young_as_a_file_that_was_just_written(tmp_path: Path) -> None:
    first = filestore.write(tmp_path, b"content", ".raw")
    os.utime(tmp_path / first, (0, 0))
    second = filestore.link(tmp_path, first)
    assert filestore.tidy(tmp_path, set(), seconds=3600) == 0
    assert (tmp_path / second).exists()
