"""Which Genesys the application talks to."""

import httpx
import pytest

from local.genesys.server import NoCredentials, genesys, scaled_parameters
from local.options.options import Options

DECLARED = {
    "CircuitRecoverySeconds": {"Type": "Number", "Default": 30},
    "RequestsPerSecond": {"Type": "Number", "Default": 10},
    "MaxRecords": {"Type": "Number", "Default": 100},
}
ELSEWHERE = Options(genesys_url="https://api.example.com/")


def test_without_a_url_a_simulator_answers_and_runs_as_fast_as_we_wait() -> None:
    with genesys(Options(conversations=7, wait_scale=0.02)) as server:
        found = httpx.get(f"{server.url}/_simulator/conversations").json()["conversationIds"]
        assert server.simulator is not None
        assert server.simulator.settings.speed == 50
    assert len(found) == 7


@pytest.mark.parametrize(("platform", "there"), [("live", 404), ("documented", 401)])
def test_where_the_deployment_is_live_the_simulator_is_that_alone(
    platform: str, there: int
) -> None:
    options = Options(conversations=1, parameters={"GenesysPlatform": platform})
    with genesys(options) as server:
        answer = httpx.post(f"{server.url}/api/v2/purgerules", json={})
    assert answer.status_code == there


def test_the_simulator_is_gone_afterwards() -> None:
    with genesys(Options(conversations=1)) as server:
        url = server.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_another_genesys_is_called_with_the_users_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENESYS_CLIENT_ID", "id")
    monkeypatch.setenv("GENESYS_CLIENT_SECRET", "hidden")
    with genesys(ELSEWHERE) as server:
        assert (server.url, server.client_id) == ("https://api.example.com", "id")
        assert server.simulator is None
        assert "hidden" not in repr(server)


def test_another_genesys_needs_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENESYS_CLIENT_ID", "id")
    monkeypatch.delenv("GENESYS_CLIENT_SECRET", raising=False)
    with pytest.raises(NoCredentials, match="GENESYS_CLIENT_SECRET is not set"), genesys(ELSEWHERE):
        pass


def test_the_application_keeps_the_simulators_pace() -> None:
    assert scaled_parameters(DECLARED, Options(wait_scale=0.01)) == {
        "CircuitRecoverySeconds": "1",
        "RequestsPerSecond": "1000",
    }


def test_the_simulators_events_need_not_settle_and_those_of_another_genesys_do() -> None:
    declared = {"ExportSettlingSeconds": {"Type": "Number", "Default": 60}}
    assert scaled_parameters(declared, Options()) == {"ExportSettlingSeconds": "0"}
    assert scaled_parameters(declared, ELSEWHERE) == {}


def test_only_declared_parameters_are_set() -> None:
    assert scaled_parameters({}, Options()) == {}


def test_another_genesys_keeps_its_rate_while_pauses_keep_step_with_the_waits() -> None:
    elsewhere = Options(genesys_url="https://api.example.com/", wait_scale=0.1)
    assert scaled_parameters(DECLARED, elsewhere) == {"CircuitRecoverySeconds": "3"}
