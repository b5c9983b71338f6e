"""Every error that the application raises on purpose, grouped by who must act.

PurgeError
├── CallerError                 the caller must change the request
│   ├── InvalidRequest          every wrong field, each with its path
│   ├── RetentionNotMet         the records are too young
│   ├── OnLegalHold             the records are held
│   ├── LimitExceeded           more records than allowed
│   ├── RefusedByGenesys        Genesys answered 400, 409 or 422
│   ├── RuleExists              a purge rule of that name, or a conflicting one, exists
│   ├── CampaignBusy            another rule set is being deployed to the campaign
│   ├── NotGenuine              a webhook without proof of its sender
│   ├── MethodNotAllowed        the path does not support the HTTP method
│   ├── TooLarge                a body of more bytes than allowed
│   └── NotFound                no such run, batch, rule or id list
├── OperatorError               an operator must act
│   ├── AuthenticationFailed    client id, secret or token refused
│   ├── PermissionMissing       scope or permission missing
│   ├── StorageExhausted        Genesys has no room for a snapshot (507)
│   ├── Misconfigured           a setting cannot be read, or changed during a run
│   └── PurgingSwitchedOff      purging is disabled
├── TryLater                    a later retry may succeed
│   ├── RateLimited             429
│   ├── StillWorking            504
│   ├── UnreadableAnswer        the answer to a reading call does not follow the contract
│   └── GenesysUnavailable      500, 502, 503, no connection, open circuit
└── OurError                    the outcome is unknown, or a race was lost
    ├── OutcomeUnknown          a deleting call may have been executed
    ├── JobLost                 Genesys no longer knows the job (404)
    ├── LostRace                another worker changed the record first
    └── Unexpected              any other error

The class names are the names in the state machines' Retry and Catch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from genesys_purge.failure import Failure


class FieldError(NamedTuple):
    """One wrong field: its dotted path in the caller's document, and how to fix it.

    The error is left out while one of the fields that it `needs` is wrong.
    """

    path: str
    message: str
    needs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"

    def to_json(self) -> dict[str, str]:
        """The path and the message, as answers show them."""
        return {"path": self.path, "message": self.message}


class PurgeError(Failure):
    """The root; the class says who must act and which HTTP status answers a caller."""

    http_status = 500
    http_headers: Mapping[str, str] = {}
    is_logged = True
    fields: Sequence[FieldError] = ()

    def errors(self) -> Sequence[FieldError]:
        """The error as fields, for an answer over HTTP."""
        return self.fields or (FieldError("request", str(self)),)


class CallerError(PurgeError):
    """The caller must change the request; the run is `rejected`."""

    http_status = 400


class InvalidRequest(CallerError):
    """Every wrong field of a request."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.fields = tuple(errors)
        super().__init__("; ".join(map(str, self.fields)))


class RetentionNotMet(CallerError):
    """The records are younger than the retention in force."""


class OnLegalHold(CallerError):
    """The records are on a legal hold; `entries` are their positions in the manifest."""

    def __init__(self, message: str, *, entries: frozenset[int] = frozenset()) -> None:
        super().__init__(message)
        self.entries = entries


class LimitExceeded(CallerError):
    """More records than the request or the configuration allows."""


class RefusedByGenesys(CallerError):
    """Genesys refused the content with an HTTP `status` and, often, an error `code` of its own.

    `entity_id` and `entity_name` name the conflicting entity.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        correlation_id: str | None = None,
        entity_id: str | None = None,
        entity_name: str | None = None,
        fields: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(message, correlation_id=correlation_id)
        self.status = status
        self.code = code
        self.entity_id = entity_id
        self.entity_name = entity_name
        self.fields = tuple(fields)


class RuleExists(CallerError):
    """A purge rule conflicts with the requested one; the message names it."""

    http_status = 409


class CampaignBusy(CallerError):
    """A deployment of another rule set is in progress; the message says which."""

    http_status = 409


class NotGenuine(CallerError):
    """The signature does not prove the sender; only the access log has these."""

    http_status = 401
    is_logged = False


class MethodNotAllowed(CallerError):
    """The path supports only `POST`."""

    http_status = 405
    http_headers: Mapping[str, str] = {"allow": "POST"}


class TooLarge(CallerError):
    """The body has more bytes than allowed."""

    http_status = 413


class NotFound(CallerError):
    """No record has that name."""

    http_status = 404


class OperatorError(PurgeError):
    """An operator must act; the run is `failed`."""


class AuthenticationFailed(OperatorError):
    """Genesys refused the client credentials, or a fresh token."""


class PermissionMissing(OperatorError):
    """Genesys refused the operation: the client lacks the named scope or permission."""

    def __init__(self, message: str, *, permission: str, correlation_id: str | None = None) -> None:
        super().__init__(message, correlation_id=correlation_id)
        self.permission = permission


class StorageExhausted(OperatorError):
    """Genesys has no storage for the requested snapshot."""


class Misconfigured(OperatorError):
    """A setting, secret or list cannot be read, or changed during a run; the message names it."""


class PurgingSwitchedOff(OperatorError):
    """Purging is disabled: the kill switch is not `on`."""


class TryLater(PurgeError):
    """The call was not executed and may be repeated; `retry_after` is in seconds."""

    http_status = 503

    def __init__(
        self, message: str, *, retry_after: float | None = None, correlation_id: str | None = None
    ) -> None:
        super().__init__(message, correlation_id=correlation_id)
        self.retry_after = retry_after


class RateLimited(TryLater):
    """429: too many requests, or too many jobs at once; never a failure of a batch."""

    http_status = 429


class StillWorking(TryLater):
    """504 on a reading call: poll more slowly."""


class GenesysUnavailable(TryLater):
    """Genesys cannot be reached or fails; the call was not executed."""


class UnreadableAnswer(TryLater):
    """The answer to a reading call does not follow the contract."""


class OurError(PurgeError):
    """The outcome is unknown, or the application lost a race."""


class OutcomeUnknown(OurError):
    """A deleting call was sent and may have been executed."""


class JobLost(OurError):
    """Genesys does not know the job: it expired, was deleted or never existed."""


class LostRace(OurError):
    """A record changed between reading and writing it; nothing was written."""


class Unexpected(OurError):
    """Any other error; only the log has its text, under the request id."""
