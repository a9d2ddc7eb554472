"""A study whose every secret field holds a planted word: sources as unlike each other as can be, truth, detectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from readerstudy.accounts.models import Role, User
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.cohorts.models import Image as PresentationImage
from readerstudy.cohorts.presenting import represent_cohort
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile
from readerstudy.detectors.models import Detector, DetectorScore
from readerstudy.detectors.services import import_scores
from readerstudy.studies import services as studies
from readerstudy.studies.models import Reader, Study
from readerstudy.truth.importing import import_cases
from readerstudy.truth.models import Truth
from readerstudy.truth.table import COVARIATES
from tests.blinding.canaries import word
from tests.readerstudy.cohorts.samples import as_file, dicom_file, radiograph
from tests.readerstudy.makers import enrol, write_table
from tests.readerstudy.unpictured import a_person

SLUG = "s"


@dataclass(frozen=True)
class World:
    """A running study with practice, three readers' places and two secret cohorts."""

    study: Study
    cohort: Cohort
    practice: Cohort
    reader: User
    colleague: User
    stranger: User
    coordinator: User


def a_world(folder: Path, profile: PresentationProfile = DEFAULT_PROFILE) -> World:
    """Make the world from files that are written into a folder, and present its cases by a profile."""
    reader, stranger = a_person("reader"), a_person("stranger")
    colleague = a_person(word("colleague"))
    coordinator = a_person(word("coordinator"), Role.COORDINATOR)
    cohort = _cohort(folder, "cohort", _sources(), coordinator)
    practice = _cohort(folder, "practice", _practice_sources(), coordinator)
    if profile != DEFAULT_PROFILE:
        for one in (cohort, practice):
            represent_cohort(cohort=one, profile=profile, actor=coordinator)
    _detector(folder, cohort)
    study = studies.create_study(
        slug=SLUG, title="A study", preset="single-phase", cohorts=[cohort, practice], actor=coordinator
    )
    Study.objects.filter(pk=study.pk).update(seed=2_004_318_071)  # long enough to be found, or not
    studies.lock_study(study=study, actor=coordinator, unaudited_because="a test of something else")
    study.refresh_from_db()
    for user in (reader, colleague):
        enrol(study, user, consent=True)
    _plant_what_others_are_told(study, colleague, coordinator)
    studies.invite_reader(study=study, actor=coordinator, email=f"{word('invited')}@example.org")
    return World(study, cohort, practice, reader, colleague, stranger, coordinator)


def _plant_what_others_are_told(study: Study, colleague: User, coordinator: User) -> None:
    """Put words where one reader must learn nothing of another, nor of who watches over the study."""
    User.objects.filter(pk=colleague.pk).update(email=f"{word('email')}@example.org")
    other = study.readers.get(user=colleague)
    Reader.objects.filter(pk=other.pk).update(
        subspecialty=word("subspecialty"), country=word("country"), withdrawn_because=word("withdrawn because")
    )
    studies.send_note(study=study, text=word("note to another"), reader=other, actor=coordinator)
    studies.send_note(study=study, text="A note to all.", reader=None, actor=coordinator)
    monitor = a_person(word("monitor"), Role.OBSERVER)
    studies.join_team(member=studies.invite_member(study=study, role="monitor", actor=coordinator), user=monitor)
    asked = dict.fromkeys(("years", "subspecialty", "country"), "optional")
    studies.change_recruitment(study=study, is_open=True, limit=77, actor=coordinator, **asked)


def _cohort(folder: Path, name: str, sources: dict[str, bytes], actor: User) -> Cohort:
    files = folder / name
    files.mkdir()
    for file, content in sources.items():
        (files / file).write_bytes(content)
    rows = [
        {"file": file, "truth": ("authentic", "synthetic")[number % 2], **_covariates()}
        for number, file in enumerate(sources)
    ]
    table = write_table(folder / f"{name}.csv", rows)
    imported = import_cases(source=str(files), name=word(name), truth=table, actor=actor)
    assert imported.sealed, imported.as_json()
    _plant_evidence(imported.cohort)
    Cohort.objects.filter(pk=imported.cohort.pk).update(title=word(f"{name} title"), note=word(f"{name} note"))
    imported.cohort.refresh_from_db()
    return imported.cohort


def _plant_evidence(cohort: Cohort) -> None:
    """Put words where an import keeps only what an allow-list lets through."""
    Source.objects.filter(cohort=cohort).update(
        other_names=[word("other name")],
        attributes={"Modality": word("kept attribute")},
        removed=[{"path": word("removed"), "name": word("removed"), "vr": "LO", "private": True, "times": 1}],
        provenance={"c2pa": {"state": "valid", "generator": word("claim generator")}, "traces": []},
    )
    Case.objects.filter(cohort=cohort).update(excluded_because=word("excluded because"))


def _covariates() -> dict[str, str]:
    return {name: word(name) for name in COVARIATES}


def _sources() -> dict[str, bytes]:
    """Give files that differ in everything that a file can differ in: form, size, depth, colour, tags, compression."""
    chunks = PngInfo()
    chunks.add_text(word("png keyword"), word("png text"))
    chunks.add_itxt(word("png itxt"), word("png itxt text"))
    deep = radiograph(200, 120, seed=2).astype(np.uint16) * 200
    exif = Image.Exif()
    exif[0x010F], exif[0x9C9B] = word("exif maker"), word("exif title").encode("utf-16-le")
    colour = np.stack([radiograph(150, 150, seed=3)] * 3, axis=-1)
    return {
        f"{word('png name')}.png": as_file(radiograph(96, 80), pnginfo=chunks),
        f"{word('png16 name')}.png": as_file(deep, dpi=(300, 300)),
        f"{word('jpeg name')}.jpg": as_file(
            radiograph(300, 60, seed=4), "JPEG", exif=exif, comment=word("jpeg comment")
        ),
        f"{word('dicom name')}.dcm": _dicom(radiograph(64, 250, seed=5).astype(np.uint16) * 16),
        f"{word('colour name')}.png": as_file(colour, pnginfo=chunks, compress_level=1),
        f"{word('dicom8 name')}": _dicom(radiograph(1100, 1030, seed=6), PhotometricInterpretation="MONOCHROME1"),
    }


def _practice_sources() -> dict[str, bytes]:
    return {
        f"{word('practice name')}-{number}.png": as_file(radiograph(70, 70, seed=10 + number)) for number in range(2)
    }


def _dicom(pixels: np.ndarray[tuple[int, ...], np.dtype[np.generic]], **attributes: Any) -> bytes:
    planted = (
        "PatientName", "PatientID", "PatientComments", "InstitutionName", "InstitutionAddress", "Manufacturer",
        "ManufacturerModelName", "DeviceSerialNumber", "StationName", "SoftwareVersions", "StudyDescription",
        "SeriesDescription", "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "AccessionNumber",
        "StudyID", "ImageComments", "ProtocolName", "BodyPartExamined", "DerivationDescription",
        "LossyImageCompression",
    )  # fmt: skip
    told: dict[str, Any] = {keyword: word(f"dicom {keyword}")[:64] for keyword in planted}
    told.update(AccessionNumber=word("acc")[:16], StudyID=word("sid")[:16], StationName=word("st")[:16])
    told.update(BodyPartExamined=word("BPE").upper()[:16], LossyImageCompression="00")
    uids: dict[str, Any] = {
        "StudyInstanceUID": f"1.2.826.0.1.{PLANTED_UIDS[0]}",
        "SeriesInstanceUID": f"1.2.826.0.1.{PLANTED_UIDS[1]}",
        "SOPInstanceUID": f"1.2.826.0.1.{PLANTED_UIDS[2]}.{pixels.size}",
    }
    return dicom_file(pixels, **told, **uids, **attributes)


PLANTED_UIDS = ("777001777001777", "777002777002777", "777003777003777")


def _detector(folder: Path, cohort: Cohort) -> None:
    rows = [
        {"case": code, "score": f"0.9876{number:02d}54321"}
        for number, code in enumerate(cohort.cases.values_list("code", flat=True))
    ]
    file = write_table(folder / "scores.csv", rows)
    import_scores(name=word("detector"), version=word("version"), file=file, cohort=cohort, actor=None)
    Detector.objects.update(note=word("detector note"))


def secrets_of(world: World) -> dict[str, str]:
    """Give what the server drew or computed itself and no reader may learn, and how each is called."""
    secrets: dict[str, str] = dict.fromkeys(PLANTED_UIDS, "an original UID")
    secrets["0.9876"] = "a detector's score"
    secrets[str(world.study.seed)] = "the seed of the study"
    secrets[world.study.protocol_digest] = "the digest of the protocol"
    for cohort in (world.cohort, world.practice):
        secrets[cohort.import_seed] = "the seed of an import"
        secrets[cohort.sealed_digest] = "the digest of the truth"
    for model, field in (
        (Case, "code"),
        (PresentationImage, "file"),
        (PresentationImage, "sha256"),
        (PresentationImage, "profile"),
        (Source, "sha256"),
        (Source, "pixel_digest"),
        (Source, "perceptual_hash"),
        (Source, "master"),
        (Source, "patient"),
        (Cohort, "audit_state"),
    ):
        for value in filter(None, model.objects.values_list(field, flat=True)):
            secrets[str(value)] = f"{model.__name__}.{field}"
    return secrets


def flip_every_secret(world: World) -> None:
    """Turn every truth round and every word that goes with it; what a reader sees must not change by a byte."""
    for truth in Truth.objects.filter(case__cohort__in=[world.cohort, world.practice]):
        truth.value = "authentic" if truth.is_synthetic else "synthetic"
        for name in COVARIATES:
            setattr(truth, name, f"other {name} {truth.pk}" if truth.is_synthetic else "")
        truth.save()
        Source.objects.filter(case=truth.case).update(
            name=f"other-{truth.pk}", format="RAW", bits=12, rows=1, columns=1
        )
        Case.objects.filter(pk=truth.case_id).update(stratum=truth.pk % 7)
    DetectorScore.objects.update(score=0.125, call=True)
    Detector.objects.update(name="another", version="2")
    for number, cohort in enumerate((world.cohort, world.practice)):
        Cohort.objects.filter(pk=cohort.pk).update(
            slug=f"other-{number}", title="Other", note="", sealed_digest="f" * 64, import_seed="0" * 32
        )
