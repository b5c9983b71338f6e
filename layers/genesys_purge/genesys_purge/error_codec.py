"""Encodes an error for Lambda and Step Functions, and decodes it again.

Lambda reports only the class name and the text of an exception, so the text is JSON:
`{"errors": [{"path", "message"}]}` or `{"message"}`, with the `correlationId` if there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import orjson

from genesys_purge import errors
from genesys_purge.correlation import correlation_id_in
from genesys_purge.errors import CallerError, FieldError, PurgeError

E = TypeVar("E", bound=PurgeError)


class Reported(NamedTuple):
    """An error as Step Functions reports it."""

    name: str
    message: str
    correlation_id: str | None = None

    @property
    def reason(self) -> str:
        """The class name and the message, for the audit record."""
        return f"{self.name}: {self.message}"[:1_000]

    @property
    def facts(self) -> dict[str, Any]:
        """What an audit record says of the error, beside its reason."""
        return {"correlation_id": self.correlation_id}

    @property
    def is_caller_error(self) -> bool:
        """Whether the caller must change the request."""
        kind = vars(errors).get(self.name)
        return isinstance(kind, type) and issubclass(kind, CallerError)


def reported(error: PurgeError) -> Reported:
    """The error as Step Functions would report it."""
    text = "; ".join(map(str, error.fields)) or error.message
    return Reported(type(error).__name__, text, error.correlation_id)


def encoded(error: E) -> E:
    """The error itself, which now has JSON as its text."""
    body: dict[str, object] = {"message": error.message}
    if error.fields:
        body = {"errors": [each.to_json() for each in error.fields]}
    if error.correlation_id:
        body["correlationId"] = error.correlation_id
    error.encoded = orjson.dumps(body).decode()
    return error


def decoded(name: str, cause: str) -> Reported:
    """The error in the output of a Catch: its class name, and the cause that Lambda reported.

    Any other cause, such as that of a timeout, is the message unchanged.
    """
    answer = _object_in(cause)
    text = cause if answer is None else str(answer.get("errorMessage") or "")
    body = _object_in(text) or {"message": text}
    return Reported(name, _message_in(body), correlation_id_in(body.get("correlationId")))


def _message_in(body: Mapping[str, Any]) -> str:
    fields = body.get("errors")
    if isinstance(fields, list) and fields:
        return "; ".join(str(FieldError(each["path"], each["message"])) for each in fields)
    return str(body.get("message", ""))


def _object_in(text: str) -> Mapping[str, Any] | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
