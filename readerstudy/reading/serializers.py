"""What goes over the wire between a reader's browser and the server. None of it can carry a truth."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from readerstudy.reading.models import Call
from readerstudy.reading.services import Submission
from readerstudy.studies.models import Feedback, Purpose


class StudyReferenceSerializer(serializers.Serializer[Any]):
    """The study that a session belongs to."""

    slug = serializers.CharField()
    title = serializers.CharField()


class PhaseSerializer(serializers.Serializer[Any]):
    """The phase of a session."""

    name = serializers.CharField()
    title = serializers.CharField()
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    feedback = serializers.ChoiceField(choices=Feedback.choices)
    instructions = serializers.CharField()


class MatrixSerializer(serializers.Serializer[Any]):
    """The one size of all images of a session."""

    rows = serializers.IntegerField()
    columns = serializers.IntegerField()


class ReadingSerializer(serializers.Serializer[Any]):
    """A place of the hanging list whose image is open."""

    position = serializers.IntegerField()
    dicom_study_uid = serializers.CharField(source="instance.dicom_study_uid")
    dicom_series_uid = serializers.CharField(source="instance.dicom_series_uid")
    sop_instance_uid = serializers.CharField(source="instance.sop_instance_uid")


class SessionSerializer(serializers.Serializer[Any]):
    """Where a reader is in a session; the first of `readings` is the case to judge now, the others may be fetched."""

    code = serializers.CharField()
    study = StudyReferenceSerializer()
    phase = PhaseSerializer()
    cases = serializers.IntegerField()
    done = serializers.IntegerField()
    finished = serializers.BooleanField()
    next_session = serializers.BooleanField(help_text="Whether another phase waits once this one is finished.")
    matrix = MatrixSerializer(allow_null=True, help_text="null where every image keeps a matrix of its own.")
    readings = ReadingSerializer(many=True)


class EnrolmentSerializer(serializers.Serializer[Any]):
    """A study in which the logged-in user reads."""

    slug = serializers.CharField(source="reader.study.slug")
    title = serializers.CharField(source="reader.study.title")
    reader = serializers.CharField(source="reader.code")
    state = serializers.ChoiceField(choices=["closed", "consent", "finished", "resume", "start"])


class JudgementRequestSerializer(serializers.Serializer[Any]):
    """A judgement as the browser sends it."""

    call = serializers.ChoiceField(choices=Call.choices)
    confidence = serializers.IntegerField(min_value=1, max_value=100)
    seconds = serializers.FloatField(min_value=0, max_value=7 * 86_400)
    shown_at = serializers.DateTimeField(default_timezone=timezone.get_default_timezone())
    submitted_at = serializers.DateTimeField(default_timezone=timezone.get_default_timezone())

    def submission(self) -> Submission:
        """Give the checked judgement."""
        return Submission(**self.validated_data)


class JudgementSerializer(serializers.Serializer[Any]):
    """A judgement as it is stored."""

    position = serializers.IntegerField(source="reading.position")
    revision = serializers.IntegerField()
    call = serializers.ChoiceField(choices=Call.choices)
    confidence = serializers.IntegerField()


class JudgementResultSerializer(serializers.Serializer[Any]):
    """The receipt of a judgement, and where the session is now."""

    judgement = JudgementSerializer()
    session = SessionSerializer()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why something was refused, in words for the reader."""

    detail = serializers.CharField()


class ConflictSerializer(ProblemSerializer):
    """A refusal because the session is elsewhere, with where it is."""

    session = SessionSerializer()
