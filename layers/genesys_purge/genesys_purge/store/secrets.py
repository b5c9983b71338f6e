"""Secrets of Secrets Manager, read and cached by Powertools."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider

from genesys_purge.errors import Misconfigured
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import InvalidJson
from genesys_purge.store.parameters import fetched


class StoredSecret:
    """One secret, a JSON object, at most `max_age` seconds old."""

    def __init__(self, provider: SecretsProvider, secret_id: str, max_age: int) -> None:
        self._provider = provider
        self.secret_id = secret_id
        self._max_age = max_age
        self._text: object = b""
        self._fields: dict[str, Any] = {}

    def fields(self, *, fresh: bool = False) -> dict[str, Any]:
        """The fields of the secret; `fresh` reads it again, whatever its age.

        Misconfigured where the secret is not a JSON object, does not exist or may not be read.
        """
        text = fetched(
            f"the secret {self.secret_id}",
            "secretsmanager:GetSecretValue",
            lambda: self._provider.get(self.secret_id, max_age=self._max_age, force_fetch=fresh),
        )
        # Webhooks read the secret on each call, and it seldom changes.
        if text != self._text:
            self._fields, self._text = self._parsed(text), text
        return self._fields

    def _parsed(self, text: object) -> dict[str, Any]:
        """The fields in a text; no error shows a value, which may be the secret."""
        name, found = f"the secret {self.secret_id}", None
        try:
            found = strict_json.parsed(text) if isinstance(text, str | bytes) else None
        except InvalidJson as error:
            if error.path:
                raise Misconfigured(f"{name} is not valid: {error}") from None
        if not isinstance(found, dict):
            raise Misconfigured(f"{name} is not a JSON object")
        return found
