"""HTTP requests, read from WSGI."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import uuid4
from wsgiref.types import WSGIEnvironment

LENGTH = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are in lower case.

    `body_size` is None if the request does not declare it. The body is not read if its size is
    unknown or too large.
    """

    verb: str
    path: str
    at: datetime
    body: bytes = b""
    body_size: int | None = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    client_id: str | None = None
    correlation_id: str = field(default_factory=lambda: str(uuid4()))

    @property
    def bearer(self) -> str | None:
        """The access token, if any."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


def read_request(environ: WSGIEnvironment, at: datetime, max_body_bytes: int | None) -> Request:
    """Reads a WSGI request; does not read a body over the limit."""
    size = content_length(environ)
    fits = max_body_bytes is None or (size or 0) <= max_body_bytes
    return Request(
        verb=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", ""),
        at=at,
        body=environ["wsgi.input"].read(size) if fits and size else b"",
        body_size=size,
        headers=_headers(environ),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""))),
    )


def content_length(environ: WSGIEnvironment) -> int | None:
    """The size of the body in bytes; None if a body has no valid `Content-Length`."""
    text = environ.get("CONTENT_LENGTH") or "0"
    readable = LENGTH.fullmatch(text) and "HTTP_TRANSFER_ENCODING" not in environ
    return int(text) if readable else None


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    sent = {
        key[5:].replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    # In WSGI this header has no prefix.
    content_type = environ.get("CONTENT_TYPE")
    return {"content-type": content_type, **sent} if content_type else sent
