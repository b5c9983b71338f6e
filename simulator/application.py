"""The WSGI application: receives a request, lets faults and limits strike, answers, logs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from wsgiref.types import StartResponse, WSGIEnvironment

from simulator.answer import Answer, Refusal
from simulator.faults import Fault, FaultKind, Faults
from simulator.interference import interfere
from simulator.limits import RateLimit
from simulator.live.admission import Admission
from simulator.oauth import OAuth
from simulator.request import Request, read_request
from simulator.request_log import LoggedRequest
from simulator.routing import Route, Router
from simulator.settings import SimulatorSettings


@dataclass(slots=True)
class Course:
    """What became of one request so far."""

    request: Request
    live_only: bool = False
    route: Route | None = None
    fault: Fault | None = None
    status: int | None = None

    @property
    def live(self) -> bool:
        """Whether it speaks the live dialect."""
        if self.route is None:
            return self.live_only
        return self.route.permissions is not None

    @property
    def logged(self) -> LoggedRequest:
        """The log's entry."""
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
    """One request at a time, under `lock`; raises Unanswered where the caller gets no answer."""

    def __init__(
        self,
        settings: SimulatorSettings,
        now: Callable[[], datetime],
        lock: RLock,
        oauth: OAuth,
        settle: Callable[[datetime], None],
        admission: Admission,
        faults: Faults,
        routes: Iterable[Route],
    ) -> None:
        self.log: list[LoggedRequest] = []
        self._settings = settings
        self._now = now
        self._lock = lock
        self._oauth = oauth
        self._settle = settle
        self._admission = admission
        self._faults = faults
        self._router = Router(routes)
        self._rate = RateLimit(settings.requests_per_second, settings.lasting(1.0))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
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
                answer = self._routed(course)
                course.status = answer.status
                return replace(answer, headers={**answer.headers, **self._marks(course)})
            finally:
                if course.route is None or course.route.operation is not None:
                    self.log.append(course.logged)

    def _routed(self, course: Course) -> Answer:
        try:
            request = course.request
            course.route, parameters = self._router.match(request.verb, request.path, request.body)
            course.request = replace(request, parameters=parameters)
            return self._struck(course, course.route)
        except Refusal as refusal:
            return refusal.answer(course.request.correlation_id)

    def _struck(self, course: Course, route: Route) -> Answer:
        if route.operation is not None:
            method = route.method_of(course.request)
            course.fault = self._faults.for_request(route.operation, method)
        if course.fault is None:
            return self._carried_out(course, route)
        if course.fault.kind is FaultKind.TOKEN_REVOKED:
            return self._oauth.reject(course.request)
        return interfere(course.fault, lambda: self._carried_out(course, route))

    def _carried_out(self, course: Course, route: Route) -> Answer:
        self._require_small(course.request)
        if route.permissions is not None:
            client_id = self._admission.admit(course.request, route.permissions)
            course.request = replace(course.request, client_id=client_id)
        elif route.scopes:
            client_id = self._oauth.authorise(course.request, route.scopes)
            course.request = replace(course.request, client_id=client_id)
            self._rate.check(client_id, course.request.at)
        return route.answer(course.request)

    def _marks(self, course: Course) -> Mapping[str, str]:
        if course.live:
            return self._admission.marks(course.request)
        return {"X-Correlation-Id": course.request.correlation_id}

    def _require_small(self, request: Request) -> None:
        limit = self._settings.max_body_bytes
        if request.body_size is None:
            raise Refusal(411, "The body must have a Content-Length")
        if limit is not None and request.body_size > limit:
            raise Refusal(413, f"The body must not be larger than {limit} bytes")
