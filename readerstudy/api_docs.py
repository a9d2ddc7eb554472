"""A page that explains the API, made of its OpenAPI schema: no script, so it lives under the strict policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked of the API."""

    method: str
    path: str
    summary: str
    takes: str
    gives: list[tuple[str, str]]


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """List every operation and every schema."""
    generator: Any = SchemaGenerator  # it comes without types
    schema = generator().get_schema(request=None, public=True)
    context = {"info": schema["info"], "operations": _operations(schema), "schemas": _schemas(schema)}
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
