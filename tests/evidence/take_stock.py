"""What a server's database holds after a trial. Called in a process of the server's own settings."""

from __future__ import annotations

from typing import Any

from readerstudy.audit.chain import check_chain
from readerstudy.reading.models import Judgement, ReadingSession


def take_stock() -> dict[str, Any]:
    """Give every judgement, whether all have finished, and whether the audit log is whole."""
    columns = {
        "key": "idempotency_key", "session": "reading__session__code", "position": "reading__position",
        "revision": "revision", "call": "call", "confidence": "confidence", "answers": "answers", "seconds": "seconds",
    }  # fmt: skip
    rows = Judgement.objects.values_list(*columns.values())
    verdict = check_chain()
    return {
        "judgements": [dict(zip(columns, [str(row[0]), *row[1:]], strict=True)) for row in rows],
        "unfinished": ReadingSession.objects.filter(finished_at=None).count(),
        "sessions": ReadingSession.objects.count(),
        "audited": verdict.events,
        "broken": verdict.broken,
    }
