"""OAuth 2.0 client credentials: one token for each process, refreshed before it expires."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import httpx

from genesys_purge.errors import AuthenticationFailed, GenesysUnavailable, PurgeError
from genesys_purge.genesys.answers import error_in, message_in, object_in
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Clock

REFRESH_MARGIN = timedelta(seconds=120)
MAX_LIFETIME_SECONDS = 48 * 3_600
# RFC 6750 allows these characters in the Authorization header.
TOKEN_FORM = re.compile(r"[\x21-\x7e]{1,8192}")
LIFETIME_FORM = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
TOKEN = Operation("POST", "/oauth/token", missing=Missing.REFUSED)


class Credentials(NamedTuple):
    """The id and secret of the OAuth client; `source` names the place that holds them."""

    client_id: str
    client_secret: str
    source: str = "Secrets Manager"

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"


class CredentialSource(Protocol):
    """Returns the credentials; `fresh` bypasses the cache."""

    def __call__(self, *, fresh: bool) -> Credentials: ...


class Token(NamedTuple):
    """A token, the time to refresh it, and its scopes if Genesys reported them."""

    value: str
    refresh_at: datetime
    scopes: frozenset[str] | None

    def __repr__(self) -> str:
        return f"Token(refresh_at={self.refresh_at!r})"


class Tokens:
    """The token of this process, shared by its threads."""

    def __init__(
        self,
        http: BoundedHttp,
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
        """A valid token; threads that need a new one share one refresh."""
        with self._lock:
            if self._token is None or self._token.refresh_at <= self._now():
                self._token = self._fetch()
            return self._token

    def renewed(self, refused: Token) -> Token:
        """A new token after Genesys refused `refused`; threads share one renewal."""
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
            raise self._retryable(error_in(response, TOKEN))
        return self._read(response)

    def _ask(self, credentials: Credentials) -> httpx.Response:
        try:
            return self._http.request(
                TOKEN.verb,
                self._url,
                auth=(credentials.client_id, credentials.client_secret),
                data={"grant_type": "client_credentials"},
            )
        except httpx.RequestError as error:
            raise GenesysUnavailable(
                f"the login service did not answer: {type(error).__name__}"
            ) from error

    def _refused(self, response: httpx.Response, credentials: Credentials) -> AuthenticationFailed:
        host, status = response.request.url.host, response.status_code
        error = AuthenticationFailed(
            f"the login service refused the client credentials: {host} answered {status}"
        )
        error.quoted = message_in(response)
        error.advice = f"check the client id and secret in {credentials.source}"
        return error

    def _retryable(self, error: PurgeError) -> PurgeError:
        """The error of any other token failure: a retry is safe, because it deletes nothing."""
        retry_after = getattr(error, "retry_after", None)
        return error.converted(GenesysUnavailable, retry_after=retry_after)

    def _read(self, response: httpx.Response) -> Token:
        body = object_in(response)
        value, seconds, scope = (body.get(n) for n in ("access_token", "expires_in", "scope"))
        if not isinstance(value, str) or not TOKEN_FORM.fullmatch(value):
            raise GenesysUnavailable("the login service answered without a valid token")
        # A short-lived token is refreshed after half its lifetime, not on every call.
        lifetime = timedelta(seconds=min(_lifetime_in(seconds), MAX_LIFETIME_SECONDS))
        refresh_at = self._now() + max(lifetime - REFRESH_MARGIN, lifetime / 2)
        scopes = frozenset(scope.split()) if isinstance(scope, str) and scope.strip() else None
        return Token(value, refresh_at, scopes)


def _lifetime_in(seconds: object) -> float:
    """The lifetime in seconds; some login services send the number as text."""
    if isinstance(seconds, str) and LIFETIME_FORM.fullmatch(seconds):
        return float(seconds)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return max(seconds, 0)
    raise GenesysUnavailable("the login service answered without the token's lifetime")
