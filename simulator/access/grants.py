"""OAuth grants: which client holds which access token, and until when."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request
from simulator.organisation.settings import OAuthClient


@dataclass(frozen=True, slots=True)
class Grant:
    """The client of a token, and when the token expires."""

    client: OAuthClient
    expires_at: datetime


class Grants:
    """Issues access tokens and identifies the client of each request."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    def issue(self, client: OAuthClient, expires_at: datetime) -> str:
        """Returns a new access token of the client."""
        token = token_urlsafe(32)
        self._grants[token] = Grant(client, expires_at)
        return token

    def identify(self, request: Request) -> OAuthClient:
        """Returns the client of the request's token; refuses with 401 without a valid token."""
        grant = self._grants.get(request.bearer or "")
        if grant is None or grant.expires_at <= request.at:
            raise bad_credentials()
        return grant.client

    def revoke(self, request: Request) -> Answer:
        """Revokes the request's token and refuses with 401."""
        if request.bearer is None:
            return bad_client()
        self._grants.pop(request.bearer, None)
        raise bad_credentials()


def bad_client() -> Answer:
    """A 401 for wrong client credentials, in the error format of RFC 6749."""
    payload = {"error": "invalid_client", "error_description": "client authentication failed"}
    return Answer.json(401, payload, {"WWW-Authenticate": "Basic"})


def bad_credentials() -> Refusal:
    """A 401 for a bad access token."""
    return Refusal(401, "The access token is missing, unknown or expired", code="bad.credentials")
