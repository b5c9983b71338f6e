"""OAuth 2.0 client credentials: issues tokens, lets them expire, checks their scopes."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from secrets import token_urlsafe
from urllib.parse import parse_qs

from simulator.answer import Answer, Refusal
from simulator.request import Request
from simulator.routing import Route
from simulator.settings import OAuthClient, SimulatorSettings
from simulator.words import Operation


@dataclass(frozen=True, slots=True)
class Grant:
    """Who holds a token, and until when."""

    client: OAuthClient
    expires_at: datetime


class OAuth:
    """The token endpoint and the check of every other request's token."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._grants: dict[str, Grant] = {}

    def routes(self) -> tuple[Route, ...]:
        """`POST /oauth/token`."""
        return (Route("POST", "/oauth/token", self.issue, Operation.TOKEN),)

    def issue(self, request: Request) -> Answer:
        """A token for good credentials, else 400 or 401."""
        form = parse_qs(request.body.decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return bad_grant()
        client = self._authenticated(request.headers.get("authorization", ""))
        if client is None:
            return bad_client()
        token = token_urlsafe(32)
        lifetime = self._settings.token_seconds
        self._grants[token] = Grant(client, request.at + timedelta(seconds=lifetime))
        payload = {"access_token": token, "token_type": "Bearer", "expires_in": lifetime}
        if self._settings.token_lists_scopes and client.scopes:
            payload["scope"] = " ".join(client.scopes)
        return Answer.json(200, payload, {"Cache-Control": "no-store"})

    def authorise(self, request: Request, scopes: tuple[str, ...]) -> str:
        """The client's id; refuses with 401 without a valid token, 403 without any of `scopes`."""
        client = self.identify(request)
        if not set(scopes) & set(client.scopes):
            raise missing_scope(scopes[0])
        return client.client_id

    def identify(self, request: Request) -> OAuthClient:
        """Who holds the request's token; refuses with 401 without a valid one."""
        grant = self._grants.get(request.bearer or "")
        if grant is None or grant.expires_at <= request.at:
            raise bad_credentials()
        return grant.client

    def reject(self, request: Request) -> Answer:
        """401; the token it presents, if any, is worthless from now on."""
        if request.bearer is None:
            return bad_client()
        self._grants.pop(request.bearer, None)
        raise bad_credentials()

    def _authenticated(self, authorization: str) -> OAuthClient | None:
        client_id, secret = _basic(authorization)
        for client in self._settings.clients:
            if client.client_id == client_id and compare_digest(
                client.client_secret.encode(), secret.encode()
            ):
                return client
        return None


def bad_grant() -> Answer:
    """A 400 in the error format of RFC 6749."""
    description = "grant_type must be client_credentials"
    payload = {"error": "unsupported_grant_type", "error_description": description}
    return Answer.json(400, payload)


def bad_client() -> Answer:
    """A 401 for credentials in the error format of RFC 6749."""
    payload = {"error": "invalid_client", "error_description": "client authentication failed"}
    return Answer.json(401, payload, {"WWW-Authenticate": "Basic"})


def bad_credentials() -> Refusal:
    """A 401 for a token."""
    return Refusal(401, "The access token is missing, unknown or expired", code="bad.credentials")


def missing_scope(scope: str) -> Refusal:
    """A 403 that names the scope."""
    message = f"Missing the required scope: {scope}"
    return Refusal(403, message, code="missing.scope", details=[{"missingScope": scope}])


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
