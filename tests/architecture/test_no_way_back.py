"""From what a reader's request holds, no attribute and no lookup leads to a truth, a score or a source."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db.models import ForeignObjectRel, Model

from readerstudy.cohorts.models import Case, Cohort, Image, Source
from readerstudy.detectors.models import Detector, DetectorScore
from readerstudy.reading.models import Judgement, Reading, ReadingSession
from readerstudy.studies.models import Phase, Reader, Study
from readerstudy.truth.models import Truth

SECRET = (Truth, DetectorScore, Source, Detector)
SEEN_BY_READING_CODE = (Case, Cohort, Image, Reading, ReadingSession, Judgement, Phase, Reader, Study)


@pytest.mark.parametrize("model", SEEN_BY_READING_CODE)
def test_no_relation_leads_from_it_to_a_secret(model: type[Model]) -> None:
    reachable = [relation for relation in model._meta.related_objects if relation.related_model in SECRET]
    assert [(one.related_model, one.get_accessor_name()) for one in reachable] == []
    forwards = [field for field in model._meta.get_fields() if field.related_model in SECRET]
    assert [field.name for field in forwards] == []


@pytest.mark.parametrize("model", SEEN_BY_READING_CODE)
def test_no_relation_leads_to_a_secret_by_any_number_of_steps(model: type[Model]) -> None:
    seen, waiting = set[type[Model]](), [model]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += [one for field in current._meta.get_fields() if isinstance(one := field.related_model, type)]
    assert seen.isdisjoint(SECRET)


def test_the_hidden_relations_are_there_but_have_no_name() -> None:
    hidden = [one for one in Case._meta.get_fields(include_hidden=True) if isinstance(one, ForeignObjectRel)]
    secret = [one for one in hidden if one.related_model in SECRET]
    assert {one.related_model for one in secret} == {Truth, DetectorScore, Source}
    assert all(one.hidden and not hasattr(Case, one.name) for one in secret)


@pytest.mark.parametrize(
    "name", ["truth", "truth_set", "score", "scores", "detectorscore", "detectorscore_set", "source"]
)
def test_a_case_has_no_such_attribute_and_no_such_lookup(name: str) -> None:
    assert not hasattr(Case(), name)
    for queryset, path in (
        (Case.objects, name), (Reading.objects, f"case__{name}"), (Judgement.objects, f"reading__case__{name}"),
        (ReadingSession.objects, f"readings__case__{name}"), (Image.objects, f"case__{name}"),
    ):  # fmt: skip
        with pytest.raises(FieldError):
            queryset.filter(**{path: 1})
        with pytest.raises(FieldError):
            list(queryset.values(path))


def test_every_model_that_points_at_a_case_from_above_hides_itself() -> None:
    """A new secret about cases is caught here, whatever its name."""
    above = {"truth", "detectors", "training", "reports", "demo"}
    for model in apps.get_models():
        if model._meta.app_label in above:
            for field in model._meta.get_fields():
                if field.concrete and field.related_model in (Case, Image, Reading, Judgement):
                    assert field.remote_field
                    assert field.remote_field.hidden, f'{model.__name__}.{field.name} needs related_name="+"'
