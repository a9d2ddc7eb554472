"""The OpenAPI schema, and a page that explains it: no script, so it lives under the strict policy.

Both are in English whoever asks: programs are written by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from readerstudy.accounts.permissions import coordinator_required


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked of the API."""

    method: str
    path: str
    summary: str
    takes: str
    gives: list[tuple[str, str]]


class Schema(SpectacularAPIView):
    """The OpenAPI schema."""

    @method_decorator(coordinator_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and write the answer while English is spoken; to readers its names would say too much."""
        with translation.override("en"):
            response: Any = super().dispatch(request, *args, **kwargs)
            answer: HttpResponseBase = response.render()
        return answer


@coordinator_required
def page(request: HttpRequest) -> HttpResponse:
    """List every operation and every schema."""
    generator: Any = SchemaGenerator  # it comes without types
    with translation.override("en"):
        described = generator().get_schema(request=None, public=True)
        context = {
            "info": described["info"],
            "operations": _operations(described),
            "schemas": _schemas(described),
        }
    return render(request, "api_docs.html", context)


def _operations(schema: dict[str, Any]) -> list[Operation]:
    return [
        Operation(
            method=method.upper(),
            path=path,
            summary=said.get("description", ""),
            takes=_name(said.get("requestBody", {})),
            gives=[(status, _name(answer)) for status, answer in said["responses"].items()],
        )
        for path, operations in schema["paths"].items()
        for method, said in operations.items()
    ]


def _name(body: dict[str, Any]) -> str:
    """Give the name of the schema of a JSON body, or an empty string."""
    inner = body.get("content", {}).get("application/json", {}).get("schema", {})
    reference: str = inner.get("$ref") or inner.get("items", {}).get("$ref", "")
    return reference.rsplit("/", 1)[-1]


def _schemas(schema: dict[str, Any]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        (name, said.get("description", ""), [(field, _kind(one)) for field, one in said["properties"].items()])
        for name, said in schema["components"]["schemas"].items()
        if "properties" in said
    ]


def _kind(field: dict[str, Any]) -> str:
    reference = field.get("$ref") or next((one["$ref"] for one in field.get("allOf", []) if "$ref" in one), "")
    if reference:
        return str(reference).rsplit("/", 1)[-1]
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    return str(field.get("format") or field.get("type", ""))
