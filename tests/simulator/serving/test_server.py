"""The HTTP server on a real socket."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from simulator import (
    Corpus,
    Fault,
    FaultKind,
    Simulator,
    SimulatorServer,
    SimulatorSettings,
)
from simulator import __main__ as command_line
from simulator.serving.server import ThreadingServer
from tests.simulator.caller import CREDENTIALS, QUERY, http_client

STATE = "/_simulator/state"
LOGIN = {"grant_type": "client_credentials"}


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(Corpus.of([]), SimulatorSettings(requests_per_second=None, hang_seconds=5))


@pytest.fixture
def url(simulator: Simulator) -> Iterator[str]:
    with SimulatorServer(simulator) as base_url:
        yield base_url


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with http_client(url) as client:
        yield client


def test_api_and_token_share_a_base_url(url: str, http: httpx.Client) -> None:
    token = http.post("/oauth/token", data=LOGIN, auth=CREDENTIALS).json()["access_token"]
    body = {"query": 'conversationId IN ("a")', "view": "default"}
    answer = http.post(QUERY, json=body, headers={"Authorization": f"Bearer {token}"})
    assert url.startswith("http://127.0.0.1:")
    assert (answer.status_code, answer.json()) == (200, {"data": []})
    assert answer.headers["X-Correlation-Id"]


def test_connection_serves_many_requests(url: str) -> None:
    with http_client(url, limits=httpx.Limits(max_connections=1)) as http:
        streams = set()
        for _ in range(5):
            answer = http.get(STATE)
            streams.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
    assert answer.http_version == "HTTP/1.1"
    assert len(streams) == 1


def test_many_callers_are_served_concurrently(http: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: http.get(STATE).status_code, range(24))
        assert set(answers) == {200}


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT_BEFORE, FaultKind.TIMEOUT_AFTER])
def test_timeout_fault_hangs(simulator: Simulator, http: httpx.Client, kind: FaultKind) -> None:
    simulator.faults.add(Fault(kind=kind))
    with pytest.raises(httpx.ReadTimeout):
        http.post("/oauth/token", data=LOGIN, auth=CREDENTIALS, timeout=0.05)


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER])
def test_drop_fault_closes_the_connection(
    simulator: Simulator, http: httpx.Client, kind: FaultKind
) -> None:
    simulator.faults.add(Fault(kind=kind))
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/oauth/token", data=LOGIN, auth=CREDENTIALS)
    assert http.post("/oauth/token", data=LOGIN, auth=CREDENTIALS).status_code == 200


def test_hanging_request_ends_after_hang_seconds() -> None:
    simulator = Simulator(Corpus.of([]), SimulatorSettings(hang_seconds=0.01))
    simulator.faults.add(Fault(kind=FaultKind.TIMEOUT_BEFORE))
    with (
        SimulatorServer(simulator) as url,
        http_client(url) as http,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        http.post("/oauth/token", data=LOGIN)


@pytest.mark.parametrize("size", [2 * 1024 * 1024, 9 * 1024 * 1024])
def test_body_that_is_too_large_is_413(http: httpx.Client, size: int) -> None:
    try:
        answer = http.post(QUERY, content=b" " * size)
    except httpx.WriteError:
        assert size > 8 * 1024 * 1024
    else:
        assert answer.status_code == 413
    assert http.get(STATE).status_code == 200


def test_body_without_a_length_is_411_and_closes_the_connection(http: httpx.Client) -> None:
    answer = http.post(QUERY, content=iter([b"{}"]))
    assert (answer.status_code, answer.headers["Connection"]) == (411, "close")


def test_stop_frees_the_port_and_closes_idle_connections(simulator: Simulator) -> None:
    server = SimulatorServer(simulator)
    url = httpx.URL(server.start())
    with socket.create_connection((url.host, url.port or 0), timeout=2) as idle:
        idle.sendall(b"GET /nowhere HTTP/1.1\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 404 Not Found")
        server.stop()
        server.stop()
        assert idle.recv(1) == b""
    with http_client(str(url)) as http, pytest.raises(httpx.ConnectError):
        http.get("/")


def test_command_line_sets_corpus_and_dialect() -> None:
    arguments = command_line.parse_arguments(
        ["--conversations", "30", "--seed", "3", "--speed", "100", "--live-only"]
    )
    with command_line.build_server(arguments) as url, http_client(url) as http:
        assert http.post("/api/v2/purgerules").status_code == 404
        assert sum(http.get(STATE).json()["corpus"].values()) == 30


def test_main_prints_the_address_and_serves_until_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = []

    class Interrupted:
        def wait(self) -> None:
            address = capsys.readouterr().out.split()[-1]
            with http_client(address) as http:
                statuses.append(http.get(STATE).status_code)
            raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "Event", Interrupted)
    monkeypatch.setattr(command_line, "stop_in_order", lambda: None)
    monkeypatch.setattr("sys.argv", ["simulator", "--conversations", "1"])
    command_line.main()
    assert statuses == [200]


def test_only_disconnected_clients_are_ignored_silently(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(error: Exception) -> None:
        raise error

    def printed_for(error: Exception) -> str:
        server = ThreadingServer(simulator.wsgi, 0, hang_seconds=0)
        server.server_close()
        try:
            fail(error)
        except (OSError, ValueError):
            server.handle_error(server.socket, ("127.0.0.1", 1))
        return capsys.readouterr().err

    assert printed_for(BrokenPipeError()) == ""
    assert "ValueError: odd" in printed_for(ValueError("odd"))
