"""The one module that speaks to DICOMweb servers upstream."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

import requests
from dicomweb_client import DICOMwebClient
from django.conf import settings
from django.utils.translation import gettext as _

from readerstudy.cohorts import upstream_cache
from readerstudy.cohorts.guarded_session import GuardedSession, TooLargeError
from readerstudy.cohorts.source_image import MAX_BYTES, RejectedImageError
from readerstudy.cohorts.sources import SourceFile, SourceUnavailableError
from readerstudy.cohorts.study_search import (
    STUDY_FIELDS,
    Record,
    StudiesFound,
    StudyFound,
    StudyQuery,
    filters_of,
    study_of,
    value_of,
)

# Projection radiographs and what they travel as. Other modalities are not radiographs and are left alone.
MODALITIES = {"CR", "DX", "RF", "XA", "RG", "MG", "IO", "PX", "SC", "OT"}
STUDIES_PER_PAGE = 25
_PAGE = 200
_TIMEOUT = (5, 30)  # seconds to connect, and between two bytes
_SECONDS_OF_A_PERSON = 15  # who waits before a page
_SECONDS_OF_AN_ANSWER = 120
_MOST_FOUND = 64 * 2**20
_MOST_FETCHED = MAX_BYTES + 2**20
_MODALITY, _STUDY_UID, _SERIES_UID, _SOP_UID = "00080060", "0020000D", "0020000E", "00080018"


def is_uid(text: str) -> bool:
    """Whether a text can be a UID: digits and dots, 64 at most (PS3.5, 9.1)."""
    return re.fullmatch(r"[0-9.]{1,64}", text) is not None


def address_of_studies(url: str, studies: Sequence[str]) -> str:
    """Write an address that stands for some studies of a server: what `list_instances` takes as well."""
    return f"{url.rstrip('/')}?{urlencode({'StudyInstanceUID': ','.join(studies)}, safe=',')}"


def list_instances(url: str, studies: Sequence[str] = ()) -> Sequence[SourceFile]:
    """List the radiographs of a DICOMweb server; each is fetched when it is read.

    Parameters
    ----------
    url : str
        The root, or an address by `address_of_studies`.
    studies : sequence of str
        Study Instance UIDs; all studies where there are none.

    Raises
    ------
    SourceUnavailableError
        The server does not answer within seconds, refuses, is no DICOMweb root, or has no radiograph.
    """
    url, named = _apart(url)
    client = _client(url)
    with _search_told_in_words(url):
        files = [_source_file(url, *uids) for uids in _instances(client, [*named, *studies])]
    if not files:
        where = _("in the chosen studies") if named or studies else _("on %(url)s") % {"url": url}
        raise SourceUnavailableError(
            _("There are no radiographs (%(names)s) %(where)s.")
            % {"names": ", ".join(sorted(MODALITIES)), "where": where}
        )
    return files


def search_studies(query: StudyQuery, *, page: int = 1) -> StudiesFound:
    """Search the operator's archive for studies, for a person who waits.

    Raises
    ------
    SourceUnavailableError
        No archive is set, or it does not answer within seconds, refuses or answers rubbish.
    """
    if not settings.DICOMWEB_URL:
        raise SourceUnavailableError(_("No archive is set up: whoever runs the server sets DICOMWEB_URL."))
    url = settings.DICOMWEB_URL
    client = _client(url, seconds=_SECONDS_OF_A_PERSON)
    first = (page - 1) * STUDIES_PER_PAGE
    with _search_told_in_words(url):
        if query.body_part:  # an attribute of series: the study is found by any of them
            found = _of_series(client, query)[first : first + STUDIES_PER_PAGE + 1]
        else:
            filters, fields = filters_of(query), list(STUDY_FIELDS)
            records = client.search_for_studies(
                limit=STUDIES_PER_PAGE + 1, offset=first, search_filters=filters, fields=fields
            )
            found = [study_of(record) for record in records]
    return StudiesFound(found[:STUDIES_PER_PAGE], has_next=len(found) > STUDIES_PER_PAGE)


def forget(url: str, studies: Sequence[str] = ()) -> None:
    """Delete what was kept of a server, or of some of its studies."""
    url, named = _apart(url)
    upstream_cache.forget(url, [*named, *studies])


def _of_series(client: DICOMwebClient, query: StudyQuery) -> list[StudyFound]:
    """Find the studies that have a series of a body part, in the order in which the server names them."""
    filters = filters_of(query)
    modality = filters.pop("ModalitiesInStudy", "")
    filters |= {"BodyPartExamined": query.body_part} | ({"Modality": modality} if modality else {})
    fields = [*(field for field in STUDY_FIELDS if "Modalities" not in field), "BodyPartExamined", "Modality"]
    found: dict[str, StudyFound] = {}
    for record in _search(client.search_for_series, _SERIES_UID, search_filters=filters, fields=fields):
        study = study_of(record)
        found.setdefault(study.uid, study)
    return list(found.values())


def _apart(url: str) -> tuple[str, list[str]]:
    """Take an address apart into the root and the studies that it names."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, []
    named = parse_qs(parts.query).get("StudyInstanceUID", [])
    if not named:
        return url, []
    return urlunsplit(parts._replace(query="")), [uid for uid in ",".join(named).split(",") if uid]


def _session(url: str, *, seconds: float, most: int) -> requests.Session:
    session = GuardedSession(seconds=seconds, most=most)
    # The operator's password goes to the operator's server and to no other.
    own = settings.DICOMWEB_URL.rstrip("/")
    if settings.DICOMWEB_USER and own and f"{url}/".startswith(f"{own}/"):
        session.auth = (settings.DICOMWEB_USER, settings.DICOMWEB_PASSWORD)
    return session


def _client(url: str, *, seconds: float = _SECONDS_OF_AN_ANSWER) -> DICOMwebClient:
    session = _session(url, seconds=seconds, most=_MOST_FOUND)
    timeout = tuple(min(limit, seconds) for limit in _TIMEOUT)
    try:
        client = DICOMwebClient(url.rstrip("/"), session=session, timeout=timeout, permissive_uid=True)
    except ValueError as error:
        raise SourceUnavailableError(_("%(url)s is no address of a DICOMweb server.") % {"url": url}) from error
    # Its own retries would keep a dead server waited for half a minute.
    client.set_http_retry_params(retry=False)
    return client


def _instances(client: DICOMwebClient, studies: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for study_uid in studies or (value_of(one, _STUDY_UID) for one in _search(client.search_for_studies, _STUDY_UID)):
        for series in _search(client.search_for_series, _SERIES_UID, study_instance_uid=study_uid):
            series_uid = value_of(series, _SERIES_UID)
            if value_of(series, _MODALITY) in MODALITIES | {""}:
                found = _search(client.search_for_instances, _SOP_UID, study_instance_uid=study_uid,
                                series_instance_uid=series_uid)  # fmt: skip
                yield from ((study_uid, series_uid, value_of(instance, _SOP_UID)) for instance in found)


def _search(search: Callable[..., list[Record]], uid: str, **within: Any) -> Iterator[Record]:
    """Page through a search. A server that ignores the offset repeats itself: that ends the search too."""
    seen: set[str] = set()
    while True:
        page = search(limit=_PAGE, offset=len(seen), **within)
        fresh = [record for record in page if value_of(record, uid) not in seen | {""}]
        if not fresh:
            return
        yield from fresh
        seen |= {value_of(record, uid) for record in fresh}


def _source_file(url: str, study: str, series: str, instance: str) -> SourceFile:
    def read() -> bytes:
        return upstream_cache.kept(url, study, f"{series}/{instance}", lambda: _fetch(url, study, series, instance))

    return SourceFile(instance, read)


def _fetch(url: str, study: str, series: str, instance: str) -> bytes:
    """Fetch one instance as it is stored, in whatever transfer syntax: nothing of it is read before the sandbox."""
    address = f"{url.rstrip('/')}/studies/{quote(study)}/series/{quote(series)}/instances/{quote(instance)}"
    wanted = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
    try:
        with (
            _connection_told_in_words(url),
            _session(url, seconds=_SECONDS_OF_AN_ANSWER, most=_MOST_FETCHED) as session,
        ):
            response = session.get(address, headers=wanted, timeout=_TIMEOUT)
            response.raise_for_status()
            data = _first_part(response)
    except TooLargeError as error:
        raise RejectedImageError(f"is larger than {MAX_BYTES // 2**20} MB") from error
    except requests.HTTPError as error:
        raise RejectedImageError(f"could not be fetched: the server answered {error.response.status_code}") from error
    except (requests.RequestException, ValueError) as error:
        raise RejectedImageError("could not be fetched: the server's answer is no sound DICOM file") from error
    if len(data) > MAX_BYTES:
        raise RejectedImageError(f"is larger than {MAX_BYTES // 2**20} MB")
    return data


def _first_part(response: requests.Response) -> bytes:
    """Give the first part of a multipart answer (RFC 2387), or the whole of one that is none.

    Raises
    ------
    ValueError
        It is no DICOM file.
    """
    about, body = Message(), response.content
    about["Content-Type"] = response.headers.get("Content-Type", "")
    boundary = about.get_boundary()
    if boundary:
        delimiter = b"--" + boundary.encode()
        begin = body.index(b"\r\n\r\n", body.index(delimiter)) + 4
        body = body[begin : body.index(b"\r\n" + delimiter, begin)]
    if body[128:132] != b"DICM":
        raise ValueError("no DICOM file")
    return body


@contextmanager
def _search_told_in_words(url: str) -> Iterator[None]:
    """Turn every way in which a search can fail into what a person can act on."""
    try:
        with _connection_told_in_words(url):
            yield
    except requests.HTTPError as error:
        status = error.response.status_code
        advice = {
            401: _("check DICOMWEB_URL, DICOMWEB_USER and DICOMWEB_PASSWORD"),
            403: _("this login may not search there"),
            404: _("is this its DICOMweb root? It often ends in /dicom-web"),
        }.get(status, _("see the server's own log"))
        raise SourceUnavailableError(
            _("The DICOMweb server %(url)s answered %(status)s: %(advice)s.")
            % {"url": url, "status": status, "advice": advice}
        ) from error
    except (requests.RequestException, TooLargeError, ValueError, AttributeError, TypeError) as error:
        raise SourceUnavailableError(
            _("%(url)s does not answer as a DICOMweb root does: check the address.") % {"url": url}
        ) from error


@contextmanager
def _connection_told_in_words(url: str) -> Iterator[None]:
    try:
        yield
    except requests.Timeout as error:
        raise SourceUnavailableError(
            _("The DICOMweb server %(url)s does not answer in time: is it overloaded?") % {"url": url}
        ) from error
    except requests.ConnectionError as error:
        raise SourceUnavailableError(
            _("The DICOMweb server %(url)s cannot be reached: check the address, and that the server runs.")
            % {"url": url}
        ) from error
