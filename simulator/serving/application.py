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
class Course:
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
            course = Course(request, self._settings.live_only)
            try:
                answer = self._route(course)
                course.status = answer.status
                headers = self._admission(course).headers(course.request)
                return replace(answer, headers={**answer.headers, **headers})
            finally:
                if course.route is None or course.route.operation is not None:
                    self.log.append(course.logged)

    def _route(self, course: Course) -> Answer:
        try:
            request = course.request
            course.route, parameters = self._router.match(request.verb, request.path, request.body)
            course.request = replace(request, parameters=parameters)
            return self._execute_under_fault(course, course.route)
        except Refusal as refusal:
            return refusal.answer(course.request.correlation_id)

    def _execute_under_fault(self, course: Course, route: Route) -> Answer:
        if route.operation is not None:
            method = route.method_of(course.request)
            course.fault = self._faults.for_request(route.operation, method)
        if course.fault is None:
            return self._execute(course, route)
        if course.fault.kind is FaultKind.TOKEN_REVOKED:
            return self._admissions.grants.revoke(course.request)
        return interfere(course.fault, lambda: self._execute(course, route))

    def _execute(self, course: Course, route: Route) -> Answer:
        self._require_small(course.request)
        client_id = self._admission(course).admit(course.request, route)
        course.request = replace(course.request, client_id=client_id)
        return route.answer(course.request)

    def _admission(self, course: Course) -> Admission:
        return self._admissions.live if course.is_live else self._admissions.documented

    def _require_small(self, request: Request) -> None:
        limit = self._settings.max_body_bytes
        if request.body_size is None:
            raise Refusal(411, "The body must have a Content-Length")
        if limit is not None and request.body_size > limit:
            raise Refusal(413, f"The body must not be larger than {limit} bytes")
