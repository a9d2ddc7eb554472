"""The reader's API. A session that is not one's own, or not open, is 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from readerstudy.accounts.permissions import user_of
from readerstudy.cohorts import wado
from readerstudy.reading import queries, services
from readerstudy.reading import serializers as wire
from readerstudy.reading.models import ReadingSession
from readerstudy.studies import services as studies
from readerstudy.studies.models import Reader

KEY = OpenApiParameter("Idempotency-Key", UUID, OpenApiParameter.HEADER, required=True)


def _session(request: HttpRequest, code: str) -> ReadingSession:
    return get_object_or_404(queries.open_sessions(user_of(request)), code=code)


def _reader(request: Request, slug: str) -> Reader:
    return get_object_or_404(queries.enrolments(user_of(request)), study__slug=slug)


class StudiesView(APIView):
    """The studies that one reads in."""

    @extend_schema(operation_id="list_studies", responses=wire.EnrolmentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List one's studies and where one is in each."""
        rows = [queries.enrolment(reader) for reader in queries.enrolments(user_of(request))]
        return Response(wire.EnrolmentSerializer(rows, many=True).data)


class ConsentView(APIView):
    """Agreeing to take part."""

    @extend_schema(
        operation_id="give_consent",
        request=None,
        responses={200: wire.EnrolmentSerializer, 409: wire.ProblemSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Agree to the study's text; a second time changes nothing."""
        reader = _reader(request, slug)
        try:
            studies.give_consent(reader=reader, actor=user_of(request))
        except studies.StudyError as error:
            return Response({"detail": str(error)}, status=409)
        reader.refresh_from_db()
        return Response(wire.EnrolmentSerializer(queries.enrolment(reader)).data)


class SessionsView(APIView):
    """Starting and resuming."""

    @extend_schema(
        operation_id="start_session",
        request=None,
        responses={200: wire.SessionSerializer, 201: wire.SessionSerializer, 409: wire.ProblemSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Start the next phase, or resume the one begun."""
        try:
            session, drawn = services.start_session(reader=_reader(request, slug), actor=user_of(request))
        except services.ReadingError as error:
            return Response({"detail": str(error)}, status=409)
        return Response(wire.SessionSerializer(queries.session_state(session)).data, status=201 if drawn else 200)


class SessionView(APIView):
    """One session."""

    @extend_schema(operation_id="read_session", responses=wire.SessionSerializer)
    def get(self, request: Request, code: str) -> Response:
        """Say where the reader is."""
        return Response(wire.SessionSerializer(queries.session_state(_session(request, code))).data)


class _ShallowJSONParser(JSONParser):
    """Refuses JSON that is nested deeper than the interpreter can follow, instead of failing on it."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise ParseError("The body is nested too deeply to be a judgement.") from None


class JudgementsView(APIView):
    """Judgements of one reading."""

    parser_classes = [_ShallowJSONParser]

    @extend_schema(
        operation_id="submit_judgement",
        parameters=[KEY],
        request=wire.JudgementRequestSerializer,
        responses={
            200: wire.JudgementResultSerializer,
            201: wire.JudgementResultSerializer,
            409: wire.ConflictSerializer,
            422: wire.ProblemSerializer,
        },
    )
    def post(self, request: Request, code: str, position: int) -> Response:
        """Store the judgement of the current case, exactly once: 201 when stored now, 200 when this is a replay."""
        session = _session(request, code)
        body = wire.JudgementRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            judgement, stored = services.submit_judgement(
                session=session, position=position, key=_key(request), submission=body.submission()
            )
        except services.StudyEndedError:
            raise Http404 from None
        except services.KeyReusedError as error:
            return Response({"detail": str(error)}, status=422)
        except services.NotCurrentError as error:
            conflict = {"detail": str(error), "session": queries.session_state(session)}
            return Response(wire.ConflictSerializer(conflict).data, status=409)
        result = {"judgement": judgement, "session": queries.session_state(session)}
        return Response(wire.JudgementResultSerializer(result).data, status=201 if stored else 200)


def _key(request: Request) -> UUID:
    try:
        return UUID(request.headers.get("Idempotency-Key", ""))
    except ValueError:
        raise ValidationError(
            {"detail": "The header Idempotency-Key must hold a UUID made for this judgement."}
        ) from None


def dicomweb(request: HttpRequest, code: str, resource: str) -> HttpResponseBase:
    """The blinded DICOMweb root of a session: the images that are open now, and no others."""
    if not request.user.is_authenticated:
        raise Http404
    instances = queries.open_instances(user_of(request), code)
    if not instances:
        raise Http404
    return wado.respond(request, instances, resource)
