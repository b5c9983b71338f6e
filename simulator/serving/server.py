"""Serves the simulator on 127.0.0.1, with one thread for each connection."""

import sys
from contextlib import suppress
from socket import SHUT_RDWR, socket
from socketserver import TCPServer, ThreadingMixIn
from threading import Event, Lock, Thread
from typing import Protocol
from wsgiref.types import WSGIApplication

from simulator.organisation.settings import SimulatorSettings
from simulator.serving.http_handler import HTTPHandler

HOST = "127.0.0.1"
TICK_SECONDS = 0.2


class Servable(Protocol):
    """The parts of `Simulator` that the server uses."""

    settings: SimulatorSettings

    @property
    def wsgi(self) -> WSGIApplication:
        """The WSGI application."""

    def tick(self) -> None:
        """Executes the purge rules that are due."""

    def deliver_due(self) -> None:
        """Sends the webhook deliveries that are due."""


class SimulatorServer:
    """A server for one simulator; port 0 picks a free port."""

    def __init__(self, simulator: Servable, port: int = 0) -> None:
        self._simulator = simulator
        self._port = port
        self._server: ThreadingServer | None = None

    def start(self) -> str:
        """Starts to serve and returns the base URL, which serves both API and token."""
        hang_seconds = self._simulator.settings.hang_seconds
        self._server = ThreadingServer(self._simulator.wsgi, self._port, hang_seconds)
        # stop() may take as long as the poll interval.
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        Thread(target=self._run_rules, args=(self._server.stopping,), daemon=True).start()
        return f"http://{HOST}:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stops to serve and closes every connection; does nothing if it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _run_rules(self, stopping: Event) -> None:
        while not stopping.wait(TICK_SECONDS):
            self._simulator.tick()
            self._simulator.deliver_due()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class ThreadingServer(ThreadingMixIn, TCPServer):
    """Tracks its connections, so that stop() does not wait for idle connections."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: WSGIApplication, port: int, hang_seconds: float) -> None:
        self.app = app
        self.hang_seconds = hang_seconds
        self.stopping = Event()
        self._connections: set[socket] = set()
        self._lock = Lock()
        super().__init__((HOST, port), HTTPHandler)

    def get_request(self) -> tuple[socket, object]:
        """Accepts a connection and tracks it."""
        connection, address = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket | tuple[bytes, socket]) -> None:
        """Closes a connection and no longer tracks it."""
        with self._lock:
            self._connections -= {request}
        super().shutdown_request(request)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Ignores clients that disconnect; reports every other error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Ends hanging requests, the serving thread and all connections."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
