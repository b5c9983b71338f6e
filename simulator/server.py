"""Serves the simulator on 127.0.0.1, one thread for each connection."""

import sys
from contextlib import suppress
from socket import SHUT_RDWR, socket
from socketserver import TCPServer, ThreadingMixIn
from threading import Event, Lock, Thread
from wsgiref.types import WSGIApplication

from simulator.serving import HTTPHandler
from simulator.simulator import Simulator

HOST = "127.0.0.1"
TICK_SECONDS = 0.2


class SimulatorServer:
    """A running simulator; `port` 0 takes a free one."""

    def __init__(self, simulator: Simulator, port: int = 0) -> None:
        self._simulator = simulator
        self._port = port
        self._server: ThreadingServer | None = None

    def start(self) -> str:
        """Serves from now on and returns the base URL of API and token alike."""
        hang_seconds = self._simulator.settings.hang_seconds
        self._server = ThreadingServer(self._simulator.wsgi, self._port, hang_seconds)
        # The poll interval is how long stop() may take.
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        Thread(target=self._run_rules, args=(self._server.stopping,), daemon=True).start()
        return f"http://{HOST}:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stops serving and closes every connection; does nothing where it is not running."""
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
    """Keeps track of its connections, so that stopping does not wait for idle ones."""

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
        """Accepts a connection and notes it."""
        connection, address = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket | tuple[bytes, socket]) -> None:
        """Forgets a connection and closes it."""
        with self._lock:
            self._connections -= {request}
        super().shutdown_request(request)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Says nothing of a client that went away."""
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
