"""Parameters of Systems Manager, read and cached by Powertools."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aws_lambda_powertools.utilities.parameters import GetParameterError, SSMProvider
from botocore.exceptions import ClientError

from genesys_purge.errors import Misconfigured

T = TypeVar("T")

# By AWS's error code: the failures that no retry fixes, and what to do about them.
REMEDIES = {
    "ParameterNotFound": "does not exist; create it",
    "ResourceNotFoundException": "does not exist or has no value; create it, or put a value "
    "into it",
    "InvalidRequestException": "is marked for deletion; restore it",
    "AccessDeniedException": "may not be read; allow this function's role {action} on it, and "
    "kms:Decrypt on a key of its own",
}


class Parameters:
    """The parameters that an operator may change without a deployment."""

    def __init__(self, provider: SSMProvider) -> None:
        self._provider = provider

    def value(self, name: str, max_age: int) -> str:
        """The value of a parameter, at most `max_age` seconds old; 0 reads it on every call.

        Misconfigured where the parameter does not exist or may not be read.
        """
        return fetched(
            f"the parameter {name}",
            "ssm:GetParameter",
            lambda: str(self._provider.get(name, max_age=max_age)),
        )


def fetched(subject: str, action: str, fetch: Callable[[], T]) -> T:
    """What `fetch` returns; Misconfigured for a failure that no retry fixes."""
    try:
        return fetch()
    except GetParameterError as error:
        # Powertools raises its error while it handles the error of AWS.
        cause = error.__context__
        remedy = REMEDIES.get(_code_of(cause))
        if remedy is None:
            raise
        raise Misconfigured(f"{subject} {remedy.format(action=action)}") from cause


def _code_of(error: BaseException | None) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
