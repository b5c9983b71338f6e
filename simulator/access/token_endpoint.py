"""`POST /oauth/token`: OAuth 2.0 client credentials for an access token."""

from base64 import b64decode
from binascii import Error as Base64Error
from datetime import timedelta
from hmac import compare_digest
from urllib.parse import parse_qs

from simulator.access.grants import Grants, bad_client
from simulator.http.answer import Answer
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.organisation.settings import OAuthClient, SimulatorSettings
from simulator.organisation.words import Operation


class TokenEndpoint:
    """Issues tokens to the clients in the settings.

    `every_scope` is granted to a client whose `scopes` are None.
    """

    def __init__(
        self, grants: Grants, settings: SimulatorSettings, every_scope: tuple[str, ...]
    ) -> None:
        self._grants = grants
        self._settings = settings
        self._every_scope = every_scope

    def routes(self) -> tuple[Route, ...]:
        """The token request."""
        return (Route("POST", "/oauth/token", self.issue, Operation.TOKEN),)

    def issue(self, request: Request) -> Answer:
        """A token; 400 for another grant type, 401 for wrong credentials."""
        form = parse_qs(request.body.decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return bad_grant()
        client = self._authenticated(request.headers.get("authorization", ""))
        if client is None:
            return bad_client()
        lifetime = self._settings.token_seconds
        token = self._grants.issue(client, request.at + timedelta(seconds=lifetime))
        payload = {"access_token": token, "token_type": "Bearer", "expires_in": lifetime}
        scopes = self._every_scope if client.scopes is None else client.scopes
        if self._settings.token_lists_scopes and scopes:
            payload["scope"] = " ".join(scopes)
        return Answer.json(200, payload, {"Cache-Control": "no-store"})

    def _authenticated(self, authorization: str) -> OAuthClient | None:
        client_id, secret = _basic(authorization)
        for client in self._settings.clients:
            if client.client_id == client_id and compare_digest(
                client.client_secret.encode(), secret.encode()
            ):
                return client
        return None


def bad_grant() -> Answer:
    """A 400 for another grant type, in the error format of RFC 6749."""
    description = "grant_type must be client_credentials"
    payload = {"error": "unsupported_grant_type", "error_description": description}
    return Answer.json(400, payload)


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
