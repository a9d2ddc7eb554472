"""The one module that speaks to DICOMweb servers upstream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import requests
from dicomweb_client import DICOMwebClient
from django.conf import settings

from readerstudy.cohorts.source_image import MAX_BYTES, RejectedImageError
from readerstudy.cohorts.sources import SourceFile, SourceUnavailableError

# Projection radiographs and what they travel as. Other modalities are not radiographs and are left alone.
MODALITIES = {"CR", "DX", "RF", "XA", "RG", "MG", "IO", "PX", "SC", "OT"}
_PAGE = 200
_TIMEOUT = (5, 30)  # seconds to connect, and between two bytes
_MODALITY, _STUDY_UID, _SERIES_UID, _SOP_UID = "00080060", "0020000D", "0020000E", "00080018"

Record = dict[str, dict[str, Any]]


def list_instances(url: str) -> Sequence[SourceFile]:
    """List the radiographs of a DICOMweb server; each is fetched when it is read.

    Raises
    ------
    SourceUnavailableError
        The server does not answer within seconds, refuses, is no DICOMweb root, or has no radiograph.
    """
    client = _client(url)
    with _search_told_in_words(url):
        files = [_source_file(client, url, *uids) for uids in _instances(client)]
    if not files:
        raise SourceUnavailableError(f"There are no radiographs ({', '.join(sorted(MODALITIES))}) on {url}.")
    return files


def _client(url: str) -> DICOMwebClient:
    session = requests.Session()
    # Compressed transfer makes some servers slow, and pixels do not shrink by it.
    session.headers["Accept-Encoding"] = "identity"
    # The operator's password goes to the operator's server and to no other.
    own = settings.DICOMWEB_URL.rstrip("/")
    if settings.DICOMWEB_USER and own and f"{url}/".startswith(f"{own}/"):
        session.auth = (settings.DICOMWEB_USER, settings.DICOMWEB_PASSWORD)
    try:
        client = DICOMwebClient(url.rstrip("/"), session=session, timeout=_TIMEOUT, permissive_uid=True)
    except ValueError as error:
        raise SourceUnavailableError(f"{url} is no address of a DICOMweb server.") from error
    # Its own retries would keep a dead server waited for half a minute.
    client.set_http_retry_params(retry=False)
    return client


def _instances(client: DICOMwebClient) -> Iterator[tuple[str, str, str]]:
    for study in _search(client.search_for_studies, _STUDY_UID):
        study_uid = _value(study, _STUDY_UID)
        for series in _search(client.search_for_series, _SERIES_UID, study_instance_uid=study_uid):
            series_uid = _value(series, _SERIES_UID)
            if _value(series, _MODALITY) in MODALITIES | {""}:
                found = _search(client.search_for_instances, _SOP_UID, study_instance_uid=study_uid,
                                series_instance_uid=series_uid)  # fmt: skip
                yield from ((study_uid, series_uid, _value(instance, _SOP_UID)) for instance in found)


def _search(search: Callable[..., list[Record]], uid: str, **within: str) -> Iterator[Record]:
    """Page through a search. A server that ignores the offset repeats itself: that ends the search too."""
    seen: set[str] = set()
    while True:
        page = search(limit=_PAGE, offset=len(seen), **within)
        fresh = [record for record in page if _value(record, uid) not in seen | {""}]
        if not fresh:
            return
        yield from fresh
        seen |= {_value(record, uid) for record in fresh}


def _value(record: Record, tag: str) -> str:
    values = record.get(tag, {}).get("Value") or [""]
    return str(values[0])


def _source_file(client: DICOMwebClient, url: str, study: str, series: str, instance: str) -> SourceFile:
    return SourceFile(instance, lambda: _fetch(client, url, study, series, instance))


def _fetch(client: DICOMwebClient, url: str, study: str, series: str, instance: str) -> bytes:
    """Fetch one instance as it is stored, in whatever transfer syntax, and give it as a DICOM file."""
    try:
        with _connection_told_in_words(url):
            dataset = client.retrieve_instance(study, series, instance, media_types=(("application/dicom", "*"),))
            file = BytesIO()
            dataset.save_as(file, enforce_file_format=True)
    except SourceUnavailableError:
        raise
    except requests.HTTPError as error:
        raise RejectedImageError(f"could not be fetched: the server answered {error.response.status_code}") from error
    except Exception as error:
        # What a server sends may break the client in any way; the next instance may be sound.
        raise RejectedImageError("could not be fetched: the server's answer is no sound DICOM file") from error
    if file.tell() > MAX_BYTES:
        raise RejectedImageError(f"is larger than {MAX_BYTES // 2**20} MB")
    return file.getvalue()


@contextmanager
def _search_told_in_words(url: str) -> Iterator[None]:
    """Turn every way in which a search can fail into what a person can act on."""
    try:
        with _connection_told_in_words(url):
            yield
    except requests.HTTPError as error:
        status = error.response.status_code
        advice = {
            401: "check DICOMWEB_URL, DICOMWEB_USER and DICOMWEB_PASSWORD",
            403: "this login may not search there",
            404: "is this its DICOMweb root? It often ends in /dicom-web",
        }.get(status, "see the server's own log")
        raise SourceUnavailableError(f"The DICOMweb server {url} answered {status}: {advice}.") from error
    except (requests.RequestException, ValueError, AttributeError, TypeError) as error:
        raise SourceUnavailableError(f"{url} does not answer as a DICOMweb root does: check the address.") from error


@contextmanager
def _connection_told_in_words(url: str) -> Iterator[None]:
    try:
        yield
    except requests.Timeout as error:
        raise SourceUnavailableError(f"The DICOMweb server {url} does not answer in time: is it overloaded?") from error
    except requests.ConnectionError as error:
        raise SourceUnavailableError(
            f"The DICOMweb server {url} cannot be reached: check the address, and that the server runs."
        ) from error
