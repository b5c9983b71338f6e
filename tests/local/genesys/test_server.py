"""The Genesys server that the application calls."""

import httpx
import pytest

from local.genesys.server import NoCredentials, genesys, scaled_parameters, settings_of
from local.options.options import Options

DECLARED = {
    "CircuitRecoverySeconds": {"Type": "Number", "Default": 30},
    "RequestsPerSecond": {"Type": "Number", "Default": 10},
    "MaxRecords": {"Type": "Number", "Default": 100},
}
REAL = Options(genesys_url="https://api.example.com/")


def test_simulator_runs_without_a_url_as_fast_as_the_waits() -> None:
    with genesys(Options(conversations=7, wait_scale=0.02)) as server:
        found = httpx.get(f"{server.url}/_simulator/conversations").json()["conversationIds"]
        assert server.simulator is not None
        assert server.simulator.settings.speed == 50
    assert len(found) == 7


def test_live_platform_starts_a_live_only_simulator() -> None:
    settings = {
        platform: settings_of(Options(parameters={"GenesysPlatform": platform}))
        for platform in ("live", "documented")
    }
    assert {name: each.live_only for name, each in settings.items()} == {
        "live": True,
        "documented": False,
    }


def test_simulator_stops_at_the_end() -> None:
    with genesys(Options(conversations=1)) as server:
        url = server.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_given_url_uses_the_client_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENESYS_CLIENT_ID", "id")
    monkeypatch.setenv("GENESYS_CLIENT_SECRET", "hidden")
    with genesys(REAL) as server:
        assert (server.url, server.client_id) == ("https://api.example.com", "id")
        assert server.simulator is None
        assert "hidden" not in repr(server)


def test_given_url_without_a_client_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENESYS_CLIENT_ID", "id")
    monkeypatch.delenv("GENESYS_CLIENT_SECRET", raising=False)
    with pytest.raises(NoCredentials, match="GENESYS_CLIENT_SECRET is not set"), genesys(REAL):
        pass


def test_parameters_are_scaled_for_the_simulator() -> None:
    assert scaled_parameters(DECLARED, Options(wait_scale=0.01)) == {
        "CircuitRecoverySeconds": "1",
        "RequestsPerSecond": "1000",
    }
    limit = {"JobTimeLimitSeconds": {"Type": "Number", "Default": 14_400, "MinValue": 60}}
    scaled = [scaled_parameters(limit, Options(wait_scale=scale)) for scale in (0.01, 0.001)]
    assert [each["JobTimeLimitSeconds"] for each in scaled] == ["144", "60"]


def test_export_waits_only_for_the_events_of_a_real_genesys() -> None:
    declared = {"ExportSettlingSeconds": {"Type": "Number", "Default": 60}}
    assert scaled_parameters(declared, Options()) == {"ExportSettlingSeconds": "0"}
    assert scaled_parameters(declared, REAL) == {}


def test_only_declared_parameters_are_set() -> None:
    assert scaled_parameters({}, Options()) == {}


def test_real_genesys_keeps_its_rates_but_not_its_pauses() -> None:
    real = Options(genesys_url="https://api.example.com/", wait_scale=0.1)
    assert scaled_parameters(DECLARED, real) == {"CircuitRecoverySeconds": "3"}
