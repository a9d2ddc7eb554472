"""An HTTP session for servers that may hang, drip, send too much or point elsewhere."""

from __future__ import annotations

import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

_PIECE = 2**16


class TooLargeError(Exception):
    """The server sends more than was agreed to take."""


class GuardedSession(requests.Session):
    """A session whose answers are whole, bounded in size, and there within a time, or not at all.

    The timeouts of `requests` bound the wait for the next byte only: a server that drips would be waited for without
    end. Redirects are not followed, so that no server can send the application to another one's address.
    """

    def __init__(self, *, seconds: float, most: int) -> None:
        super().__init__()
        self.seconds, self.most = seconds, most
        # Compressed transfer makes some servers slow, and pixels do not shrink by it.
        self.headers["Accept-Encoding"] = "identity"

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request and read all of its answer.

        Raises
        ------
        TooLargeError
            The answer has more than `most` bytes.
        requests.RequestException
            The server cannot be reached, breaks off, or takes longer than `seconds`.
        """
        # An asterisk means itself in an address, and Orthanc 1.10 takes only a bare one for a wildcard.
        request.url = (request.url or "").replace("%2A", "*")
        end = time.monotonic() + self.seconds
        response = super().send(request, **{**kwargs, "stream": True, "allow_redirects": False})
        try:
            response._content = self._read(response, end)
        except ReadTimeoutError as error:
            raise requests.ReadTimeout(error, request=request) from error
        except (HTTPError, OSError) as error:
            if isinstance(error, requests.RequestException):
                raise
            raise requests.ConnectionError(error, request=request) from error
        finally:
            response.close()
        if response.is_redirect:
            raise requests.TooManyRedirects("the server points elsewhere", request=request, response=response)
        return response

    def _read(self, response: requests.Response, end: float) -> bytes:
        data = bytearray()
        while piece := response.raw.read1(_PIECE, decode_content=True):
            data += piece
            if len(data) > self.most:
                raise TooLargeError
            if time.monotonic() > end:
                raise requests.ReadTimeout("the answer takes too long")
        return bytes(data)
