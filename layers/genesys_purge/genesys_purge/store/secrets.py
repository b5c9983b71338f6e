"""The Genesys client's id and secret, from Secrets Manager."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson

from genesys_purge.errors import AuthenticationFailed
from genesys_purge.genesys.oauth import Credentials

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_AGE = 300.0


class StoredCredentials:
    """Reads the secret at most every five minutes, and at once where a fresh one is asked for."""

    def __init__(
        self,
        client: SecretsManagerClient,
        secret_id: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._cached: tuple[float, Credentials] | None = None

    def __call__(self, *, fresh: bool) -> Credentials:
        """The credentials; AuthenticationFailed where the secret is not of the agreed form."""
        if fresh or self._cached is None or self._cached[0] + MAX_AGE < self._clock():
            self._cached = (self._clock(), self._read())
        return self._cached[1]

    def _read(self) -> Credentials:
        text = self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")
        try:
            secret = orjson.loads(text)
            return Credentials(str(secret["clientId"]), str(secret["clientSecret"]))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise AuthenticationFailed(
                'the Genesys secret must be {"clientId": "...", "clientSecret": "..."}'
            ) from None
