"""The description of a capsule: an RO-Crate, so that archives and other programs know what each file is.

RO-Crate 1.1 (Soiland-Reyes and others, Data Science 2022;5:97), with the SHA-256 of every file.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from analysis.errors import RatingsError

METADATA = "ro-crate-metadata.json"
_CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
# Archives of the same files are the same bytes.
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_TYPES = {".jsonl": "application/x-ndjson", ".yaml": "application/yaml", ".md": "text/markdown"}


def write_capsule(
    files: Mapping[str, bytes],
    target: BinaryIO,
    *,
    name: str,
    description: str,
    made_at: datetime,
    words: Mapping[str, str],
) -> None:
    """Write files with their description as a zip archive.

    Parameters
    ----------
    files : mapping of str to bytes
        By their path in the archive, with slashes.
    target : binary file
    name, description : str
        Of the capsule as a whole.
    made_at : datetime
        With its time zone.
    words : mapping of str to str
        What a file is, by its path.
    """
    metadata = describe(files, name=name, description=description, made_at=made_at, words=words)
    content = json.dumps(metadata, indent=1, ensure_ascii=False).encode() + b"\n"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, stored in {METADATA: content, **dict(sorted(files.items()))}.items():
            archive.writestr(zipfile.ZipInfo(path, _EARLIEST), stored, zipfile.ZIP_DEFLATED)


def describe(
    files: Mapping[str, bytes], *, name: str, description: str, made_at: datetime, words: Mapping[str, str]
) -> dict[str, Any]:
    """Describe files as an RO-Crate."""
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": description,
        "datePublished": made_at.isoformat(),
        "license": "All rights reserved by those who made the study, unless they say otherwise.",
        "hasPart": [{"@id": path} for path in sorted(files)],
    }
    about = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    return {"@context": _CONTEXT, "@graph": [about, root, *(_file(path, files[path], words) for path in sorted(files))]}


def _file(path: str, content: bytes, words: Mapping[str, str]) -> dict[str, Any]:
    ending = path[path.rfind(".") :]
    told = {"description": words[path]} if path in words else {}
    return {
        "@id": path,
        "@type": "File",
        "name": path.rpartition("/")[2],
        **told,
        "encodingFormat": _TYPES.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream",
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def digests_of(metadata: bytes) -> dict[str, str]:
    """Give the SHA-256 of every file that a description names.

    Raises
    ------
    RatingsError
        When it is no description of a capsule.
    """
    try:
        graph = json.loads(metadata)["@graph"]
        return {one["@id"]: str(one["sha256"]) for one in graph if one.get("@type") == "File"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RatingsError(f"{METADATA}: does not describe a capsule; take the capsule from the study again") from None
