"""Serves a WSGI application over HTTP/1.1 with keep-alive."""

import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from socket import socket
from threading import Event
from typing import Protocol, cast
from urllib.parse import unquote
from wsgiref.types import WSGIApplication, WSGIEnvironment

from simulator.http.answer import Unanswered
from simulator.http.request import content_length

LARGEST_UNREAD_BODY = 8 * 1024 * 1024
IDLE_SECONDS = 60


class Server(Protocol):
    """The parts of the server that the handler uses; `stopping` ends a hanging request."""

    app: WSGIApplication
    stopping: Event
    hang_seconds: float


class RequestBody:
    """The body of one request on a connection with several requests."""

    def __init__(self, connection: BufferedIOBase, size: int) -> None:
        self._connection = connection
        self.left = size

    def read(self, size: int = -1) -> bytes:
        """Reads at most `size` bytes, or the rest of the body."""
        wanted = self.left if size < 0 else min(size, self.left)
        self.left -= wanted
        return self._connection.read(wanted)


class HTTPHandler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS

    def answer(self) -> None:
        """Answers one request; for Unanswered, hangs or closes the connection instead."""
        environ = self._environ()
        size = content_length(environ)
        body = RequestBody(self.rfile, size or 0)
        server = cast("Server", self.server)
        try:
            pieces = list(server.app(environ | {"wsgi.input": body}, self._start_response))
        except Unanswered as unanswered:
            if unanswered.hangs:
                server.stopping.wait(server.hang_seconds)
            self.close_connection = True
            return
        # A client that still sends would not read the answer before the connection is reset.
        body.read(LARGEST_UNREAD_BODY)
        if body.left or size is None:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.writelines(pieces)

    def log_message(self, _: str, /, *args: object) -> None:
        """Logs nothing; the simulator has its own log."""

    def _start_response(
        self,
        status: str,
        headers: list[tuple[str, str]],
        _: object = None,
        /,
    ) -> Callable[[bytes], object]:
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        return self.wfile.write

    def _environ(self) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        headers = {
            "HTTP_" + name.upper().replace("-", "_"): value for name, value in self.headers.items()
        }
        return headers | {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(cast("socket", self.connection).getsockname()[1]),
            "SERVER_PROTOCOL": self.request_version,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


# http.server finds a method by the name of the verb.
for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(HTTPHandler, f"do_{verb}", HTTPHandler.answer)
