"""Admission of live requests: a valid token, its request rate, the permissions of the role."""

from __future__ import annotations

from simulator.access.grants import Grants
from simulator.access.token_rate import TokenRate
from simulator.http.answer import Refusal
from simulator.http.permissions import Permissions
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.organisation.settings import SimulatorSettings

A_MINUTE = 60.0


class LiveAdmission:
    """Counts requests by token and checks permissions; scopes are not checked here."""

    def __init__(self, grants: Grants, settings: SimulatorSettings) -> None:
        self._grants = grants
        self._rate = TokenRate(settings.live.requests_per_minute, settings.lasting(A_MINUTE))

    def admit(self, request: Request, route: Route) -> str | None:
        """Returns the client's id; refuses with 401, 429 or 403, checked in this order."""
        if request.bearer is None:
            raise Refusal(401, "The request has no token", code="authentication.required")
        client = self._grants.identify(request)
        self._rate.count(request.bearer, request.at)
        if route.permissions is not None:
            self.require(request, route.permissions)
        return client.client_id

    def require(self, request: Request, permissions: Permissions) -> None:
        """Refuses with 403 if the client's role lacks a permission."""
        if missing := self.missing(request, permissions):
            raise permissions.refusal(missing)

    def missing(self, request: Request, permissions: Permissions) -> list[str]:
        """Returns the permissions that the client's role lacks."""
        return permissions.missing_in(self._grants.identify(request).permissions)

    def headers(self, request: Request) -> dict[str, str]:
        """The headers of every live answer."""
        rate = self._rate.headers(request.bearer or "", request.at)
        return rate | {"ININ-Correlation-Id": request.correlation_id}
