"""The truth of a cohort is sealed once it is whole; the seal holds what was said, and the strata say nothing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Case, Cohort
from readerstudy.cohorts.services import create_cohort
from readerstudy.truth.models import Truth, Value
from readerstudy.truth.services import TruthError, seal_truth, write_truth
from readerstudy.truth.table import TruthRow

pytestmark = pytest.mark.django_db


def a_cohort(*values: Value | None, anatomy: str = "chest", name: str = "mine") -> Cohort:
    """Make a cohort with a case for each value; None leaves the case without truth."""
    cohort = create_cohort(name=name, actor=None)
    rows = {}
    for number, value in enumerate(values):
        case = Case.objects.create(cohort=cohort)
        if value:
            rows[case] = TruthRow(f"{number}.png", value, {"anatomy": anatomy})
    write_truth(cohort=cohort, rows=rows, actor=None)
    return cohort


def test_a_whole_truth_is_sealed_and_the_seal_is_audited() -> None:
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC)
    digest = seal_truth(cohort=cohort, actor=None)
    cohort.refresh_from_db()
    assert cohort.is_sealed
    assert cohort.sealed_digest == digest
    event = Event.objects.latest("pk")
    assert (event.verb, event.detail) == ("truth.sealed", {"digest": digest})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "has no cases: a study needs authentic and synthetic ones"),
        ([Value.AUTHENTIC, None, None], "2 of 3 cases of mine have no truth yet. Import again"),
        ([Value.AUTHENTIC, Value.AUTHENTIC], "has only authentic cases"),
        ([Value.SYNTHETIC], "has only synthetic cases"),
    ],
    ids=["empty", "truth missing", "authentic only", "synthetic only"],
)
def test_what_is_not_whole_cannot_be_sealed(values: list[Value | None], message: str) -> None:
    cohort = a_cohort(*values)
    with pytest.raises(TruthError) as refusal:
        seal_truth(cohort=cohort, actor=None)
    assert message in str(refusal.value)
    cohort.refresh_from_db()
    assert not cohort.is_sealed


def test_a_locked_cohort_keeps_its_truth_and_its_seal() -> None:
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC)
    digest = seal_truth(cohort=cohort, actor=None)
    cohort.is_locked = True
    cohort.save()
    rows = {case: TruthRow("x.png", Value.AUTHENTIC) for case in cohort.cases.all()}
    with pytest.raises(TruthError, match="its truth can no longer change"):
        write_truth(cohort=cohort, rows=rows, actor=None)
    with pytest.raises(TruthError, match="stays sealed as it is"):
        seal_truth(cohort=cohort, actor=None)
    cohort.refresh_from_db()
    assert cohort.sealed_digest == digest
    assert set(Truth.objects.values_list("value", flat=True)) == {"authentic", "synthetic"}


def test_a_correction_breaks_the_seal_until_it_is_sealed_again() -> None:
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC, Value.SYNTHETIC)
    before = seal_truth(cohort=cohort, actor=None)
    case = Case.objects.get(pk=Truth.objects.filter(value="synthetic").values_list("case", flat=True)[0])
    write_truth(cohort=cohort, rows={case: TruthRow("1.png", Value.AUTHENTIC)}, actor=None)
    cohort.refresh_from_db()
    assert not cohort.is_sealed
    assert seal_truth(cohort=cohort, actor=None) != before


def test_the_same_truth_gives_the_same_digest_whenever_it_is_sealed() -> None:
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC)
    assert seal_truth(cohort=cohort, actor=None) == seal_truth(cohort=cohort, actor=None)


def test_a_covariate_is_part_of_the_seal() -> None:
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC)
    before = seal_truth(cohort=cohort, actor=None)
    Truth.objects.update(generator="another")
    assert seal_truth(cohort=cohort, actor=None) != before


def test_a_further_case_unseals_a_cohort() -> None:
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC)
    seal_truth(cohort=cohort, actor=None)
    Case.objects.create(cohort=cohort)
    cohort.refresh_from_db()
    assert not cohort.is_sealed


def test_a_stratum_holds_one_class_of_one_anatomy() -> None:
    cohort = a_cohort(*[Value.AUTHENTIC, Value.SYNTHETIC] * 3)
    Truth.objects.filter(pk__in=list(Truth.objects.values_list("pk", flat=True)[:2])).update(anatomy="hand")
    seal_truth(cohort=cohort, actor=None)
    said = {(truth.value, truth.anatomy, truth.case.stratum) for truth in Truth.objects.select_related("case")}
    assert len(said) == len({stratum for _, _, stratum in said}) == 4


def test_the_number_of_a_stratum_does_not_tell_its_class() -> None:
    """Of 40 seals, all alike with probability 2 × 2⁻⁴⁰ if the numbers are shuffled."""
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC)
    first = set()
    for _ in range(40):
        seal_truth(cohort=cohort, actor=None)
        first.add(Truth.objects.get(case__stratum=0).value)
    assert first == {"authentic", "synthetic"}


def test_the_database_holds_no_third_truth() -> None:
    cohort = a_cohort(Value.AUTHENTIC)
    with pytest.raises(IntegrityError), transaction.atomic():
        Truth.objects.filter(case__cohort=cohort).update(value="unsure")


def test_a_study_that_locks_the_cohort_meanwhile_keeps_its_truth() -> None:
    cohort = a_cohort(Value.AUTHENTIC, Value.SYNTHETIC)
    seal_truth(cohort=cohort, actor=None)
    seen_before_the_lock = Cohort.objects.get(pk=cohort.pk)
    Cohort.objects.filter(pk=cohort.pk).update(is_locked=True)
    before = list(Truth.objects.order_by("pk").values_list("case", "value"))
    rows = {case: TruthRow("x.png", Value.SYNTHETIC) for case in cohort.cases.all()}
    with pytest.raises(TruthError, match="locked study"):
        write_truth(cohort=seen_before_the_lock, rows=rows, actor=None)
    with pytest.raises(TruthError, match="locked study"):
        seal_truth(cohort=Cohort.objects.get(pk=cohort.pk), actor=None)
    assert list(Truth.objects.order_by("pk").values_list("case", "value")) == before
