"""Parameters of Systems Manager, read and cached by Powertools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.parameters import GetParameterError, SSMProvider
from botocore.exceptions import BotoCoreError, ClientError

from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.store.aws_failures import code_of, passes_with_time

T = TypeVar("T")

# AWS stores no empty value, so an empty text can stand for a value that is not set.
NOT_SET = ""
MISSING = "does not exist or has no value; create it, or put a value into it"
# By AWS's error code: lasting failures, and what to do about them.
REMEDIES = {
    "InvalidRequestException": "is marked for deletion; restore it",
    "AccessDeniedException": "may not be read; allow this function's role {action} on it, and "
    "kms:Decrypt on a key of its own",
}
OTHER = "cannot be read: AWS answered {code}; correct it, or this function's role"


class OptionalParameters(SSMProvider):
    """Returns, and caches, NOT_SET for a parameter that does not exist.

    AWS checks rights before existence: a role without rights gets AccessDeniedException for a
    missing parameter, too. So a parameter that may not be read never counts as missing.
    """

    def _get(self, name: str, decrypt: bool = False, **options: Any) -> str:  # noqa: FBT001, FBT002  the signature of the library
        try:
            return super()._get(name, decrypt=decrypt, **options)
        except self.client.exceptions.ParameterNotFound:
            return NOT_SET


class Parameters:
    """The parameters that change without a deployment."""

    def __init__(self, provider: OptionalParameters) -> None:
        self._provider = provider

    def value(self, name: str, max_age: int) -> str:
        """The value of a required parameter, as `value_if_set`; Misconfigured if it is not set."""
        value = self.value_if_set(name, max_age)
        if value is None:
            raise Misconfigured(f"the parameter {name} {MISSING}")
        return value

    def value_if_set(self, name: str, max_age: int) -> str | None:
        """The value, at most `max_age` seconds old; 0 reads it on every call.

        None only if the parameter does not exist. Misconfigured if it may not be read, TryLater
        if it cannot be read now.
        """
        value = fetched(
            f"the parameter {name}",
            "ssm:GetParameter",
            lambda: str(self._provider.get(name, max_age=max_age)),
        )
        return None if value == NOT_SET else value


def fetched(subject: str, action: str, fetch: Callable[[], T]) -> T:
    """What `fetch` returns; TryLater for a failure of AWS that passes, Misconfigured otherwise."""
    try:
        return fetch()
    except GetParameterError as error:
        # Powertools raises its error while it handles the error of AWS.
        cause = error.__context__
        if not isinstance(cause, ClientError | BotoCoreError):
            raise
        raise unreadable(subject, action, cause) from cause


def unreadable(
    subject: str, action: str, cause: ClientError | BotoCoreError
) -> TryLater | Misconfigured:
    """The error for a failed read: TryLater if the failure of AWS passes with time."""
    code = code_of(cause)
    if passes_with_time(cause):
        return TryLater(f"{subject} cannot be read now: AWS answered {code}")
    remedy = REMEDIES.get(code, OTHER).format(action=action, code=code)
    return Misconfigured(f"{subject} {remedy}")
