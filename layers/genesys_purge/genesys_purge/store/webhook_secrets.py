"""The secrets under which Genesys signs webhooks: the current one, and the one before it."""

from __future__ import annotations

from collections.abc import Sequence

from genesys_purge.errors import Misconfigured
from genesys_purge.store.secrets import StoredSecret

MAX_AGE = 60.0


class StoredWebhookSecrets:
    """Implements `WebhookSecrets`."""

    def __init__(self, secret: StoredSecret) -> None:
        self._secret = secret

    def __call__(self) -> Sequence[bytes]:
        """Both secrets, or one; Misconfigured where there is none: an empty one proves nothing."""
        fields = self._secret.fields()
        found = [fields.get(name) for name in ("current", "previous")]
        secrets = [each.encode() for each in found if isinstance(each, str) and each]
        if not secrets:
            raise Misconfigured('the webhook secret must be {"current": "...", "previous": "..."}')
        return secrets
