"""The subscribers to notifications and their signing keys: one secret in Secrets Manager."""

from __future__ import annotations

from genesys_purge.model.wire import configured
from genesys_purge.store.secrets import StoredSecret
from genesys_purge.webhooks.outbound.subscribers import Subscribers

MAX_AGE = 60


class StoredDirectory:
    """Implements the `Directory` port."""

    def __init__(self, secret: StoredSecret) -> None:
        self._secret = secret

    def subscribers(self) -> Subscribers:
        """The subscribers; none if the secret has no value."""
        fields = self._secret.fields_if_set()
        if fields is None:
            return Subscribers(subscribers=())
        return configured("the subscribers' secret", Subscribers, fields)
