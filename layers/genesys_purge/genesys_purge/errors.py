"""The errors of the application, grouped by who must act.

PurgeError
├── CallerError                 the caller must change the request
│   ├── InvalidRequest          one or more fields are wrong
│   ├── RetentionNotMet         the records are too young
│   ├── OnLegalHold             the records are on a legal hold
│   ├── LimitExceeded           the plan has more records than allowed
│   ├── RefusedByGenesys        Genesys answered 400, 409 or 422
│   ├── AlreadyExists           a purge rule or a hold of that name, or a conflicting rule, exists
│   ├── NotEntitled             the caller may not do this
│   ├── NotApproved             the run has no approval, and needs one
│   ├── CampaignBusy            another rule set is being deployed to the campaign
│   ├── NotGenuine              the webhook has no valid signature
│   ├── MethodNotAllowed        the path does not support the HTTP method
│   ├── NotAtGenesys            Genesys has no such campaign, rule or recording (404)
│   ├── TooLarge                the body or request has more bytes than the limit
│   └── NotFound                the run, batch or deployment does not exist
├── OperatorError               an operator must act
│   ├── AuthenticationFailed    Genesys refused the client id, the secret or the token
│   ├── PermissionMissing       the OAuth client needs a scope or permission
│   ├── StorageExhausted        Genesys has no storage for a snapshot (507)
│   ├── Misconfigured           a setting is missing or wrong, or changed during a run
│   ├── PurgingSwitchedOff      purging is disabled
│   └── DeletionStopped         somebody stopped deletion; batches wait until it is resumed
├── TryLater                    a later retry may succeed
│   ├── RateLimited             429, or the calls or jobs that are allowed are in use
│   ├── StillWorking            504
│   ├── UnreadableAnswer        the answer to a reading call does not follow the contract
│   ├── PermitExpired           the checks of a deleting call were too old when it was sent
│   └── GenesysUnavailable      500, 502, 503, no connection, open circuit, no time left
└── OurError                    the outcome is unknown, or another worker was faster
    ├── OutcomeUnknown          Genesys may have executed a changing call
    ├── JobLost                 Genesys does not know a job that it accepted (404)
    ├── LostRace                another worker changed the record first
    └── Unexpected              any other error

The Retry and Catch of the state machines use these class names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from genesys_purge.failure import Failure
from genesys_purge.field_error import FieldError as FieldError  # noqa: PLC0414  others import it from here


class PurgeError(Failure):
    """The base class; subclasses define who must act and the HTTP status of the answer."""

    http_status = 500
    http_headers: Mapping[str, str] = {}
    is_logged = True
    fields: Sequence[FieldError] = ()

    def errors(self) -> Sequence[FieldError]:
        """The error as fields, for an answer over HTTP."""
        return self.fields or (FieldError("request", str(self)),)


class CallerError(PurgeError):
    """The caller must change the request. It ends a run as `rejected`."""

    http_status = 400


class InvalidRequest(CallerError):
    """One or more fields of a request are wrong."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.fields = tuple(errors)
        super().__init__("; ".join(map(str, self.fields)))


class RetentionNotMet(CallerError):
    """The records are younger than their minimum retention."""


class OnLegalHold(CallerError):
    """The records are on a legal hold: `entries` are their positions, `holds` our own holds."""

    def __init__(self, message: str, *, entries: frozenset[int] = frozenset()) -> None:
        super().__init__(message)
        self.entries = entries
        self.holds: Mapping[str, int | None] = {}


class LimitExceeded(CallerError):
    """The plan has more records than the request or the configuration allows."""


class RefusedByGenesys(CallerError):
    """Genesys refused the request with a `status`, and may name a `code` and another entity."""

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
        self.status, self.code = status, code
        self.entity_id, self.entity_name = entity_id, entity_name
        self.fields = tuple(fields)


class AlreadyExists(CallerError):
    """A purge rule or a legal hold has the same name or conflicts; the message names it."""

    http_status = 409


class NotEntitled(CallerError):
    """The caller may not do this; the message says who may."""

    http_status = 403


class NotApproved(CallerError):
    """A run needs an approval that it does not have."""


class CampaignBusy(CallerError):
    """A deployment of another rule set is in progress; the message identifies it."""

    http_status = 409


class NotGenuine(CallerError):
    """The webhook has no valid signature; only the access log counts these."""

    http_status = 401
    is_logged = False


class MethodNotAllowed(CallerError):
    """The path supports only `POST`."""

    http_status = 405
    http_headers: Mapping[str, str] = {"allow": "POST"}


class TooLarge(CallerError):
    """The body or the request has more bytes than the limit."""

    http_status = 413


class NotFound(CallerError):
    """The requested record does not exist."""

    http_status = 404


class NotAtGenesys(CallerError):
    """Genesys has no such entity, or has nothing about it."""

    http_status = 404


class OperatorError(PurgeError):
    """An operator must act. It ends a run as `failed`."""


class AuthenticationFailed(OperatorError):
    """Genesys refused the client credentials or a new token."""


class PermissionMissing(OperatorError):
    """The OAuth client lacks `permission`, which the operation needs."""

    def __init__(self, message: str, *, permission: str, correlation_id: str | None = None) -> None:
        super().__init__(message, correlation_id=correlation_id)
        self.permission = permission


class StorageExhausted(OperatorError):
    """Genesys has no storage for the requested snapshot."""


class Misconfigured(OperatorError):
    """A setting, secret or hold is missing or wrong, or changed in a run; the message names it."""


class PurgingSwitchedOff(OperatorError):
    """Purging is disabled: the purging switch is not `on`."""


class DeletionStopped(OperatorError):
    """A stop is in force; the message has its scope and its reason. Nothing was called."""


class TryLater(PurgeError):
    """The call was not executed and may be repeated; `retry_after` is in seconds."""

    http_status = 503

    def __init__(
        self, message: str, *, retry_after: float | None = None, correlation_id: str | None = None
    ) -> None:
        super().__init__(message, correlation_id=correlation_id)
        self.retry_after = retry_after


class RateLimited(TryLater):
    """429: too many requests or too many jobs; a batch never fails because of it."""

    http_status = 429


class StillWorking(TryLater):
    """504 on a reading call: retry it with a longer wait."""


class PermitExpired(TryLater):
    """A deleting call was not sent, because its checks were too old or already used."""


class GenesysUnavailable(TryLater):
    """Genesys cannot be reached or fails; the call was not executed."""


class UnreadableAnswer(TryLater):
    """The answer to a reading call does not follow the contract."""


class OurError(PurgeError):
    """The outcome of a call is unknown, or another worker was faster."""


class OutcomeUnknown(OurError):
    """A changing call was sent, and Genesys may have executed it."""


class JobLost(OurError):
    """Genesys does not know a job that it accepted: it expired or was deleted."""


class LostRace(OurError):
    """Another worker changed the record after it was read; nothing was written."""


class Unexpected(OurError):
    """Any other error; only the log has its text, under the request id."""
