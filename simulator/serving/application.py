"""The WSGI application: routes each request, applies faults and limits, answers and logs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import NamedTuple, Protocol
from wsgiref.types import StartResponse, WSGIEnvironment

from simulator.access.grants import Grants
from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request, read_request
from simulator.http.routing import Route, Router
from simulator.organisation.faults import Fault, FaultKind, Faults
from simulator.organisation.settings import SimulatorSettings
from simulator.serving.interference import interfere
from simulator.serving.request_log import LoggedRequest


class Admission(Protocol):
    """Admits the requests of one dialect."""

    def admit(self, request: Request, route: Route) -> str | None:
        """Returns the client's id, if the route needs a client; raises Refusal."""

    def headers(self, request: Request) -> Mapping[str, str]:
        """The headers of every answer."""


class Admissions(NamedTuple):
    """The admission of each dialect, and the grants that both use."""

    grants: Grants
    documented: Admission
    live: Admission


@dataclass(slots=True)
class Exchange:
    """One request while it is processed: its route, fault and status, as far as known."""

    request: Request
    live_only: bool = False
    route: Route | None = None
    fault: Fault | None = None
    status: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the request is in the live dialect."""
        return self.live_only if self.route is None else self.route.is_live

    @property
    def logged(self) -> LoggedRequest:
        """The log entry."""
        request, route = self.request, self.route
        return LoggedRequest(
            at=request.at,
            verb=request.verb,
            path=request.path,
            operation=route.operation if route else None,
            method=route.method_of(request) if route else None,
            client_id=request.client_id,
            status=self.status,
            fault=self.fault.kind if self.fault else None,
            correlation_id=request.correlation_id,
            body=request.body,
        )


class Application:
    """Processes one request at a time, under `lock`; raises Unanswered if there is no answer.

    `settle` executes everything that is due, before each request.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        now: Callable[[], datetime],
        lock: RLock,
        settle: Callable[[datetime], None],
        admissions: Admissions,
        faults: Faults,
        routes: Iterable[Route],
    ) -> None:
        self.log: list[LoggedRequest] = []
        self._settings = settings
        self._now = now
        self._lock = lock
        self._settle = settle
        self._admissions = admissions
        self._faults = faults
        self._router = Router(routes)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Implements PEP 3333."""
        request = read_request(environ, self._now(), self._settings.max_body_bytes)
        answer = self.answer(request)
        headers = {**answer.headers, **answer.length}
        start_response(answer.status_line, list(headers.items()))
        return [answer.body]

    def answer(self, request: Request) -> Answer:
        """Answers and logs the request."""
        with self._lock:
            self._settle(request.at)
            exchange = Exchange(request, self._settings.live_only)
            try:
                answer = self._route(exchange)
                exchange.status = answer.status
                headers = self._admission(exchange).headers(exchange.request)
                return replace(answer, headers={**answer.headers, **headers})
            finally:
                if exchange.route is None or exchange.route.operation is not None:
                    self.log.append(exchange.logged)

    def _route(self, exchange: Exchange) -> Answer:
        try:
            sent = exchange.request
            exchange.route, parameters = self._router.match(sent.verb, sent.path, sent.body)
            exchange.request = replace(sent, parameters=parameters)
            return self._execute_under_fault(exchange, exchange.route)
        except Refusal as refusal:
            return refusal.answer(exchange.request.correlation_id)

    def _execute_under_fault(self, exchange: Exchange, route: Route) -> Answer:
        if route.operation is not None:
            method = route.method_of(exchange.request)
            exchange.fault = self._faults.for_request(route.operation, method)
        if exchange.fault is None:
            return self._execute(exchange, route)
        if exchange.fault.kind is FaultKind.TOKEN_REVOKED:
            return self._admissions.grants.revoke(exchange.request)
        return interfere(exchange.fault, lambda: self._execute(exchange, route))

    def _execute(self, exchange: Exchange, route: Route) -> Answer:
        self._require_small(exchange.request)
        client_id = self._admission(exchange).admit(exchange.request, route)
        exchange.request = replace(exchange.request, client_id=client_id)
        return route.answer(exchange.request)

    def _admission(self, exchange: Exchange) -> Admission:
        return self._admissions.live if exchange.is_live else self._admissions.documented

    def _require_small(self, request: Request) -> None:
        limit = self._settings.max_body_bytes
        if request.body_size is None:
            raise Refusal(411, "The body must have a Content-Length")
        if limit is not None and request.body_size > limit:
            raise Refusal(413, f"The body must not be larger than {limit} bytes")
