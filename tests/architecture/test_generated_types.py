"""The front end's types are those of the API as it is."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.management import call_command

GENERATED = Path(__file__).resolve().parents[2] / "frontend" / "generated"


def test_the_schema_that_the_types_were_made_from_is_fresh(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    call_command("spectacular", format="openapi-json", file=str(file), validate=True, fail_on_warn=True)
    stored = json.loads((GENERATED / "openapi.json").read_text(encoding="utf-8"))
    assert json.loads(file.read_text(encoding="utf-8")) == stored, "run `make types`"


def test_every_schema_and_operation_stands_in_the_generated_types() -> None:
    types = (GENERATED / "api.ts").read_text(encoding="utf-8")
    schema = json.loads((GENERATED / "openapi.json").read_text(encoding="utf-8"))
    for name in [*schema["components"]["schemas"], *schema["paths"]]:
        assert name in types, f"{name} is not in api.ts: run `make types`"
