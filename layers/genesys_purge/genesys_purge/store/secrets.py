"""Secrets of Secrets Manager, read and cached by Powertools."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider

from genesys_purge.errors import Misconfigured
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import InvalidJson
from genesys_purge.store.parameters import MISSING, NOT_SET, fetched


class OptionalSecrets(SecretsProvider):
    """Returns, and caches, NOT_SET for a secret that does not exist or has no value."""

    def _get(self, name: str, **options: Any) -> str | bytes:
        try:
            return super()._get(name, **options)
        except self.client.exceptions.ResourceNotFoundException:
            return NOT_SET


class StoredSecret:
    """One secret, a JSON object, at most `max_age` seconds old."""

    def __init__(self, provider: OptionalSecrets, secret_id: str, max_age: int) -> None:
        self._provider = provider
        self.secret_id = secret_id
        self._max_age = max_age
        self._text: object = b""
        self._fields: dict[str, Any] = {}

    def fields(self, *, fresh: bool = False) -> dict[str, Any]:
        """As `fields_if_set`; Misconfigured if the secret has no value."""
        found = self.fields_if_set(fresh=fresh)
        if found is None:
            raise Misconfigured(f"the secret {self.secret_id} {MISSING}")
        return found

    def fields_if_set(self, *, fresh: bool = False) -> dict[str, Any] | None:
        """The fields of the secret; `fresh` reads it again, whatever its age.

        None only if the secret has no value. Misconfigured if it is not a JSON object or may not
        be read, TryLater if it cannot be read now.
        """
        text = fetched(
            f"the secret {self.secret_id}",
            "secretsmanager:GetSecretValue",
            lambda: self._provider.get(self.secret_id, max_age=self._max_age, force_fetch=fresh),
        )
        if text == NOT_SET:
            return None
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
