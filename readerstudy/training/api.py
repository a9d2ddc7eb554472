"""The feedback endpoint: served by the room that owns it, and only when the gate is open."""

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
from readerstudy.training import services
from readerstudy.truth.models import Value


class FeedbackSerializer(serializers.Serializer[Any]):
    """The answer to one reading."""

    position = serializers.IntegerField()
    truth = serializers.ChoiceField(choices=Value.choices)
    correct = serializers.BooleanField()
    telltales = serializers.ListField(child=serializers.CharField())
    explanation = serializers.CharField()


class FeedbackView(APIView):
    """Feedback on one reading."""

    @extend_schema(operation_id="show_feedback", responses=FeedbackSerializer)
    def get(self, request: Request, code: str, position: int) -> Response:
        """Tell the answer, if the phase gives feedback and the case is judged; otherwise 404."""
        session = get_object_or_404(queries.open_sessions(user_of(request)), code=code)
        reading = get_object_or_404(session.readings, position=position)
        try:
            feedback = services.show_feedback(reading)
        except services.FeedbackClosedError:
            raise Http404 from None
        return Response(FeedbackSerializer(feedback).data)
