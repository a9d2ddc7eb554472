"""Digital signatures in DICOM files: whether one is there, and whether what it signed is still the same.

Checked against files that DCMTK's dcmsign signed. No list of trusted signers is kept, so that a signature that verifies
says that nothing was changed since, and not by whom it was made. The signer's name is not kept: it may be a person's.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from readerstudy.cohorts.dicom_header import LONG_VRS, SEQUENCE_END, Element, Header

SIGNATURES, MAC_PARAMETERS = 0xFFFAFFFA, 0x4FFE0001
_MAC_ID, _MAC_SYNTAX, _MAC_ALGORITHM, _SIGNED = 0x04000005, 0x04000010, 0x04000015, 0x04000020
_CERTIFICATE, _SIGNATURE = 0x04000115, 0x04000120
# These are made after or beside the signature itself (PS3.3 C.12.1.1.3.1.2).
_UNSIGNED = {_CERTIFICATE, _SIGNATURE, 0x04000305, 0x04000310}
_PIXEL_DATA, _TRANSFER_SYNTAX = 0x7FE00010, 0x00020010
_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
_IMPLICIT_OR_BIG = ("", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2")

# What stands before the digest in a PKCS #1 v1.5 signature (RFC 8017, 9.2, note 1; RIPEMD-160: ISO/IEC 10118-3).
_DIGEST_INFO = {
    "RIPEMD160": ("ripemd160", "3021300906052b2403020105000414"),
    "MD5": ("md5", "3020300c06082a864886f70d020505000410"),
    "SHA1": ("sha1", "3021300906052b0e03021a05000414"),
    "SHA256": ("sha256", "3031300d060960864801650304020105000420"),
    "SHA384": ("sha384", "3041300d060960864801650304020205000430"),
    "SHA512": ("sha512", "3051300d060960864801650304020305000440"),
}
_FOR_CURVES: dict[str, hashes.HashAlgorithm] = {
    "SHA1": hashes.SHA1(),  # noqa: S303 - what the signer chose
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}


class _UncheckedError(Exception):
    """The signature cannot be checked; the message says why."""


def check(header: Header) -> dict[str, Any]:
    """Check all signatures of a file's top level (PS3.15 Annex C; PS3.3 C.12.1.1.3).

    Returns
    -------
    dict
        `state`: `none`; `verifies`; `broken`: what was signed has changed; or `unchecked`, with `why`. With several
        signatures the worst counts. `covers_pixels`: whether all of them cover the pixel data.
    """
    items = _items(header, SIGNATURES)
    if not items:
        return {"state": "none"}
    parameters = {_number(header, item): item for item in _items(header, MAC_PARAMETERS)}
    verdicts = [_verdict(header, item, parameters.get(_number(header, item))) for item in items]
    worst = min(verdicts, key=lambda verdict: ("broken", "unchecked", "verifies").index(verdict["state"]))
    covers = all(verdict["covers_pixels"] for verdict in verdicts)
    return {**worst, "covers_pixels": covers, "signatures": len(verdicts)}


Item = dict[int, Element]


def _items(header: Header, sequence: int) -> list[Item]:
    """Give the items of a sequence of the top level, each with its elements by tag."""
    items: list[Item] = []
    for element in header.elements:
        if element.path == (sequence,) and element.is_mark:
            items.append({})
        elif element.path == (sequence,) and items:
            items[-1][element.tag] = element
    return [item for item in items if item]


def _number(header: Header, item: Item) -> bytes:
    return header.value(item[_MAC_ID]) if _MAC_ID in item else b""


def _text(header: Header, item: Item, tag: int) -> str:
    return header.value(item[tag]).decode("latin-1").strip(" \0") if tag in item else ""


def _verdict(header: Header, signature: Item, parameters: Item | None) -> dict[str, Any]:
    if parameters is None or not {_CERTIFICATE, _SIGNATURE} <= set(signature) or _SIGNED not in parameters:
        return {"state": "broken", "why": "parts of the signature are missing", "covers_pixels": False}
    signed = _tags(header.value(parameters[_SIGNED]))
    covers = _PIXEL_DATA in signed
    try:
        message = _message(header, signed, _text(header, parameters, _MAC_SYNTAX)) + b"".join(
            _encoded(header, element) for tag, element in signature.items() if tag not in _UNSIGNED
        )
        algorithm = _text(header, parameters, _MAC_ALGORITHM)
        holds = _holds(message, algorithm, header.value(signature[_CERTIFICATE]), header.value(signature[_SIGNATURE]))
    except _UncheckedError as error:
        return {"state": "unchecked", "why": str(error), "covers_pixels": covers}
    return {"state": "verifies" if holds else "broken", "covers_pixels": covers}


def _tags(value: bytes) -> set[int]:
    whole = value[: len(value) // 4 * 4]
    return {group << 16 | element for group, element in struct.iter_unpack("<HH", whole)}


def _message(header: Header, signed: set[int], mac_syntax: str) -> bytes:
    """Give the signed elements as they stand in the file, which is how they were signed while it keeps its syntax."""
    syntax = header.words(_TRANSFER_SYNTAX)[0]
    if syntax in _IMPLICIT_OR_BIG or mac_syntax not in (syntax, _EXPLICIT_LITTLE):
        raise _UncheckedError("the file was stored in another transfer syntax since it was signed")
    found = [one for one in header.elements if (one.path or (one.tag,))[0] in signed]
    if mac_syntax != syntax and any(one.tag == _PIXEL_DATA for one in found):
        raise _UncheckedError("the pixels were compressed since they were signed")
    return b"".join(_encoded(header, one) for one in found)


def _encoded(header: Header, element: Element) -> bytes:
    """Encode an element as dcmsign does: with its length, but for sequences, items and fragments, which have none."""
    tag = struct.pack("<HH", element.tag >> 16, element.tag & 0xFFFF)
    if element.is_mark or element.tag == SEQUENCE_END:
        return tag + header.value(element)
    vr = element.vr.encode()
    if element.is_nested:
        return tag + vr + b"\0\0"
    value = header.value(element)
    length = b"\0\0" + struct.pack("<L", len(value)) if element.vr in LONG_VRS else struct.pack("<H", len(value))
    return tag + vr + length + value


def _holds(message: bytes, algorithm: str, certificate: bytes, signature: bytes) -> bool:
    if algorithm not in _DIGEST_INFO:
        raise _UncheckedError("it uses a digest that is not supported")
    name, prefix = _DIGEST_INFO[algorithm]
    digest = _digest(name, message)
    try:
        key = x509.load_der_x509_certificate(certificate[: _der_length(certificate)]).public_key()
        if isinstance(key, rsa.RSAPublicKey):
            signed = key.recover_data_from_signature(signature, padding.PKCS1v15(), None)
            return signed == bytes.fromhex(prefix) + digest
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _FOR_CURVES:
            curve_digest = ec.ECDSA(Prehashed(_FOR_CURVES[algorithm]))
            key.verify(signature[: _der_length(signature)], digest, curve_digest)
            return True
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _UncheckedError("its certificate or key cannot be read") from error
    raise _UncheckedError("it uses a kind of key that is not supported")


def _digest(name: str, message: bytes) -> bytes:
    try:
        return hashlib.new(name, message, usedforsecurity=False).digest()
    except ValueError as error:  # an OpenSSL that was built without old digests
        raise _UncheckedError(f"this machine cannot compute {name}") from error


def _der_length(encoded: bytes) -> int:
    """Give the length of a DER sequence, which a DICOM value may pad to an even one."""
    if len(encoded) < 2 or encoded[1] < 0x80:
        return 2 + (encoded[1] if len(encoded) > 1 else 0)
    size = encoded[1] & 0x7F
    return 2 + size + int.from_bytes(encoded[2 : 2 + size])
