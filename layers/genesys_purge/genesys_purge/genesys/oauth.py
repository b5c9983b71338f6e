"""OAuth 2.0 client credentials: one token for the process, refreshed ahead of its end."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import httpx

from genesys_purge.errors import AuthenticationFailed, GenesysUnavailable, PurgeError
from genesys_purge.genesys.answers import error_in, message_in, object_in
from genesys_purge.ports import Clock, Operation

AHEAD = timedelta(seconds=120)
LONGEST_SECONDS = 48 * 3_600
# RFC 6750: what may stand in the Authorization header.
TOKEN_FORM = re.compile(r"[\x21-\x7e]{1,8192}")
TOKEN = Operation("POST", "/oauth/token")


class Credentials(NamedTuple):
    """The OAuth client's id and secret, and what says them."""

    client_id: str
    client_secret: str
    source: str = "Secrets Manager"

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"


class CredentialSource(Protocol):
    """Reads the secret, anew where `fresh`."""

    def __call__(self, *, fresh: bool) -> Credentials: ...


class Token(NamedTuple):
    """A token, when to refresh it, and its scopes where Genesys told them."""

    value: str
    refresh_at: datetime
    scopes: frozenset[str] | None

    def __repr__(self) -> str:
        return f"Token(refresh_at={self.refresh_at!r})"


class Tokens:
    """The process's one token."""

    def __init__(
        self,
        http: httpx.Client,
        login_url: str,
        credentials: CredentialSource,
        now: Clock,
    ) -> None:
        self._http = http
        self._url = login_url + TOKEN.path
        self._credentials = credentials
        self._now = now
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> Token:
        """A token that is good for a while; threads that need a new one wait for one refresh."""
        with self._lock:
            if self._token is None or self._token.refresh_at <= self._now():
                self._token = self._fetch()
            return self._token

    def renewed(self, refused: Token) -> Token:
        """A token other than the one that Genesys refused."""
        with self._lock:
            if self._token is None or self._token.value == refused.value:
                self._token = self._fetch()
            return self._token

    def _fetch(self) -> Token:
        credentials = self._credentials(fresh=False)
        response = self._ask(credentials)
        if response.status_code in (400, 401):
            credentials = self._credentials(fresh=True)
            response = self._ask(credentials)
        if response.status_code in (400, 401, 403):
            raise self._refused(response, credentials)
        if not response.is_success:
            raise self._passing(error_in(response, TOKEN))
        return self._read(response)

    def _ask(self, credentials: Credentials) -> httpx.Response:
        try:
            return self._http.post(
                self._url,
                auth=(credentials.client_id, credentials.client_secret),
                data={"grant_type": "client_credentials"},
            )
        except httpx.RequestError as error:
            raise GenesysUnavailable(
                f"the login service could not be reached: {type(error).__name__}"
            ) from error

    def _refused(self, response: httpx.Response, credentials: Credentials) -> AuthenticationFailed:
        host, status = response.request.url.host, response.status_code
        error = AuthenticationFailed(
            f"the login service refused the client credentials: {host} answered {status}"
        )
        error.quoted = message_in(response)
        error.advice = f"check the client id and secret in {credentials.source}"
        return error

    def _passing(self, error: PurgeError) -> PurgeError:
        """Every other failure to get a token may be repeated: it deletes nothing."""
        retry_after = getattr(error, "retry_after", None)
        return error.converted(GenesysUnavailable, retry_after=retry_after)

    def _read(self, response: httpx.Response) -> Token:
        body = object_in(response)
        value, seconds, scope = (body.get(n) for n in ("access_token", "expires_in", "scope"))
        if not isinstance(value, str) or not TOKEN_FORM.fullmatch(value):
            raise GenesysUnavailable("the login service answered without a token")
        if not isinstance(seconds, int | float):
            raise GenesysUnavailable("the login service answered without the token's lifetime")
        # A token shorter than twice the margin is refreshed halfway, never on every call.
        lifetime = timedelta(seconds=min(max(seconds, 0), LONGEST_SECONDS))
        refresh_at = self._now() + max(lifetime - AHEAD, lifetime / 2)
        scopes = frozenset(scope.split()) if isinstance(scope, str) and scope.strip() else None
        return Token(value, refresh_at, scopes)
