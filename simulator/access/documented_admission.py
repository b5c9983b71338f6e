"""Admission of documented requests: a valid token, one of the route's scopes, the request rate."""

from simulator.access.client_rate import ClientRate
from simulator.access.grants import Grants
from simulator.http.answer import Refusal
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.organisation.settings import SimulatorSettings


class DocumentedAdmission:
    """Checks scopes and counts requests by client; permissions are not checked here."""

    def __init__(self, grants: Grants, settings: SimulatorSettings) -> None:
        self._grants = grants
        self._rate = ClientRate(settings.requests_per_second, settings.lasting(1.0))

    def admit(self, request: Request, route: Route) -> str | None:
        """Returns the client's id, None where the route needs no token; else 401, 403 or 429."""
        if not route.scopes:
            return None
        client = self._grants.identify(request)
        if client.scopes is not None and not set(route.scopes) & set(client.scopes):
            raise missing_scope(route.scopes[0])
        self._rate.count(client.client_id, request.at)
        return client.client_id

    def headers(self, request: Request) -> dict[str, str]:
        """The headers of every documented answer."""
        return {"X-Correlation-Id": request.correlation_id}


def missing_scope(scope: str) -> Refusal:
    """A 403 that names the missing scope."""
    message = f"Missing the required scope: {scope}"
    return Refusal(403, message, code="missing.scope", details=[{"missingScope": scope}])
