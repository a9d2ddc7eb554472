"""The documents of a locked study: each version is written once and stands."""

from __future__ import annotations

import hashlib

from readerstudy.accounts.models import User
from readerstudy.studies.models import Kind, Study, Version


def add_version(
    study: Study, kind: Kind, document: str, *, actor: User | None, change: str = "", reason: str = ""
) -> Version:
    """Write the next version of a document. The caller holds the study and the transaction."""
    last = newest_version(study, kind)
    return Version.objects.create(
        study=study, kind=kind, number=last.number + 1 if last else 1, document=document,
        digest=hashlib.sha256(document.encode()).hexdigest(), change=change, reason=reason, made_by=actor,
    )  # fmt: skip


def newest_version(study: Study, kind: Kind) -> Version | None:
    """Give the version that counts now; None for a draft, and for what was locked before there were versions."""
    return study.versions.filter(kind=kind).order_by("-number").first()
