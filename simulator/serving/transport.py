"""An httpx transport that calls the simulator in the same process."""

from wsgiref.types import WSGIApplication

import httpx

from simulator.http.answer import Unanswered


class SimulatorTransport(httpx.BaseTransport):
    """Raises httpx.ReadTimeout or httpx.RemoteProtocolError if the caller gets no answer."""

    def __init__(self, app: WSGIApplication) -> None:
        self._wsgi = httpx.WSGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answers the request, without any wait."""
        try:
            return self._wsgi.handle_request(request)
        except Unanswered as unanswered:
            if unanswered.hangs:
                raise httpx.ReadTimeout("timed out", request=request) from None
            message = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(message, request=request) from None
