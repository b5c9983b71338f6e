"""Answers of the simulated Genesys: a payload, a refusal in its error format, or no answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body and headers; the application adds the length and the correlation id."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(
        cls, status: int, payload: object, headers: Mapping[str, str] | None = None
    ) -> "Answer":
        """An answer with the payload as JSON."""
        return cls(status, orjson.dumps(payload), {"Content-Type": JSON, **(headers or {})})

    @property
    def length(self) -> dict[str, str]:
        """`Content-Length`, which RFC 9110 forbids in a 204."""
        bodiless = self.status == HTTPStatus.NO_CONTENT
        return {} if bodiless else {"Content-Length": str(len(self.body))}

    @property
    def status_line(self) -> str:
        """The status and its phrase, such as `200 OK`."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def malformed(self) -> "Answer":
        """The same answer, cut in the middle so that its JSON cannot be parsed."""
        return Answer(self.status, self.body[: max(1, len(self.body) // 2)], self.headers)


class Refusal(Exception):
    """Genesys refuses the request; holds every field of the error body."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        details: Sequence[object] = (),
        errors: Sequence[object] = (),
        entity_id: str | None = None,
        entity_name: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or HTTPStatus(status).phrase.lower().replace(" ", ".")
        self.details = list(details)
        self.errors = list(errors)
        self.entity_id = entity_id
        self.entity_name = entity_name
        self.headers = headers or {}

    def answer(self, correlation_id: str) -> Answer:
        """The error answer; its `contextId` is the correlation id."""
        payload: dict[str, object] = {
            "message": self.message,
            "code": self.code,
            "status": self.status,
            "contextId": correlation_id,
            "details": self.details,
            "errors": self.errors,
        }
        if self.entity_id is not None:
            payload["entityId"] = self.entity_id
        if self.entity_name is not None:
            payload["entityName"] = self.entity_name
        return Answer.json(self.status, payload, self.headers)


class Unanswered(Exception):
    """The caller gets no answer; the server of the WSGI application hangs or disconnects."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__("the request timed out" if hangs else "the connection was dropped")
        self.hangs = hangs


def busy(message: str, retry_after: int | None) -> Refusal:
    """A 429; `retry_after`, if any, is in whole seconds."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refusal(429, message, headers=headers)
