"""The reader's API. A session that is not one's own, or not open, is 404."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from readerstudy.accounts.permissions import user_of
from readerstudy.cohorts import wado
from readerstudy.reading import enrolments, images, queries, requests, services, states
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
        rows = [enrolments.enrolment(reader) for reader in queries.enrolments(user_of(request))]
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
        return Response(wire.EnrolmentSerializer(enrolments.enrolment(reader)).data)


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
        return Response(wire.SessionSerializer(states.session_state(session)).data, status=201 if drawn else 200)


class SessionView(APIView):
    """One session."""

    @extend_schema(operation_id="read_session", responses=wire.SessionSerializer)
    def get(self, request: Request, code: str) -> Response:
        """Say where the reader is."""
        return Response(wire.SessionSerializer(states.session_state(_session(request, code))).data)


class _ShallowJSONParser(JSONParser):
    """Refuses JSON that is nested deeper than the interpreter can follow, instead of failing on it."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise ParseError("The body is nested too deeply to be a judgement.") from None


def _session_answer(session: ReadingSession, status: int = 200) -> Response:
    return Response(wire.SessionSerializer(states.session_state(session)).data, status=status)


def _conflict(session: ReadingSession, error: Exception) -> Response:
    """Refuse, with where the session is."""
    conflict = {"detail": str(error), "session": states.session_state(session)}
    return Response(wire.ConflictSerializer(conflict).data, status=409)


def _checked(serializer: type[Serializer[Any]], request: Request) -> Any:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return body


class _SessionAct(APIView):
    """What is done to a session, and how its refusals are said."""

    parser_classes = [_ShallowJSONParser]

    def act(self, session: ReadingSession, do: Callable[[], Response]) -> Response:
        """Do it, or say why not."""
        try:
            return do()
        except services.StudyEndedError:
            raise Http404 from None
        except services.UnfitError as error:
            return Response(error.faults, status=400)
        except services.KeyReusedError as error:
            return Response({"detail": str(error)}, status=422)
        except services.ReadingError as error:
            return _conflict(session, error)


class JudgementsView(_SessionAct):
    """Judgements of one reading."""

    @extend_schema(
        operation_id="submit_judgement",
        parameters=[KEY],
        request=requests.JudgementRequestSerializer,
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
        body = _checked(requests.JudgementRequestSerializer, request)
        submission, revision = body.submission(), body.validated_data.get("revision")
        key = _key(request)

        def submit() -> Response:
            judgement, stored = services.submit_judgement(
                session=session, position=position, key=key, submission=submission, revision=revision
            )
            result = {"judgement": judgement, "session": states.session_state(session)}
            return Response(wire.JudgementResultSerializer(result).data, status=201 if stored else 200)

        return self.act(session, submit)


class DraftView(_SessionAct):
    """What was entered for a case, or at the end of a phase, and not submitted yet."""

    @extend_schema(
        operation_id="save_draft",
        request=requests.DraftRequestSerializer,
        responses={200: wire.DraftVersionSerializer, 409: wire.DraftConflictSerializer},
    )
    def put(self, request: Request, code: str, position: int) -> Response:
        """Keep a draft of the current case, or at place 0 of the end, unless another window has kept a newer one."""
        session = _session(request, code)
        entered = _checked(requests.DraftRequestSerializer, request).validated_data
        try:
            draft = services.save_draft(session=session, position=position, **entered)
        except services.ReadingError as error:
            newer = error.draft if isinstance(error, services.DraftConflictError) else None
            refusal = {"detail": str(error), "draft": newer, "session": states.session_state(session)}
            return Response(wire.DraftConflictSerializer(refusal).data, status=409)
        return Response({"version": draft.version})


class ReopenView(_SessionAct):
    """Opening a judgement again, and leaving it as it was."""

    @extend_schema(
        operation_id="reopen_reading",
        request=None,
        responses={200: wire.SessionSerializer, 409: wire.ConflictSerializer},
    )
    def post(self, request: Request, code: str, position: int) -> Response:
        """Open the judgement of a case for a revision; until that is submitted, the judgement stands."""
        session = _session(request, code)

        def reopen() -> Response:
            services.reopen_reading(session=session, position=position, actor=user_of(request))
            return _session_answer(session)

        return self.act(session, reopen)

    @extend_schema(operation_id="leave_reopened", request=None, responses={200: wire.SessionSerializer})
    def delete(self, request: Request, code: str, position: int) -> Response:
        """Let the judgement stand that was opened again."""
        session = _session(request, code)

        def leave() -> Response:
            services.leave_reopened(session=session, position=position, actor=user_of(request))
            return _session_answer(session)

        return self.act(session, leave)


class EndView(_SessionAct):
    """The end of a phase."""

    @extend_schema(
        operation_id="answer_end_questions",
        parameters=[KEY],
        request=requests.EndAnswersRequestSerializer,
        responses={
            200: wire.SessionSerializer,
            201: wire.SessionSerializer,
            409: wire.ConflictSerializer,
            422: wire.ProblemSerializer,
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """Store the answers to the questions at the end, exactly once, and finish the session."""
        session = _session(request, code)
        answers = _checked(requests.EndAnswersRequestSerializer, request).validated_data["answers"]
        key = _key(request)

        def answer() -> Response:
            stored = services.answer_end_questions(session=session, key=key, answers=answers)
            return _session_answer(session, 201 if stored else 200)

        return self.act(session, answer)


class DisplayView(APIView):
    """The display that one reads on."""

    @extend_schema(
        operation_id="record_display",
        request=requests.DisplayRequestSerializer,
        responses={201: requests.DisplayRequestSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Keep what the display is, and whether the whole test pattern was seen."""
        reader = _reader(request, slug)
        seen = _checked(requests.DisplayRequestSerializer, request).validated_data
        services.record_display(reader=reader, actor=user_of(request), **seen)
        return Response(seen, status=201)


def _key(request: Request) -> UUID:
    try:
        return UUID(request.headers.get("Idempotency-Key", ""))
    except ValueError:
        words = _("The header Idempotency-Key must hold a UUID made for this judgement.")
        raise ValidationError({"detail": words}) from None


def dicomweb(request: HttpRequest, code: str, resource: str) -> HttpResponseBase:
    """The blinded DICOMweb root of a session: the images that are open now, and no others."""
    if not request.user.is_authenticated:
        raise Http404
    instances = images.open_instances(user_of(request), code)
    if not instances:
        raise Http404
    return wado.respond(request, instances, resource)
