"""The aid endpoint: served by the room that owns the secret, and only when the gate is open."""

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
from readerstudy.detectors import aiding
from readerstudy.reading import queries
from readerstudy.reading.models import Call


class AidSerializer(serializers.Serializer[Any]):
    """What the aid says of a case; what the protocol does not show is null."""

    detector = serializers.SerializerMethodField(help_text="Always `Aid`: its name is not told.")
    score = serializers.FloatField(allow_null=True, help_text="On the aid's own scale; high speaks for synthetic.")
    call = serializers.ChoiceField(choices=Call.choices, allow_null=True)
    region = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="x, y, width and height of a rectangle, as fractions of the image from its top left.",
    )

    def get_detector(self, shown: aiding.ShownAid) -> str:
        """Give the one word by which every detector goes."""
        return "Aid"


class AidView(APIView):
    """Aid with one reading."""

    @extend_schema(operation_id="show_aid", responses=AidSerializer)
    def get(self, request: Request, code: str, position: int) -> Response:
        """Tell what the aid says, while its reading is the one to judge; otherwise 404."""
        session = get_object_or_404(queries.open_sessions(user_of(request)), code=code)
        reading = get_object_or_404(session.readings, position=position)
        try:
            shown = aiding.show_aid(reading)
        except aiding.AidClosedError:
            raise Http404 from None
        return Response(AidSerializer(shown).data)
