"""No word of any secret field comes back to a reader in any answer, in headers, pages, pixels or messages."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import CharField, JSONField, Model, TextField
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from readerstudy.cohorts import frames, wado
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.cohorts.wado import PresentedInstance
from readerstudy.detectors.models import Detector
from readerstudy.reading import states
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.truth.models import Truth
from tests.blinding.canaries import ROOT, disguises, found_in, found_plainly_in, word
from tests.blinding.conftest import Played
from tests.blinding.playing import FEEDBACK, Exchange, RecordingClient, play
from tests.blinding.world import World, secrets_of

# Fields of secret models that hold no word of their own: a closed vocabulary, or drawn and computed by the server,
# which `secrets_of` searches for as they are.
WITHOUT_A_WORD = {
    "Truth.value", "Source.format", "Source.sha256", "Source.pixel_digest", "Source.perceptual_hash", "Source.master",
    "Source.patient", "Source.traits", "Source.text_candidates", "Case.code", "Cohort.import_seed",
    "Cohort.sealed_digest", "Cohort.audit_verdict", "Cohort.audit_state", "Cohort.recipe", "Detector.saw",
}  # fmt: skip


def leaks(exchanges: list[Exchange], secrets: dict[str, str]) -> Iterator[str]:
    """Say which secret stands in the answer to what, feedback apart."""
    for one in exchanges:
        if one.route == FEEDBACK and one.status == 200:
            continue
        if found_in(one.answered):
            yield f"{one.method} {one.path}: a planted word"
        for found in found_plainly_in(one.answered, secrets):
            yield f"{one.method} {one.path}: {secrets[found]}"


def test_every_word_of_a_secret_model_is_planted(world: World, subtests: pytest.Subtests) -> None:
    models: list[type[Model]] = [Truth, Source, Case, Cohort, Detector]
    for model in models:
        rows = model._default_manager.values()
        for field in model._meta.get_fields():
            name = f"{model.__name__}.{field.name}"
            if isinstance(field, CharField | TextField | JSONField) and name not in WITHOUT_A_WORD:
                with subtests.test(name):
                    assert rows
                    assert all(ROOT in str(row[field.name]) for row in rows), "not planted: do so in world.py"


def test_no_secret_comes_back_in_a_whole_session(played: Played) -> None:
    assert list(leaks(played.exchanges, played.secrets)) == []


def test_the_session_met_every_kind_of_answer(played: Played) -> None:
    met = {(one.route, one.status) for one in played.exchanges}
    for route, statuses in {
        "api:judgements": {201, 200, 400, 409, 422},
        "api:dicomweb": {200, 400, 404, 406},
        "api:sessions": {201, 200},
        "reading:session": {200},
        "reading:consent": {200, 302},
        FEEDBACK: {200, 404},
        "": {404},
    }.items():
        assert {status for name, status in met if name == route} >= statuses, route
    assert any(b"All read" in one.body for one in played.exchanges)
    assert any(b"A note to all." in one.body for one in played.exchanges)


def test_feedback_alone_tells_and_only_of_practice_and_after_the_judgement(played: Played) -> None:
    told = [place for place, one in enumerate(played.exchanges) if one.route == FEEDBACK and one.status == 200]
    assert len(told) == played.practice_cases
    for place in told:
        feedback = played.exchanges[place]
        judgements = feedback.path.replace("feedback", "judgements")
        assert f"/{played.practice}/" in feedback.path
        assert any(one.path == judgements and one.status == 201 for one in played.exchanges[:place])
    # Of all that is known of a case, feedback says the answer and its telltales.
    shown = b"".join(played.exchanges[place].body for place in told).decode()
    assert set(re.findall(rf"{ROOT}\w*", shown)) == {word("telltales")}


def test_rendered_pictures_carry_pixels_and_nothing_beside(played: Played) -> None:
    pngs, jpegs = set(), set()
    for one in played.exchanges:
        if one.body.startswith(b"\x89PNG"):
            pngs.update(_png_chunks(one.body))
        elif one.body.startswith(b"\xff\xd8"):
            jpegs.update(re.findall(rb"\xff[\xe0-\xef\xfe]", one.body[: one.body.index(b"\xff\xda")]))
    assert pngs == {b"IHDR", b"IDAT", b"IEND"}
    assert jpegs == {b"\xff\xe0"}  # JFIF alone: no EXIF, no profile, no comment


def _png_chunks(content: bytes) -> list[bytes]:
    names, at = [], 8
    while at < len(content):
        names.append(content[at + 4 : at + 8])
        at += 12 + int.from_bytes(content[at : at + 4])
    return names


def test_a_secret_is_found_in_every_disguise() -> None:
    for form in disguises(word("generator")):
        assert found_in(b"\x00\xffab" + form + b"cd\x00")
    assert found_in(f"{ROOT.upper()}^NAME".encode())
    for lead in ("", "a", "ab"):
        hidden = base64.b64encode(f"{lead}{word('generator')} and more".encode())
        assert found_in(b'{"blob":"' + hidden + b'"}')
    assert not found_in(b"nothing of the kind, zyx canary")


Plant = Callable[[pytest.MonkeyPatch, World], None]


def a_serializer_that_tells(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    original = states.session_state

    def state(session: ReadingSession) -> dict[str, Any]:
        told = original(session)
        current = Reading.objects.filter(session=session, judgements=None).order_by("position").first()
        truth = Truth.objects.get(case=current.case_id) if current else Truth.objects.all()[0]
        told["phase"].instructions = truth.generator
        return told

    monkeypatch.setattr(states, "session_state", state)


def a_header_that_tells(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    original = wado.respond

    def respond(request: HttpRequest, instances: list[PresentedInstance], resource: str) -> HttpResponseBase:
        response = original(request, instances, resource)
        source = Source.objects.get(case__image__file=instances[0].frame.name)
        response["X-Source"] = source.name.encode().hex()
        return response

    monkeypatch.setattr(wado, "respond", respond)


def pixels_that_tell(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    for case in Case.objects.select_related("image"):
        frame, told = frames.path_of(case.image), Source.objects.get(case=case).name.encode()
        frame.write_bytes(frame.read_bytes()[: -len(told)] + told)


def a_cookie_that_tells(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    original = HttpResponse.__init__

    def init(self: HttpResponse, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.set_cookie("hint", word("generator"))

    monkeypatch.setattr(HttpResponse, "__init__", init)


def a_refusal_that_names_the_case(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    original = wado.respond

    def respond(request: HttpRequest, instances: list[PresentedInstance], resource: str) -> HttpResponseBase:
        response = original(request, instances, resource)
        if response.status_code == 406:
            return HttpResponse(Case.objects.get(image__file=instances[0].frame.name).code, status=406)
        return response

    monkeypatch.setattr(wado, "respond", respond)


@pytest.mark.parametrize(
    "plant",
    [
        a_serializer_that_tells,
        a_header_that_tells,
        pixels_that_tell,
        a_cookie_that_tells,
        a_refusal_that_names_the_case,
    ],
)
def test_a_planted_leak_is_found(
    world: World, client: RecordingClient, monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    """The search must be able to fail: without the leak it finds nothing, with it it does."""
    plant(monkeypatch, world)
    assert next(leaks(play(client, cases=1), secrets_of(world)), None)
