"""The id and secret of the OAuth client, from Secrets Manager."""

from __future__ import annotations

from genesys_purge.errors import AuthenticationFailed, Misconfigured
from genesys_purge.genesys.oauth import Credentials
from genesys_purge.store.secrets import StoredSecret

MAX_AGE = 300


class StoredCredentials:
    """Reads the secret at most every five minutes; `fresh` reads it at once."""

    def __init__(self, secret: StoredSecret) -> None:
        self._secret = secret

    def __call__(self, *, fresh: bool) -> Credentials:
        """The credentials; AuthenticationFailed where the secret is missing or malformed."""
        name = f"the secret {self._secret.secret_id}"
        try:
            fields = self._secret.fields(fresh=fresh)
            return Credentials(str(fields["clientId"]), str(fields["clientSecret"]), name)
        except Misconfigured as error:
            wrong = error.message
        except KeyError as error:
            wrong = f"{name} has no {error.args[0]}"
        raise AuthenticationFailed(
            f'{wrong}; the Genesys secret must be {{"clientId": "...", "clientSecret": "..."}}'
        )
