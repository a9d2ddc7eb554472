"""Logging in without leaving the page, and what a person prefers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from readerstudy.accounts import services
from readerstudy.accounts.forms import LoginForm
from readerstudy.accounts.models import User
from readerstudy.accounts.permissions import user_of

MOST_KEYS = 100


class LoginRequestSerializer(serializers.Serializer[Any]):
    """Name and password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)


class LoggedInSerializer(serializers.Serializer[Any]):
    """Who is logged in now."""

    username = serializers.CharField()


class RefusalSerializer(serializers.Serializer[Any]):
    """Why not."""

    detail = serializers.CharField()


class LoginView(APIView):
    """Login in place: the session ended while somebody was at work."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="log_in",
        auth=[],
        request=LoginRequestSerializer,
        responses={200: LoggedInSerializer, 400: RefusalSerializer, 429: RefusalSerializer},
    )
    def post(self, request: Request) -> Response:
        """Log in; 400 where the password is wrong, 429 where it was so too often."""
        SessionAuthentication().enforce_csrf(request)  # which the framework does only for those logged in
        body = LoginRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        form = LoginForm(request, data=body.validated_data)
        if not form.is_valid():
            refused = form.errors.as_data()
            words = " ".join(message for faults in refused.values() for fault in faults for message in fault.messages)
            too_many = any(fault.code == "too_many" for faults in refused.values() for fault in faults)
            return Response({"detail": words}, status=429 if too_many else 400)
        user = form.get_user()
        login(request._request, user)
        return Response({"username": user.get_username()})


class PreferencesSerializer(serializers.Serializer[Any]):
    """What a person prefers; each only where it was chosen."""

    keys = serializers.DictField(
        child=serializers.CharField(max_length=30, allow_blank=True, trim_whitespace=False),
        help_text="Keys that were changed, by the name of their command.",
    )
    language = serializers.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES], allow_blank=True, help_text="Empty: as the browser asks."
    )

    def validate_keys(self, keys: dict[str, str]) -> dict[str, str]:
        """Refuse more than any keyboard has."""
        if len(keys) > MOST_KEYS or any(len(name) > 60 for name in keys):
            raise serializers.ValidationError(_("At most %(n)s keys can be changed.") % {"n": MOST_KEYS})
        return keys


class PreferencesView(APIView):
    """One's own preferences."""

    @extend_schema(operation_id="read_preferences", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """Give what was chosen."""
        return Response(_preferences(user_of(request)))

    @extend_schema(
        operation_id="change_preferences", request=PreferencesSerializer(partial=True), responses=PreferencesSerializer
    )
    def patch(self, request: Request) -> Response:
        """Change some; `keys` are replaced as a whole."""
        body = PreferencesSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(_preferences(services.change_preferences(user=user_of(request), **body.validated_data)))


def _preferences(user: User) -> dict[str, Any]:
    return {"keys": user.preferences.get("keys", {}), "language": user.preferences.get("language", "")}
