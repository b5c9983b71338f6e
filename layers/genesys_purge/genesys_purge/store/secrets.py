"""Secrets of Secrets Manager, read and cached by Powertools."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider, TransformParameterError

from genesys_purge.errors import Misconfigured
from genesys_purge.store.parameters import fetched


class StoredSecret:
    """One secret, a JSON object, at most `max_age` seconds old."""

    def __init__(self, provider: SecretsProvider, secret_id: str, max_age: int) -> None:
        self._provider = provider
        self.secret_id = secret_id
        self._max_age = max_age

    def fields(self, *, fresh: bool = False) -> dict[str, Any]:
        """The fields of the secret; `fresh` reads it again, whatever its age.

        Misconfigured where the secret is not a JSON object, does not exist or may not be read.
        """
        found = fetched(
            f"the secret {self.secret_id}",
            "secretsmanager:GetSecretValue",
            lambda: self._json(fresh=fresh),
        )
        if not isinstance(found, dict):
            raise Misconfigured(f"the secret {self.secret_id} is not a JSON object")
        return found

    def _json(self, *, fresh: bool) -> Any:
        """The secret as JSON; None where it is not JSON, so that no error shows its text."""
        try:
            return self._provider.get(
                self.secret_id, max_age=self._max_age, transform="json", force_fetch=fresh
            )
        except (TransformParameterError, UnicodeDecodeError):
            return None
