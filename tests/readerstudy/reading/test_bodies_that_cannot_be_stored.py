"""What no database can hold, or no answer can say back, is refused like any other fault."""

from __future__ import annotations

import json
from typing import Any

import pytest

from readerstudy.reading.models import Judgement
from tests.readerstudy.reader_client import JUDGEMENT, ReaderClient

HALF = "\ud800"
MARK = {"question": "marks", "kind": "point", "points": [[0.5, 0.5]]}


def send(reader: ReaderClient, path: str, body: dict[str, Any]) -> int:
    """Send a body whose halves of characters are escaped, as a browser would."""
    headers = {"Idempotency-Key": "00000000-0000-4000-8000-000000000001"}
    return int(reader.post(path, json.dumps(body), content_type="application/json", headers=headers).status_code)


@pytest.mark.parametrize(
    "changes",
    [
        {"view_log": [[10**400, "w", 1]]},
        {"view_log": [[1, "w", 10**400]]},
        {"marks": [{**MARK, "points": [[10**400, 0]]}]},
        {"marks": [{**MARK, "kind": HALF}]},
        {"answers": {HALF: "x"}},
        {"answers": {"\x00": "x"}},
        {"call": HALF},
        {"call": [HALF]},
    ],
    ids=str,
)
def test_a_judgement_of_it_is_refused(changes: dict[str, Any], code: str, reader: ReaderClient) -> None:
    assert send(reader, f"/api/v1/sessions/{code}/readings/1/judgements/", {**JUDGEMENT, **changes}) == 400
    assert not Judgement.objects.exists()


def test_an_answer_at_the_end_of_it_is_refused(code: str, reader: ReaderClient) -> None:
    assert send(reader, f"/api/v1/sessions/{code}/end/", {"answers": {HALF: "x"}}) == 400


def test_a_draft_of_it_is_refused(code: str, reader: ReaderClient) -> None:
    assert reader.draft(code, 1, {"n": 10**400}).status_code == 400
