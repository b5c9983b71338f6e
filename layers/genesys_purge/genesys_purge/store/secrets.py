"""Secrets from Secrets Manager, kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import ClientError

from genesys_purge.errors import Misconfigured

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# What no repetition mends, by AWS's own word for it; everything else stays AWS's error.
REFUSALS = {
    "ResourceNotFoundException": "does not exist or has no value; create it, or put a value "
    "into it",
    "InvalidRequestException": "is marked for deletion; restore it",
    "AccessDeniedException": "may not be read; allow this function's role "
    "secretsmanager:GetSecretValue on it, and kms:Decrypt on a key of its own",
}


class StoredSecret:
    """One secret, a JSON object, read at most once in `max_age` seconds unless asked afresh."""

    def __init__(
        self,
        client: SecretsManagerClient,
        secret_id: str,
        max_age: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self.secret_id = secret_id
        self._max_age = max_age
        self._clock = clock
        self._cached: tuple[float, dict[str, Any]] | None = None

    def fields(self, *, fresh: bool = False) -> dict[str, Any]:
        """The secret's fields; Misconfigured where it is no JSON object, or cannot be had."""
        if fresh or self._cached is None or self._cached[0] + self._max_age < self._clock():
            self._cached = (self._clock(), self._read())
        return self._cached[1]

    def _read(self) -> dict[str, Any]:
        try:
            fields = orjson.loads(self._text())
        except orjson.JSONDecodeError:
            fields = None
        if not isinstance(fields, dict):
            raise Misconfigured(f"the secret {self.secret_id} is not a JSON object")
        return fields

    def _text(self) -> str:
        try:
            return self._client.get_secret_value(SecretId=self.secret_id).get("SecretString", "")
        except ClientError as error:
            refusal = REFUSALS.get(error.response["Error"]["Code"])
            if refusal is None:
                raise
            raise Misconfigured(f"the secret {self.secret_id} {refusal}") from error
