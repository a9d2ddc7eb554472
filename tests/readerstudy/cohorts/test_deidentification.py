"""Nothing that a hostile DICOM file carries besides its pixels is stored anywhere, and a report says what it was."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from readerstudy.cohorts import masters
from readerstudy.cohorts.deidentify import patient_pseudonym, report
from readerstudy.cohorts.importing import import_images
from readerstudy.cohorts.models import Cohort, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.cohorts.sources import list_files
from tests.readerstudy.cohorts.samples import as_file, dicom_bytes, dicom_dataset, dicom_file, radiograph

pytestmark = pytest.mark.django_db

# Elements of text in which a word is planted; all are in table E.1-1 of PS3.15 or hold free text.
TEXTS = [
    "PatientName", "PatientID", "IssuerOfPatientID", "OtherPatientIDs", "PatientAddress", "PatientMotherBirthName",
    "EthnicGroup", "Occupation", "PatientComments", "MedicalRecordLocator", "AccessionNumber", "StudyID",
    "StudyDescription", "SeriesDescription", "ProtocolName", "InstitutionName", "InstitutionAddress",
    "InstitutionalDepartmentName", "StationName", "OperatorsName", "ReferringPhysicianName", "PerformingPhysicianName",
    "NameOfPhysiciansReadingStudy", "RequestingPhysician", "AdditionalPatientHistory", "ImageComments",
    "DerivationDescription", "DeviceSerialNumber", "DetectorID", "PlateID", "CassetteID", "Manufacturer",
    "ManufacturerModelName", "SoftwareVersions", "AcquisitionDeviceProcessingDescription", "TextComments",
    "WindowCenterWidthExplanation", "RequestedProcedureDescription", "FrameComments", "LensSerialNumber",
]  # fmt: skip
UIDS = ["StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "InstanceCreatorUID", "IrradiationEventUID"]
DATES = ["PatientBirthDate", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate"]


class Plants:
    """Words, UIDs and dates that are like no other, and where each was planted."""

    def __init__(self) -> None:
        self.where: dict[str, str] = {}

    def word(self, where: str) -> str:
        return self._note(f"ZYXPLANT{len(self.where):03d}", where)

    def uid(self, where: str) -> str:
        return self._note(f"1.2.826.0.1.7777777.{100 + len(self.where)}", where)

    def date(self, where: str) -> str:
        return self._note(f"1903{1 + len(self.where) % 12:02d}{1 + len(self.where) % 28:02d}", where)

    def _note(self, planted: str, where: str) -> str:
        self.where[planted] = where
        return planted


def hostile_dataset(plants: Plants) -> Dataset:
    dataset = dicom_dataset(radiograph())
    for keyword in TEXTS:
        setattr(dataset, keyword, plants.word(keyword)[:16])
    for keyword in UIDS:
        setattr(dataset, keyword, plants.uid(keyword))
    for keyword in DATES:
        setattr(dataset, keyword, plants.date(keyword))
    for keyword in ("Modality", "BodyPartExamined", "ViewPosition", "BurnedInAnnotation", "ConversionType"):
        setattr(dataset, keyword, plants.word(f"kept attribute {keyword}"))
    dataset.ImageType = ["ORIGINAL", "PRIMARY", plants.word("ImageType, third value")]
    _plant_private_elements(dataset, plants)
    _plant_nested_sequences(dataset, plants)
    _plant_planes(dataset, plants)
    dataset.add_new(0xFFFCFFFC, "OB", plants.word("trailing padding").encode())
    meta = dataset.file_meta
    meta.SourceApplicationEntityTitle = plants.word("file meta")
    meta.ImplementationVersionName = plants.word("file meta, implementation")
    meta.PrivateInformationCreatorUID = UID(plants.uid("file meta, private creator"))
    meta.PrivateInformation = plants.word("file meta, private").encode()
    dataset.preamble = plants.word("preamble").encode().ljust(128, b"\0")
    return dataset


def _plant_private_elements(dataset: Dataset, plants: Plants) -> None:
    for group in (0x0009, 0x0029, 0x7FE1):
        block = dataset.private_block(group, plants.word(f"private creator {group:04X}"), create=True)
        block.add_new(0x01, "LO", plants.word(f"private {group:04X}"))
        inner = Dataset()
        inner.PatientName = plants.word(f"private sequence {group:04X}")
        inner.ReferencedSOPInstanceUID = plants.uid(f"private sequence {group:04X}")
        block.add_new(0x02, "SQ", Sequence([inner]))
        block.add_new(0x03, "UN", plants.word(f"private unknown {group:04X}").encode())


def _plant_nested_sequences(dataset: Dataset, plants: Plants) -> None:
    inner = Dataset()
    inner.PatientName = plants.word("six sequences deep")
    inner.ReferencedSOPInstanceUID = plants.uid("six sequences deep")
    for _ in range(5):
        outer = Dataset()
        outer.ReferencedStudySequence = Sequence([inner])
        outer.ReferencedSOPInstanceUID = plants.uid("a nested sequence")
        inner = outer
    dataset.ReferencedPatientSequence = Sequence([inner])
    original = Dataset()
    original.PatientID = plants.word("original attributes")
    dataset.OriginalAttributesSequence = Sequence([original])
    request = Dataset()
    request.RequestedProcedureID = plants.word("request attributes")
    dataset.RequestAttributesSequence = Sequence([request])


def _plant_planes(dataset: Dataset, plants: Plants) -> None:
    """An overlay, a retired curve and an icon, whose bytes spell a word."""
    dataset.add_new(0x60000010, "US", 16)
    dataset.add_new(0x60000011, "US", 16)
    dataset.add_new(0x60000022, "LO", plants.word("overlay description"))
    dataset.add_new(0x60003000, "OB", (plants.word("overlay data").encode() * 3)[:32])
    dataset.add_new(0x50003000, "OB", plants.word("curve data").encode())
    icon = Dataset()
    icon.Rows, icon.Columns = 4, 4
    icon.PixelData = plants.word("icon image").encode().ljust(16, b"\0")
    icon["PixelData"].VR = "OB"
    dataset.IconImageSequence = Sequence([icon])


def everything_stored() -> Iterator[tuple[str, bytes]]:
    """Give every row of every table, and every file of the data folder with its master unpacked."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
            yield f"table {table}", repr(cursor.fetchall()).encode()
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    for name in Source.objects.values_list("master", flat=True):
        yield f"master {name}", masters.read(name).pixels.tobytes()


@pytest.fixture
def cohort() -> Cohort:
    return create_cohort(name="mine", actor=None)


def import_bytes(cohort: Cohort, folder: Path, **files: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / f"{name}.file").write_bytes(data)
    summary = import_images(cohort=cohort, files=list_files(folder), actor=None)
    assert summary.rejected == []


def test_nothing_planted_is_stored_in_any_table_or_file(cohort: Cohort, tmp_path: Path) -> None:
    plants = Plants()
    data = dicom_bytes(hostile_dataset(plants)) + plants.word("behind the end of the file").encode()
    assert len(plants.where) >= 75
    in_file = [planted for planted in plants.where if planted.encode() in data]
    assert len(in_file) == len(plants.where), "each is in the file, or the test could not fail"
    import_bytes(cohort, tmp_path / "images", hostile=data)
    stored = list(everything_stored())
    assert len(stored) > 20
    found = [
        (plants.where[planted], place)
        for place, content in stored
        for planted in plants.where
        for form in (planted.encode(), planted.lower().encode(), planted.encode("utf-16-le"))
        if form in content
    ]
    assert found == []


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_every_planted_element_is_named_as_removed(cohort: Cohort, tmp_path: Path, syntax: UID) -> None:
    dataset = hostile_dataset(Plants())
    dataset.file_meta.TransferSyntaxUID = syntax
    import_bytes(cohort, tmp_path / "images", hostile=dicom_bytes(dataset))
    removed = {part["path"]: part for part in Source.objects.get().removed}
    assert {*TEXTS, *UIDS, *DATES, "ImageType", "PixelData", "DataSetTrailingPadding", "Preamble"} <= set(removed)
    deepest = " > ".join(["ReferencedPatientSequence", *["ReferencedStudySequence"] * 5, "PatientName"])
    assert removed[deepest]["vr"] == "PN"
    # Written implicitly, nothing says that a private element is a sequence: it is left out as it stands.
    private = "(7FE1,1002) > PatientName" if syntax == ExplicitVRLittleEndian else "(7FE1,1002)"
    assert removed[private]["private"]
    assert "IconImageSequence > PixelData" in removed
    assert "(5000,3000)" in removed or "CurveData" in removed
    assert "(6000,3000)" in removed or "OverlayData" in removed


def test_a_word_in_a_kept_attribute_that_the_standard_does_not_know_is_not_kept(cohort: Cohort, tmp_path: Path) -> None:
    data = dicom_file(
        radiograph(), Modality="CR", BodyPartExamined="SMITH", ViewPosition="PA", KVP="120", Exposure="4711666"
    )
    import_bytes(cohort, tmp_path / "images", one=data)
    kept = Source.objects.get().attributes
    assert (kept["Modality"], kept["BodyPartExamined"], kept["ViewPosition"]) == ("CR", "OTHER", "PA")
    assert kept["KVP"] == 120
    assert "Exposure" not in kept, "4,711,666 mAs is no exposure but somebody's number"
    assert (kept["Rows"], kept["TransferSyntaxUID"]) == (96, "Explicit VR Little Endian")


def test_private_data_of_unknown_length_is_walked_through(cohort: Cohort, tmp_path: Path) -> None:
    inner = struct.pack("<HHL", 0x0010, 0x0010, 8) + b"SMITH^J "
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
    end = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    element = struct.pack("<HH2sHL", 0x0009, 0x1001, b"UN", 0, 0xFFFFFFFF) + item + end
    data = dicom_file(radiograph())
    at = data.index(struct.pack("<HH2s", 0x0010, 0x0010, b"PN"))
    import_bytes(cohort, tmp_path / "images", one=data[:at] + element + data[at:])
    removed = {part["path"]: part["private"] for part in Source.objects.get().removed}
    assert removed["(0009,1001) > PatientName"]
    assert removed["PatientName"] is False


def test_images_of_one_patient_share_a_pseudonym_that_says_nothing(cohort: Cohort, tmp_path: Path) -> None:
    import_bytes(
        cohort, tmp_path / "images",
        one=dicom_file(radiograph(seed=1), PatientID="4711"), two=dicom_file(radiograph(seed=2), PatientID="4711 "),
        other=dicom_file(radiograph(seed=3), PatientID="4711", IssuerOfPatientID="Elsewhere"),
        nameless=as_file(radiograph(seed=4)),
    )  # fmt: skip
    patient = dict(Source.objects.values_list("name", "patient"))
    assert patient["one.file"] == patient["two.file"] == patient_pseudonym(settings.SECRET_KEY, "4711", "")
    assert patient["other.file"] not in ("", patient["one.file"])
    assert patient["nameless.file"] == ""
    assert {len(word) for word in patient.values()} == {0, 32}


def test_a_pseudonym_depends_on_the_key_and_keeps_number_and_issuer_apart() -> None:
    made = {patient_pseudonym(*words) for words in [("k", "1", "2"), ("other", "1", "2"), ("k", "12"), ("k", "2", "1")]}
    assert len(made) == 4


def test_the_report_counts_what_was_removed_and_what_is_kept(cohort: Cohort, tmp_path: Path) -> None:
    import_bytes(
        cohort, tmp_path / "images",
        one=dicom_file(radiograph(seed=1), Modality="CR"), two=dicom_file(radiograph(seed=2), StationName="ROOM 7"),
        three=as_file(radiograph(seed=3)),
    )  # fmt: skip
    found = report(cohort)
    removed = {part.path: part for part in found.removed}
    assert (found.files, found.dicom_files, found.patients, found.without_patient) == (3, 2, 1, 1)
    assert (removed["PatientName"].files, removed["PatientName"].kind) == (2, "a person's name")
    assert removed["StationName"].files == 1
    assert removed["PatientID"].action == "replaced by a keyed pseudonym"
    assert removed["StudyInstanceUID"].kind == "an identifier (UID)"
    assert {kept.name: kept.values for kept in found.kept}["Modality"] == {"CR": 1, "DX": 1}
    assert found.provenance["dicom_signature"] == {"none": 3}
    assert found.readers_get["PatientName"] == "empty"
    assert found.readers_get["Rows"] == "1024"
    assert not {"StationName", "KVP", "StudyDate"} & set(found.readers_get)


def test_the_command_gives_the_report_in_words_and_in_json(cohort: Cohort, tmp_path: Path) -> None:
    import_bytes(cohort, tmp_path / "images", one=dicom_file(radiograph()))
    words, plain = StringIO(), StringIO()
    call_command("deidentification_report", "mine", stdout=words)
    call_command("deidentification_report", "mine", json=True, stdout=plain)
    assert "PatientName: a person's name, removed (1)" in words.getvalue()
    assert "CANARY" not in words.getvalue() + plain.getvalue()
    assert json.loads(plain.getvalue())["dicom_files"] == 1
    with pytest.raises(CommandError, match="There is no cohort 'other'"):
        call_command("deidentification_report", "other")
