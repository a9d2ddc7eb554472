"""Which images are open is asked in one lean query, which finds what the state of the session says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort, Image
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.reading.images import open_instances, open_readings
from readerstudy.reading.models import ReadingSession
from readerstudy.reading.queries import current_position
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import draw_frames

Counting = Callable[[int], AbstractContextManager[Any]]


def test_it_finds_what_the_state_of_the_session_says_at_every_case(
    code: str, reader: ReaderClient, reader_user: User
) -> None:
    session = ReadingSession.objects.get(code=code)
    for position in range(1, 7):
        said = [one.instance for one in open_readings(session, current_position(session))]
        assert open_instances(reader_user, code) == said
        assert len(said) == min(3, 7 - position)
        reader.judge(code, position)
    assert open_instances(reader_user, code) == []


def test_it_finds_nothing_for_others_for_no_session_and_after_the_end(
    code: str, study: Study, reader_user: User, colleague_user: User, stranger_user: User
) -> None:
    assert open_instances(reader_user, code)
    assert open_instances(colleague_user, code) == open_instances(stranger_user, code) == []
    assert open_instances(reader_user, "0" * 30) == []
    close_study(study=study, actor=None)
    assert open_instances(reader_user, code) == []


def test_it_carries_the_profile_and_the_longest_frame_of_the_cohort(code: str, reader_user: User) -> None:
    Cohort.objects.update(recipe=PROFILES["square-1024-htj2k/1"].as_recipe())
    for number, image in enumerate(Image.objects.all()):
        Image.objects.filter(pk=image.pk).update(length=1000 + number)
    found = open_instances(reader_user, code)
    assert {one.profile.name for one in found} == {"square-1024-htj2k/1"}
    assert {one.padded_length for one in found} == {1005}


@pytest.mark.parametrize(("profile", "queries"), [("square-1024-8bit/2", 3), ("square-1024-htj2k/1", 4)])
def test_a_frame_waits_for_login_images_and_if_compressed_the_longest(
    code: str, study: Study, reader: ReaderClient, django_assert_num_queries: Counting, profile: str, queries: int
) -> None:
    Cohort.objects.update(recipe=PROFILES[profile].as_recipe())
    draw_frames(study)
    one = reader.state(code)["readings"][0]
    path = "studies/{dicom_study_uid}/series/{dicom_series_uid}/instances/{sop_instance_uid}/frames/1".format(**one)
    with django_assert_num_queries(queries):
        answer = reader.get(f"/api/v1/sessions/{code}/dicomweb/{path}")
    assert answer.status_code == 200
    answer.close()
