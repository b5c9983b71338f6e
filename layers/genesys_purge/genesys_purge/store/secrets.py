"""Secrets from Secrets Manager, kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from genesys_purge.errors import Misconfigured

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


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
        self._secret_id = secret_id
        self._max_age = max_age
        self._clock = clock
        self._cached: tuple[float, dict[str, Any]] | None = None

    def fields(self, *, fresh: bool = False) -> dict[str, Any]:
        """The secret's fields; Misconfigured where it is no JSON object."""
        if fresh or self._cached is None or self._cached[0] + self._max_age < self._clock():
            self._cached = (self._clock(), self._read())
        return self._cached[1]

    def _read(self) -> dict[str, Any]:
        text = self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")
        try:
            fields = orjson.loads(text)
        except orjson.JSONDecodeError:
            fields = None
        if not isinstance(fields, dict):
            raise Misconfigured(f"the secret {self._secret_id} is not a JSON object")
        return fields
