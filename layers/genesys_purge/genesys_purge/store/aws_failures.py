"""Which failures of AWS pass with time; every other one lasts until somebody acts."""

from __future__ import annotations

from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004  the name of the library
    HTTPClientError,
    IncompleteReadError,
)

# The transient and throttling errors of the SDKs' standard retry mode.
PASSING_CODES = frozenset(
    {
        "RequestTimeout",
        "RequestTimeoutException",
        "PriorRequestNotComplete",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottledException",
        "RequestThrottled",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "SlowDown",
        # S3 asks to send a request with one of these errors again.
        "OperationAborted",
        "TemporaryRedirect",
        "ConditionalRequestConflict",
    }
)
PASSING_CONNECTIONS = (ConnectionError, HTTPClientError, IncompleteReadError)
PASSING_STATUSES = frozenset({500, 502, 503, 504})
# S3 puts this before the error codes of KMS.
FROM_KMS = "KMS."


def code_of(error: BaseException | None) -> str:
    """The error code of AWS, or the class of an error without one."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__


def passes_with_time(error: BaseException | None) -> bool:
    """Whether the same call may succeed later: throttling, a failing service or a connection."""
    if not isinstance(error, ClientError):
        return isinstance(error, PASSING_CONNECTIONS)
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status in PASSING_STATUSES or code_of(error).removeprefix(FROM_KMS) in PASSING_CODES
