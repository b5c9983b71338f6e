"""Who may make a call of the live dialect, and what every answer to it says of itself."""

from __future__ import annotations

from simulator.answer import Refusal
from simulator.live.token_rate import TokenRate
from simulator.oauth import OAuth
from simulator.permissions import Permissions
from simulator.request import Request
from simulator.settings import SimulatorSettings

A_MINUTE = 60.0


class Admission:
    """The token, its rate and the permissions of its client's role; scopes open nothing here."""

    def __init__(self, oauth: OAuth, settings: SimulatorSettings) -> None:
        self._oauth = oauth
        self._rate = TokenRate(settings.live.requests_per_minute, settings.lasting(A_MINUTE))

    def admit(self, request: Request, permissions: Permissions) -> str:
        """The client's id; refuses with 401, 429 or 403, looked for in this order."""
        if request.bearer is None:
            raise Refusal(401, "The request carries no token", code="authentication.required")
        client = self._oauth.identify(request)
        self._rate.count(request.bearer, request.at)
        self.require(request, permissions)
        return client.client_id

    def require(self, request: Request, permissions: Permissions) -> None:
        """Refuses with 403 what the client's role does not permit."""
        if missing := self.missing(request, permissions):
            raise permissions.refusal(missing)

    def missing(self, request: Request, permissions: Permissions) -> list[str]:
        """Which permissions the client lacks."""
        return permissions.missing_in(self._oauth.identify(request).permissions)

    def marks(self, request: Request) -> dict[str, str]:
        """The headers that every answer carries."""
        rate = self._rate.headers(request.bearer or "", request.at)
        return rate | {"ININ-Correlation-Id": request.correlation_id}
