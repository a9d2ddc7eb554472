"""Feedback and qualification: served by the room that owns the answers, and only when their gates are open."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from readerstudy.accounts.permissions import user_of
from readerstudy.reading import queries
from readerstudy.reading.models import ReadingSession
from readerstudy.training import qualification, services
from readerstudy.truth.models import Value


class FeedbackSerializer(serializers.Serializer[Any]):
    """The answer to one reading."""

    position = serializers.IntegerField()
    truth = serializers.ChoiceField(choices=Value.choices)
    correct = serializers.BooleanField(allow_null=True, help_text="null where the reader gave no call.")
    telltales = serializers.ListField(child=serializers.CharField())


class QualificationSerializer(serializers.Serializer[Any]):
    """Whether a practice was good enough to go on."""

    passed = serializers.BooleanField()
    attempts_left = serializers.IntegerField(help_text="How often the practice can still be taken.")
    correct = serializers.IntegerField()
    of = serializers.IntegerField()
    needed_percent = serializers.IntegerField()


def _session(request: Request, code: str) -> ReadingSession:
    return get_object_or_404(queries.open_sessions(user_of(request)), code=code)


class FeedbackView(APIView):
    """Feedback on one reading."""

    @extend_schema(operation_id="show_feedback", responses=FeedbackSerializer)
    def get(self, request: Request, code: str, position: int) -> Response:
        """Tell the answer, if the phase gives feedback and the case is judged; otherwise 404."""
        reading = get_object_or_404(_session(request, code).readings, position=position)
        try:
            feedback = services.show_feedback(reading)
        except services.FeedbackClosedError:
            raise Http404 from None
        return Response(FeedbackSerializer(feedback).data)


class FeedbackAtEndView(APIView):
    """Feedback on a whole session."""

    @extend_schema(operation_id="show_feedback_at_end", responses=FeedbackSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """Tell all answers, if the phase gives feedback at its end and the session is finished; otherwise 404."""
        try:
            feedback = services.show_feedback_at_end(_session(request, code))
        except services.FeedbackClosedError:
            raise Http404 from None
        return Response(FeedbackSerializer(feedback, many=True).data)


class QualificationView(APIView):
    """Whether a practice was good enough to go on."""

    @extend_schema(operation_id="judge_qualification", request=None, responses=QualificationSerializer)
    def post(self, request: Request, code: str) -> Response:
        """Judge a finished practice that asks for it; asked again, say the same. Otherwise 404."""
        try:
            found = qualification.judge_qualification(_session(request, code))
        except qualification.QualificationClosedError:
            raise Http404 from None
        return Response(QualificationSerializer(found).data)
