"""The current and the previous signing secret of Genesys's webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.store.secrets import StoredSecret

MAX_AGE = 60
FORM = 'the webhook secret must be {"current": "...", "previous": "..."}'


class StoredWebhookSecrets:
    """Implements `WebhookSecrets`."""

    def __init__(self, secret: StoredSecret) -> None:
        self._secret = secret

    def __call__(self) -> Sequence[bytes]:
        """The secrets, current first; raises Misconfigured if both are missing or empty.

        Any sender can see an error in the answer, so no error names the secret.
        """
        try:
            fields = self._secret.fields()
        except Misconfigured as error:
            raise Misconfigured(f"the webhook secret is missing or unreadable; {FORM}") from error
        except TryLater as error:
            raise TryLater("the webhook secret cannot be read now") from error
        found = [fields.get(name) for name in ("current", "previous")]
        secrets = [each.encode() for each in found if isinstance(each, str) and each]
        if not secrets:
            raise Misconfigured(FORM)
        return secrets
