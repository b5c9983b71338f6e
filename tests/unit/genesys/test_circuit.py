"""The circuit breaker: opened by failures of Genesys, not by Genesys being busy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from unittest.mock import patch

import httpx
import pytest
from aws_lambda_powertools.utilities.circuit_breaker import base
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerDynamoDBPersistence,
)
from genesys_purge.errors import AuthenticationFailed, GenesysUnavailable, OutcomeUnknown
from genesys_purge.genesys.circuit import SharedCircuit

from tests.clock import Clock
from tests.unit.aws import client, mocked_aws
from tests.unit.genesys.exchange import PERMIT, Answer, Exchange, Reply

RECOVERY = 30


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The breaker's clock; its counters, which live as long as the process, begin at nothing."""
    clock = Clock()
    counters = (base._LOCAL_FAILURES, base._LOCAL_SUCCESSES, base._LAST_OBSERVED_STATE)  # noqa: SLF001
    for counter in counters:
        counter.clear()
    now = staticmethod(lambda: int(clock().timestamp()))
    with mocked_aws("CircuitTable"), patch.object(base.CircuitBreakerHandler, "_now", now):
        yield clock
    for counter in counters:
        counter.clear()


def circuit(organisation: str = "") -> SharedCircuit:
    """One process's circuit, which reads the shared state at each call."""
    made = SharedCircuit(client("dynamodb"), "CircuitTable", organisation, RECOVERY)
    made._send = _uncached(made._send)  # noqa: SLF001 - its cache lives by the real clock
    return made


def _uncached(send: Callable[..., httpx.Response]) -> Callable[..., httpx.Response]:
    def call(*given: object) -> httpx.Response:
        with patch.object(
            CircuitBreakerDynamoDBPersistence, "_retrieve_from_cache", lambda *_: None
        ):
            return send(*given)

    return call


def answering(reply: Reply) -> Callable[[], httpx.Response]:
    def send() -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return (reply() if callable(reply) else reply).response()

    return send


def call(through: SharedCircuit, reply: Reply, times: int = 1) -> list[int | str]:
    """What each call came to: a status, or the name of its error."""
    found: list[int | str] = []
    for _ in range(times):
        try:
            found.append(through(answering(reply)).status_code)
        except (httpx.TransportError, GenesysUnavailable, AuthenticationFailed) as error:
            found.append(type(error).__name__)
    return found


FAILURES: list[tuple[Reply, int | str]] = [
    (Answer(500), 500),
    (Answer(502), 502),
    (Answer(503), 503),
    (httpx.ConnectError("refused"), "ConnectError"),
    (httpx.ReadTimeout("slow"), "ReadTimeout"),
]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("reply", "told"), FAILURES, ids=lambda each: str(each)[:12])
def test_five_failures_in_a_row_open_the_circuit(reply: Reply, told: int | str) -> None:
    breaker = circuit()
    assert call(breaker, reply, 5) == [told] * 5
    assert call(breaker, Answer(200), 3) == ["GenesysUnavailable"] * 3


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 504, 507])
def test_what_is_no_failure_of_genesys_never_opens_it(status: int) -> None:
    assert call(circuit(), Answer(status), 12) == [status] * 12


@pytest.mark.usefixtures("clock")
def test_an_error_of_our_own_never_opens_it() -> None:
    assert call(circuit(), AuthenticationFailed("401"), 12) == ["AuthenticationFailed"] * 12


@pytest.mark.usefixtures("clock")
def test_a_success_in_between_begins_the_count_anew() -> None:
    breaker = circuit()
    for _ in range(5):
        assert call(breaker, Answer(503), 4) == [503] * 4
        assert call(breaker, Answer(200)) == [200]


@pytest.mark.usefixtures("clock")
def test_all_processes_share_one_circuit() -> None:
    call(circuit(), Answer(503), 5)
    assert call(circuit(), Answer(200)) == ["GenesysUnavailable"]


@pytest.mark.usefixtures("clock")
def test_an_organisation_that_fails_does_not_stop_the_calls_to_another() -> None:
    call(circuit("emea"), Answer(503), 5)
    assert call(circuit("emea"), Answer(200)) == ["GenesysUnavailable"]
    assert call(circuit("apac"), Answer(200)) == call(circuit(), Answer(200)) == [200]


def test_it_lets_one_call_through_when_it_has_recovered_and_closes_on_success(
    clock: Clock,
) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    clock.wait(RECOVERY - 1)
    assert call(breaker, Answer(200)) == ["GenesysUnavailable"]
    clock.wait(1)
    assert call(breaker, Answer(200), 2) == [200, 200]
    assert call(circuit(), Answer(200)) == [200]


def test_it_stays_open_when_the_call_fails_that_it_let_through(clock: Clock) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    clock.wait(RECOVERY)
    assert call(breaker, Answer(503)) == [503]
    assert call(breaker, Answer(200)) == ["GenesysUnavailable"]
    clock.wait(RECOVERY)
    assert call(breaker, Answer(200)) == [200]


@pytest.mark.usefixtures("clock")
def test_while_it_is_open_nothing_is_sent_and_the_pause_is_told() -> None:
    exchange = Exchange(Answer(500), circuit=circuit())
    for attempt in range(1, 6):
        with pytest.raises(OutcomeUnknown):
            exchange.delete(PERMIT._replace(attempt=attempt))
    with pytest.raises(GenesysUnavailable, match="paused after repeated failures") as refused:
        exchange.delete(PERMIT._replace(attempt=6))
    assert refused.value.retry_after == RECOVERY
    assert len(exchange.calls) == 5


@pytest.mark.usefixtures("clock")
def test_a_circuit_whose_table_is_gone_lets_every_call_through() -> None:
    client("dynamodb").delete_table(TableName="CircuitTable")
    assert call(circuit(), Answer(503), 7) == [503] * 7
