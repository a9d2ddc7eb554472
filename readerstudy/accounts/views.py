"""The front door: home by role, and whether the server is well."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from readerstudy.accounts.permissions import user_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to its own first page."""
    return redirect("studies:list" if user_of(request).is_coordinator else "reading:studies")


def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
