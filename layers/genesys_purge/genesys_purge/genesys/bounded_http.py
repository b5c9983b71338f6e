"""Calls that end in time, with answers that fit into memory."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import httpx

from genesys_purge.bounded_stream import Bounds
from genesys_purge.errors import GenesysUnavailable
from genesys_purge.genesys.transport import BOUNDS

LONGEST_CALL = 25.0
# With less time, an answer would hardly arrive, and a deleting call would end as unknown.
SHORTEST_CALL = 10.0
LONGEST_ANSWER = 10 * 1024 * 1024
# Beside the body, a connection carries headers and the frames of chunks.
LONGEST_FRAMING = 1024 * 1024
GZIP = "gzip"


class AnswerTooLong(httpx.RequestError):
    """The answer has more than 10 MiB after decompression."""


class BoundedHttp:
    """Sends one request at a time; `time_left` returns the seconds that calls may still take."""

    def __init__(
        self, http: httpx.Client, time_left: Callable[[], float] = lambda: math.inf
    ) -> None:
        self._http = http
        self._time_left = time_left

    def has_time_after(self, seconds: float) -> bool:
        """Whether a call can still be sent after so many seconds."""
        return self._time_left() - seconds >= SHORTEST_CALL

    def request(
        self,
        verb: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        data: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """The complete answer; httpx.RequestError without one.

        Raises GenesysUnavailable, and sends nothing, if there is too little time for an answer.
        """
        self.require_time()
        bounds = Bounds(min(self._time_left(), LONGEST_CALL), LONGEST_ANSWER + LONGEST_FRAMING)
        request = self._http.build_request(
            verb,
            url,
            headers={"Accept-Encoding": GZIP, **(headers or {})},
            content=content,
            data=data,
            extensions={**(extensions or {}), BOUNDS: bounds},
        )
        with closing(self._http.send(request, auth=auth, stream=True)) as response:
            return _complete(response)

    def require_time(self) -> None:
        """GenesysUnavailable if there is too little time to send a call and store its outcome."""
        if not self.has_time_after(0):
            raise GenesysUnavailable(
                f"nothing was sent, because the function has less than {SHORTEST_CALL:g} seconds "
                "left for calls"
            )


def _complete(response: httpx.Response) -> httpx.Response:
    """The answer with its decoded body; its encoding is no longer among its headers."""
    body = bytearray()
    for piece in _decoded(response):
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise AnswerTooLong(
                f"the answer has more than {LONGEST_ANSWER} bytes", request=response.request
            )
    kept = [each for each in response.headers.raw if each[0].lower() != b"content-encoding"]
    return httpx.Response(
        response.status_code, headers=kept, content=bytes(body), request=response.request
    )


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """The decoded body in pieces, none much longer than the longest answer."""
    match response.headers.get("content-encoding", "").strip().lower():
        case "" | "identity":
            yield from response.iter_raw()
        case "gzip" | "x-gzip":
            yield from _unzipped(response)
        case encoding:
            raise httpx.DecodingError(f"the encoding {encoding} was not asked for")


def _unzipped(response: httpx.Response) -> Iterator[bytes]:
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for piece in response.iter_raw():
            # A kilobyte can become a megabyte, so the result is limited, not cut afterwards.
            yield unzip.decompress(piece, LONGEST_ANSWER + 1)
    except zlib.error as error:
        raise httpx.DecodingError("the answer is not gzip", request=response.request) from error
    if response.num_bytes_downloaded and not unzip.eof:
        raise httpx.DecodingError("the answer is not complete", request=response.request)
