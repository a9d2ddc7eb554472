"""A clean cohort without any work, and ways to plant a leak in what is served of it."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from PIL import Image as Pillow

from readerstudy.cohorts import frames
from readerstudy.cohorts.models import Case, Cohort, Image
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.reports.blinding_stage import StagedRequest
from readerstudy.truth.models import Truth, Value
from readerstudy.truth.services import seal_truth, write_truth
from readerstudy.truth.table import TruthRow
from tests.readerstudy.makers import write_table

PROFILE = DEFAULT_PROFILE.changed(side=64)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_numbers = itertools.count()


def a_code(generator: random.Random) -> str:
    return "".join(generator.choices(_ALPHABET, k=8))


def a_cohort(*, cases: int = 40, seed: int = 0, plan: Callable[[list[bool]], None] | None = None) -> Cohort:
    """Make a sealed cohort of small noise pictures in a random order, all of it drawn by a seed.

    Parameters
    ----------
    plan : callable, optional
        Puts the classes, in the order of import, into another order.
    """
    generator = random.Random(seed)
    slug = f"cohort-{next(_numbers)}"
    cohort = Cohort.objects.create(
        slug=slug, title=slug, recipe=PROFILE.as_recipe(), import_seed=f"{generator.getrandbits(128):032x}"
    )
    synthetic = [number % 2 == 1 for number in range(cases)]
    generator.shuffle(synthetic)
    if plan:
        plan(synthetic)
    noise = np.random.default_rng(seed).integers(0, 256, (cases, PROFILE.side, PROFILE.side), dtype=np.uint8)
    rows = {
        _case(cohort, a_code(generator), frame.tobytes()): TruthRow(
            "", Value.SYNTHETIC if fake else Value.AUTHENTIC, {}
        )
        for fake, frame in zip(synthetic, noise, strict=True)
    }
    write_truth(cohort=cohort, rows=rows, actor=None)
    seal_truth(cohort=cohort, actor=None)
    cohort.refresh_from_db()
    return cohort


def noisy_folder(folder: Path, *, cases: int, side: int) -> Path:
    """Draw smooth noise, every second picture synthetic, with its truth.csv."""
    folder.mkdir()
    coarse = np.random.default_rng(0).integers(0, 256, (cases, side // 8, side // 8), dtype=np.uint8)
    rows = []
    for number, pixels in enumerate(coarse):
        name = f"{number:04d}.png"
        Pillow.fromarray(pixels).resize((side, side), Pillow.Resampling.BICUBIC).save(folder / name, compress_level=1)
        rows.append({"file": name, "truth": number % 2})
    write_table(folder / "truth.csv", rows)
    return folder


def _case(cohort: Cohort, code: str, frame: bytes) -> Case:
    case = Case.objects.create(cohort=cohort, code=code)
    frames.folder().mkdir(parents=True, exist_ok=True)
    name = f"{cohort.slug}-{code}.raw"
    (frames.folder() / name).write_bytes(frame)
    Image.objects.create(
        case=case, file=name, sha256=hashlib.sha256(frame).hexdigest(), rows=PROFILE.side, columns=PROFILE.side,
        length=len(frame), profile=PROFILE.name, recipe=PROFILE.as_recipe(),
    )  # fmt: skip
    return case


def synthetic_cases(cohort: Cohort) -> list[Case]:
    """Give the synthetic cases, in the order of import."""
    chosen = Truth.objects.filter(case__cohort=cohort, value=Value.SYNTHETIC).values("case")
    return list(Case.objects.filter(pk__in=chosen).order_by("pk"))


def images_of(cases: Iterable[Case]) -> Any:
    return Image.objects.filter(case__in=list(cases))


@dataclass
class Planted:
    """What the planted middleware does to the answers about some cases' images."""

    change: Callable[[StagedRequest, HttpResponseBase], HttpResponseBase] | None = None
    before: Callable[[StagedRequest], None] | None = None
    files: frozenset[str] = frozenset()


PLANTED = Planted()


def middleware(get_response: Callable[[StagedRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Tamper with answers about the planted cases, as a faulty server or proxy would: the rest passes through."""

    def answer(request: StagedRequest) -> HttpResponseBase:
        asked = f"{request.path}?{request.META['QUERY_STRING']}"
        about = [one for one in request.instances if one.dicom_study_uid in asked and one.frame.name in PLANTED.files]
        if PLANTED.before and about:
            PLANTED.before(request)
        response = get_response(request)
        return PLANTED.change(request, response) if PLANTED.change and about else response

    return answer


def kind(request: StagedRequest) -> str:
    """Say what is asked for: metadata, frames, rendered or search."""
    found = re.search(r"/(metadata|frames|rendered)", request.path)
    return found[1] if found else "search"


def body_of(response: HttpResponseBase) -> bytes:
    content: bytes = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    for close in response._resource_closers:  # type: ignore[attr-defined]
        close()
    return content


def with_body(response: HttpResponseBase, body: bytes) -> HttpResponse:
    """Give the same answer with another body, and a Content-Length where there was one."""
    changed = HttpResponse(body, status=response.status_code, headers=dict(response.headers))
    if "Content-Length" in response.headers:
        changed["Content-Length"] = str(len(body))
    return changed


def header(
    name: str, value: str, only: str = "frames"
) -> Callable[[StagedRequest, HttpResponseBase], HttpResponseBase]:
    """Set a header."""

    def change(request: StagedRequest, response: HttpResponseBase) -> HttpResponseBase:
        if kind(request) == only:
            response[name] = value
        return response

    return change


def record(
    edit: Callable[[dict[str, Any]], Any], only: str = "metadata"
) -> Callable[[StagedRequest, HttpResponseBase], HttpResponseBase]:
    """Edit the DICOM JSON records."""

    def change(request: StagedRequest, response: HttpResponseBase) -> HttpResponseBase:
        if kind(request) != only:
            return response
        records = json.loads(body_of(response))
        for one in records:
            edit(one)
        return with_body(response, json.dumps(records, separators=(",", ":")).encode())

    return change


def body(edit: Callable[[bytes], bytes], only: str = "frames") -> Callable[..., HttpResponseBase]:
    """Edit the bytes."""

    def change(request: StagedRequest, response: HttpResponseBase) -> HttpResponseBase:
        return with_body(response, edit(body_of(response))) if kind(request) == only else response

    return change


def first_header(name: str, value: str) -> Callable[[StagedRequest, HttpResponseBase], HttpResponseBase]:
    """Send the headers in another order."""

    def change(request: StagedRequest, response: HttpResponseBase) -> HttpResponseBase:
        old = {key: kept for key, kept in response.headers.items() if key != name}
        for key in list(response.headers):
            del response.headers[key]
        for key, kept in {name: value, **old}.items():
            response.headers[key] = kept
        return response

    return change


def slowly(request: StagedRequest) -> None:
    """Answer two milliseconds later."""
    time.sleep(0.002)


def import_at(cohort: Cohort, late: Iterable[Case]) -> None:
    """Give all cases times of import, those of some an hour later."""
    now = timezone.now()
    Case.objects.filter(cohort=cohort).update(created_at=now)
    for number, case in enumerate(late):
        Case.objects.filter(pk=case.pk).update(created_at=now + timedelta(hours=1, seconds=number))
