"""Evidence of origin: content credentials, DICOM signatures and what generators leave behind are told apart."""

from __future__ import annotations

import http.server
import json
import struct
import zlib
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from readerstudy.cohorts import dicom_header, dicom_signature, examining, provenance
from readerstudy.cohorts.importing import import_images
from readerstudy.cohorts.models import Source
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.cohorts.services import create_cohort
from readerstudy.cohorts.sources import list_files
from tests.readerstudy.cohorts.samples import as_file, dicom_file, radiograph


@pytest.fixture
def samples(shared_data: Path) -> Path:
    return shared_data / "provenance"


@pytest.mark.parametrize(
    ("name", "state", "source_types"),
    [
        ("c2pa_none", "none", None),
        ("c2pa_valid_algorithmicMedia", "untrusted", ["algorithmicMedia"]),
        ("c2pa_valid_digitalCapture", "untrusted", ["digitalCapture"]),
        ("c2pa_invalid_datahash", "tampered", []),
        ("c2pa_invalid_signature", "tampered", []),
        ("c2pa_remote_manifest", "remote", None),
    ],
)
def test_content_credentials_are_told_apart(
    samples: Path, name: str, state: str, source_types: list[str] | None
) -> None:
    # The files are fixtures of c2pa-python; each is named after what its authors made of it. No signer is trusted.
    found = provenance.c2pa_evidence((samples / f"{name}.jpg").read_bytes(), "JPEG")
    assert (found["state"], found.get("source_types")) == (state, source_types)


def test_tampering_is_named_by_the_standards_code(samples: Path) -> None:
    found = provenance.c2pa_evidence((samples / "c2pa_invalid_datahash.jpg").read_bytes(), "JPEG")
    assert "assertion.dataHash.mismatch" in found["problems"]
    assert found["generator"].startswith("make_test_images")


def test_a_flipped_byte_behind_the_credentials_is_tampering(samples: Path) -> None:
    data = bytearray((samples / "c2pa_valid_digitalCapture.jpg").read_bytes())
    data[-100] ^= 1
    assert provenance.c2pa_evidence(bytes(data), "JPEG")["state"] == "tampered"


def test_damaged_credentials_are_no_failure(samples: Path) -> None:
    data = (samples / "c2pa_valid_digitalCapture.jpg").read_bytes()
    start = data.index(b"c2pa")
    for at in range(start, start + 400, 7):
        mutant = data[:at] + b"\xff" + data[at + 1 :]
        assert provenance.c2pa_evidence(mutant, "JPEG")["state"] in ("none", "tampered", "unreadable", "untrusted")


def test_remote_credentials_are_not_fetched(samples: Path) -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        data = (samples / "c2pa_remote_manifest.jpg").read_bytes()
        start = data.index(b"https://cai-manifests")
        old = data[start : data.index(b'"', start)]
        new = f"http://127.0.0.1:{server.server_port}/".encode().ljust(len(old), b"a")
        assert provenance.c2pa_evidence(data.replace(old, new), "JPEG")["state"] == "remote"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []


def test_a_picture_without_marks_never_loads_the_native_library() -> None:
    assert provenance.of_picture(as_file(radiograph()), "PNG") == {
        "c2pa": {"state": "none"},
        "dicom_signature": {"state": "none"},
        "traces": [],
    }


@pytest.mark.parametrize(
    ("name", "state"),
    [
        # Signed by DCMTK's dcmsign with RSA and RIPEMD-160; the second has nested sequences and compressed pixels.
        ("d004_wrapped_signed", "verifies"),
        ("RG3_J2KR_signed", "verifies"),
        ("d004_wrapped_signed_tampered", "broken"),
    ],
)
def test_dicom_signatures_are_checked(samples: Path, name: str, state: str) -> None:
    header = dicom_header.walk((samples / f"{name}.dcm").read_bytes())
    assert dicom_signature.check(header) == {"state": state, "covers_pixels": True, "signatures": 1}


@pytest.mark.parametrize("what", [b"CHEST ", b"ORIGINAL"])
def test_any_change_of_what_was_signed_breaks_the_signature(samples: Path, what: bytes) -> None:
    data = (samples / "d004_wrapped_signed.dcm").read_bytes()
    at = data.find(what) if what in data else data.index(b"D004")
    changed = data[:at] + b"X" + data[at + 1 :]
    assert dicom_signature.check(dicom_header.walk(changed))["state"] == "broken"


def test_a_changed_pixel_breaks_the_signature(samples: Path) -> None:
    data = bytearray((samples / "d004_wrapped_signed.dcm").read_bytes())
    (pixels,) = [one for one in dicom_header.walk(bytes(data)).elements if one.tag == 0x7FE00010]
    data[pixels.start + 1000] ^= 1
    assert dicom_signature.check(dicom_header.walk(bytes(data)))["state"] == "broken"


def test_what_was_not_signed_may_change(samples: Path) -> None:
    data = (samples / "d004_wrapped_signed.dcm").read_bytes()
    header = dicom_header.walk(b"\1" * 128 + data[128:])
    assert dicom_signature.check(header)["state"] == "verifies", "the preamble is not signed"


@pytest.mark.parametrize("missing", [0x04000115, 0x04000120, 0x04000020])
def test_a_signature_that_lacks_a_part_does_not_verify(samples: Path, missing: int) -> None:
    header = dicom_header.walk((samples / "d004_wrapped_signed.dcm").read_bytes())
    header.elements[:] = [one for one in header.elements if one.tag != missing]
    assert dicom_signature.check(header)["state"] == "broken"


def test_a_signature_by_an_unknown_digest_is_called_unchecked(samples: Path) -> None:
    data = (samples / "d004_wrapped_signed.dcm").read_bytes().replace(b"RIPEMD160 ", b"WHIRLPOOL ")
    found = dicom_signature.check(dicom_header.walk(data))
    assert (found["state"], found["why"]) == ("unchecked", "it uses a digest that is not supported")


def test_a_file_without_signature_has_none() -> None:
    assert dicom_signature.check(dicom_header.walk(dicom_file(radiograph()))) == {"state": "none"}


def png_with(**texts: str) -> bytes:
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    file = BytesIO()
    Image.fromarray(radiograph()).save(file, "PNG", pnginfo=info)
    return file.getvalue()


@pytest.mark.parametrize(
    ("texts", "generator"),
    [
        ({"parameters": "chest x-ray, Steps: 20, Sampler: Euler, CFG scale: 7"}, "Stable Diffusion"),
        ({"prompt": json.dumps({"3": {"class_type": "KSampler"}})}, "ComfyUI"),
        ({"workflow": "{}"}, "ComfyUI"),
        ({"Software": "NovelAI"}, "NovelAI"),
        ({"Description": "a hand --v 6 Midjourney"}, "Midjourney"),
        ({"Comment": "made with DALL-E 3"}, "DALL·E"),
        ({"Title": "left hand"}, ""),
    ],
)
def test_text_chunks_of_generators_are_recognised(texts: dict[str, str], generator: str) -> None:
    (trace,) = provenance.generator_traces(png_with(**texts), "PNG")
    assert trace["generator"] == generator
    assert trace["field"] == f"PNG {next(iter(texts))}"


def test_the_texts_themselves_are_not_kept() -> None:
    traces = provenance.generator_traces(png_with(parameters="SMITH JOHN, chest, CFG scale: 7"), "PNG")
    assert "SMITH" not in json.dumps(traces)


def test_compressed_text_is_read_and_a_bomb_is_not_inflated() -> None:
    bomb = zlib.compress(b"Midjourney" + bytes(200 * 2**20))
    body = b"note\0\0" + bomb
    chunk = struct.pack(">L", len(body)) + b"zTXt" + body + struct.pack(">L", zlib.crc32(b"zTXt" + body))
    data = as_file(radiograph())
    (trace,) = provenance.generator_traces(data[:33] + chunk + data[33:], "PNG")
    assert trace["generator"] == "Midjourney"
    assert len(provenance._inflated(bomb)) == 2**16


def test_exif_and_xmp_are_read() -> None:
    exif = Image.Exif()
    exif[0x0131] = "Adobe Firefly"
    exif[0x010F] = "ACME"
    xmp = b'<x:xmpmeta><rdf:Description Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/></x:xmpmeta>'
    data = as_file(radiograph(), "JPEG", exif=exif, xmp=xmp)
    traces = {trace["field"]: trace for trace in provenance.generator_traces(data, "JPEG")}
    assert traces["Software"] == {"field": "Software", "generator": "Firefly", "software": "Adobe Firefly"}
    assert traces["DigitalSourceType"]["generator"] == "declared as made by an algorithm"
    assert traces["Make"]["generator"] == ""


@pytest.mark.django_db
def test_all_samples_are_imported_with_their_evidence(samples: Path) -> None:
    cohort = create_cohort(name="mine", actor=None)
    summary = import_images(cohort=cohort, files=list_files(samples), actor=None)
    assert [one.file for one in summary.rejected] == ["test_cert.pem"]
    # The two tampered pictures and their source differ in their credentials, not all of them in their pixels.
    states = {
        name: (found["c2pa"]["state"], found["dicom_signature"]["state"])
        for name, found in Source.objects.values_list("name", "provenance")
    }
    assert states["d004_wrapped_signed.dcm"] == ("none", "verifies")
    assert states["d004_wrapped_signed_tampered.dcm"] == ("none", "broken")
    assert states["c2pa_remote_manifest.jpg"] == ("remote", "none")
    traits = dict(Source.objects.values_list("name", "traits"))
    assert traits["d004_wrapped_signed.dcm"]["has_provenance"] == 1


def test_the_decoding_process_can_check_credentials_though_it_has_no_network(samples: Path) -> None:
    data = (samples / "c2pa_valid_algorithmicMedia.jpg").read_bytes()
    assert examining.examine(data, DEFAULT_PROFILE).provenance["c2pa"]["state"] == "untrusted"
