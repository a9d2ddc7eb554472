"""Evidence of where a file came from: content credentials, signatures, and what generators leave behind.

All of it is kept for the coordinator alone, as it may tell the class; readers get rebuilt pixels. The native libraries
are loaded only for files that carry such marks, and only in the process that decodes.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

from readerstudy.cohorts.dicom_header import Header

_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "TIFF": "image/tiff", "WebP": "image/webp"}
_C2PA_MARKS = (b"c2pa", b"dcterms:provenance")
# Nothing is fetched: neither manifests nor revocation lists; whom to trust is for the operator to say.
_C2PA_SETTINGS = {"verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False}}
_C2PA_STATES = {"Trusted": "valid", "Valid": "untrusted", "Invalid": "tampered"}
_SHOWN = 100
_MAX_TEXT = 2**16

# Words that generators write into text chunks, EXIF and XMP, and the generator that they give away.
GENERATORS = {
    "stable diffusion": "Stable Diffusion", "sd-metadata": "Stable Diffusion", "negative prompt": "Stable Diffusion",
    "cfg scale": "Stable Diffusion", "automatic1111": "Stable Diffusion", "invokeai": "InvokeAI",
    "comfyui": "ComfyUI", "ksampler": "ComfyUI", "novelai": "NovelAI", "dall-e": "DALL·E", "dall·e": "DALL·E",
    "openai": "OpenAI", "chatgpt": "ChatGPT", "gpt-4o": "ChatGPT", "midjourney": "Midjourney", "firefly": "Firefly",
    "roentgen": "RoentGen", "imagen": "Imagen", "gemini": "Gemini", "diffusers": "Diffusers", "flux.1": "FLUX",
}  # fmt: skip
# Text chunks that only generators write.
_GENERATOR_CHUNKS = {
    "parameters": "Stable Diffusion", "prompt": "ComfyUI", "workflow": "ComfyUI", "dream": "InvokeAI",
    "invokeai_metadata": "InvokeAI", "sd-metadata": "Stable Diffusion",
}  # fmt: skip
_AI_SOURCE_TYPES = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia")
# EXIF tags of text (Exif 2.32, table 4): description, make, model, software, artist, user comment.
_EXIF_TEXTS = {0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0131: "Software", 0x9286: "UserComment"}


def of_dicom(header: Header) -> dict[str, Any]:
    """Give the evidence in a DICOM file.

    Returns
    -------
    dict
        `c2pa`, `dicom_signature` (each with a `state`) and `traces`, as stored in `Source.provenance`.
    """
    signature: dict[str, Any] = {"state": "none"}
    if any(element.tag == 0xFFFAFFFA for element in header.elements):
        from readerstudy.cohorts import dicom_signature  # loads a native library

        signature = dicom_signature.check(header)
    return {"c2pa": {"state": "none"}, "dicom_signature": signature, "traces": []}


def of_picture(data: bytes, form: str, trust_anchors: str = "") -> dict[str, Any]:
    """Give the evidence in a PNG, JPEG, TIFF or WebP file, in the form of `of_dicom`."""
    return {
        "c2pa": c2pa_evidence(data, form, trust_anchors),
        "dicom_signature": {"state": "none"},
        "traces": generator_traces(data, form),
    }


def c2pa_evidence(data: bytes, form: str, trust_anchors: str = "") -> dict[str, Any]:
    """Check the content credentials of a file, without any network.

    Parameters
    ----------
    trust_anchors : str
        Certificates, in PEM, of those whose signatures are trusted.

    Returns
    -------
    dict
        `state`: `none`; `valid`: intact, by a trusted signer; `untrusted`: intact, by somebody unknown; `tampered`;
        `remote`: the credentials lie on a server and were not fetched; or `unreadable`. Where they could be read also
        `generator`, `source_types` (IPTC digital source types) and `problems` (C2PA status codes).
    """
    if form not in _MEDIA_TYPES or not any(mark in data for mark in _C2PA_MARKS):
        return {"state": "none"}
    import c2pa  # a large native library

    settings: dict[str, Any] = dict(_C2PA_SETTINGS)
    if trust_anchors:
        settings["trust"] = {"trust_anchors": trust_anchors}
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(settings))
        reader = c2pa.Reader(_MEDIA_TYPES[form], BytesIO(data), context=context)
        return _from_manifest(json.loads(reader.json()), reader.get_validation_state())
    except c2pa.C2paError.ManifestNotFound:
        return {"state": "none"}
    except c2pa.C2paError as error:
        return {"state": "remote" if str(error).startswith("Remote") else "unreadable"}


def _from_manifest(store: dict[str, Any], validation: str) -> dict[str, Any]:
    manifest = store.get("manifests", {}).get(store.get("active_manifest"), {})
    info = manifest.get("claim_generator_info") or [{}]
    generator = manifest.get("claim_generator") or info[0].get("name", "")
    problems = {status.get("code", "") for status in store.get("validation_status", [])}
    return {
        "state": _C2PA_STATES.get(validation, "unreadable"),
        "generator": _shown(str(generator)),
        "source_types": sorted({_last_part(value) for value in _values_of("digitalSourceType", manifest)}),
        "problems": sorted(_shown(code) for code in problems),
    }


def _values_of(key: str, node: Any) -> Iterator[str]:
    """Find all texts under a key, however deep."""
    if isinstance(node, dict):
        if isinstance(node.get(key), str):
            yield node[key]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _values_of(key, child)


def _last_part(address: str) -> str:
    """Keep of an IPTC address its last word, by which the type is known."""
    return re.sub(r"[^A-Za-z]", "", address.strip().rsplit("/", 1)[-1])[:_SHOWN]


def _shown(text: str) -> str:
    """Keep of a text what can be printed, and not much of it."""
    return "".join(sign for sign in text if sign.isprintable())[:_SHOWN].strip()


def generator_traces(data: bytes, form: str) -> list[dict[str, str]]:
    """Name the fields of text that a program left in a file and the generator that each gives away.

    The texts themselves (prompts, descriptions) are not kept; of the field for software its beginning is.

    Returns
    -------
    list of dict
        `field`, `generator` (empty where none is known) and, for software, `software`.
    """
    fields = [*(_png_texts(data) if form == "PNG" else []), *_exif_texts(data), *_xmp_texts(data)]
    traces = []
    for field, text in fields:
        keyword = field.removeprefix("PNG ").lower()
        generator = _generator_in(text) or _GENERATOR_CHUNKS.get(keyword, "")
        trace = {"field": _shown(field), "generator": generator}
        if field in ("Software", "CreatorTool", "PNG Software"):
            trace["software"] = _shown(text)
        if trace not in traces:
            traces.append(trace)
    return traces


def _generator_in(text: str) -> str:
    if any(text.endswith(kind) for kind in _AI_SOURCE_TYPES):
        return "declared as made by an algorithm"
    lowered = text.lower()
    return next((name for word, name in GENERATORS.items() if word in lowered), "")


def _png_texts(data: bytes) -> Iterator[tuple[str, str]]:
    """Read the text chunks of a PNG file (PNG 3rd edition, 11.3.3), inflating no more than is looked at."""
    at = 8
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        keyword, _, rest = body.partition(b"\0")
        yield f"PNG {keyword.decode('latin-1')[:79]}", _png_text(kind, rest)


def _png_text(kind: bytes, rest: bytes) -> str:
    if kind == b"tEXt":
        return rest[:_MAX_TEXT].decode("latin-1")
    if kind == b"zTXt":
        return _inflated(rest[1:]).decode("latin-1")
    text = rest[2:].split(b"\0", 2)[-1]
    return (_inflated(text) if rest[:1] == b"\1" else text[:_MAX_TEXT]).decode("utf-8", "replace")


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MAX_TEXT)
    except zlib.error:
        return b""


def _exif_texts(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        with Image.open(BytesIO(data)) as image:
            exif = image.getexif()
            values = {**exif, **exif.get_ifd(0x8769)}
    except Exception:
        # Whatever a damaged block makes Pillow raise: there is nothing to read then.
        return
    for tag, name in _EXIF_TEXTS.items():
        value = values.get(tag)
        if isinstance(value, bytes):
            value = value.removeprefix(b"ASCII\0\0\0").decode("utf-8", "replace")
        if isinstance(value, str) and value.strip("\0 "):
            yield name, value[:_MAX_TEXT]


_XMP_FIELDS = re.compile(rb"(CreatorTool|DigitalSourceType|Credit)\s*(?:=\s*[\"']|>)\s*([^\"'<]{1,500})", re.IGNORECASE)


def _xmp_texts(data: bytes) -> Iterator[tuple[str, str]]:
    start = data.find(b"<x:xmpmeta")
    packet = data[start : start + 2**20] if start >= 0 else b""
    names = {"creatortool": "CreatorTool", "digitalsourcetype": "DigitalSourceType", "credit": "Credit"}
    for match in _XMP_FIELDS.finditer(packet):
        yield names[match[1].decode().lower()], match[2].decode("utf-8", "replace").strip()
