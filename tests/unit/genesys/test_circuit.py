"""The circuit breaker: failures of Genesys open it, a busy Genesys does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerDynamoDBPersistence,
)
from genesys_purge.errors import AuthenticationFailed, GenesysUnavailable, OutcomeUnknown
from genesys_purge.genesys.circuit import MAX_AGE, SharedCircuit

from tests.clock import Clock, powertools_by
from tests.mocked_aws import client, mocked_aws
from tests.unit.genesys.exchange import Answer, Exchange, Reply

RECOVERY = 30


class Breakers:
    """Processes over one table and one clock."""

    def __init__(self, clock: Clock, test: str) -> None:
        self.clock = clock
        # The library counts failures in its module, by the circuit's name.
        self._test = test

    def __call__(self, organisation: str = "") -> SharedCircuit:
        """The circuit of another process: it reads the table for itself."""
        store = CircuitBreakerDynamoDBPersistence("CircuitTable", boto3_client=client("dynamodb"))
        return SharedCircuit(f"{self._test} {organisation}", store, RECOVERY)


@pytest.fixture
def circuit(request: pytest.FixtureRequest) -> Iterator[Breakers]:
    clock = Clock()
    with mocked_aws("CircuitTable"), powertools_by(clock):
        yield Breakers(clock, request.node.name)


def answering(reply: Reply) -> Callable[[], httpx.Response]:
    def send() -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return (reply() if callable(reply) else reply).response()

    return send


def call(through: SharedCircuit, reply: Reply, times: int = 1) -> list[int | str]:
    """The result of each call: a status, or the name of its error."""
    found: list[int | str] = []
    for _ in range(times):
        try:
            found.append(through(answering(reply)).status_code)
        except (httpx.TransportError, GenesysUnavailable, AuthenticationFailed) as error:
            found.append(type(error).__name__)
    return found


def call_in_another_process(through: SharedCircuit, reply: Reply) -> list[int | str]:
    """As `call`, for a second one while the first still waits: the library tells them by thread."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(call, through, reply).result()


FAILURES: list[tuple[Reply, int | str]] = [
    (Answer(500), 500),
    (Answer(502), 502),
    (Answer(503), 503),
    (httpx.ConnectError("refused"), "ConnectError"),
    (httpx.ReadTimeout("slow"), "ReadTimeout"),
]


@pytest.mark.parametrize(("reply", "result"), FAILURES, ids=lambda each: str(each)[:12])
def test_five_failures_in_a_row_open_the_circuit(
    circuit: Breakers, reply: Reply, result: int | str
) -> None:
    breaker = circuit()
    assert call(breaker, reply, 5) == [result] * 5
    assert call(breaker, Answer(200), 3) == ["GenesysUnavailable"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 504, 507])
def test_an_answer_that_is_no_failure_of_genesys_never_opens_it(
    circuit: Breakers, status: int
) -> None:
    assert call(circuit(), Answer(status), 12) == [status] * 12


def test_an_error_of_our_own_never_opens_the_circuit(circuit: Breakers) -> None:
    assert call(circuit(), AuthenticationFailed("401"), 12) == ["AuthenticationFailed"] * 12


def test_a_success_starts_the_count_of_failures_again(circuit: Breakers) -> None:
    breaker = circuit()
    for _ in range(5):
        assert call(breaker, Answer(503), 4) == [503] * 4
        assert call(breaker, Answer(200)) == [200]


def test_all_processes_share_one_circuit(circuit: Breakers) -> None:
    call(circuit(), Answer(503), 5)
    assert call(circuit(), Answer(200)) == ["GenesysUnavailable"]


def test_a_failing_organisation_does_not_pause_calls_to_another(circuit: Breakers) -> None:
    call(circuit("emea"), Answer(503), 5)
    assert call(circuit("emea"), Answer(200)) == ["GenesysUnavailable"]
    assert call(circuit("apac"), Answer(200)) == call(circuit(), Answer(200)) == [200]


def test_one_call_goes_through_after_the_pause_and_its_success_closes(circuit: Breakers) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    circuit.clock.wait(RECOVERY - 1)
    assert call(breaker, Answer(200)) == ["GenesysUnavailable"]
    circuit.clock.wait(1)
    assert call(breaker, Answer(200), 2) == [200, 200]
    assert call(circuit(), Answer(200)) == [200]


def test_a_failed_call_after_the_pause_keeps_the_circuit_open(circuit: Breakers) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    circuit.clock.wait(RECOVERY)
    assert call(breaker, Answer(503)) == [503]
    assert call(breaker, Answer(200)) == ["GenesysUnavailable"]
    circuit.clock.wait(RECOVERY)
    assert call(breaker, Answer(200)) == [200]


@pytest.mark.parametrize("status", [429, 504])
def test_a_busy_answer_after_the_pause_closes_the_circuit(circuit: Breakers, status: int) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    circuit.clock.wait(RECOVERY)
    assert call(breaker, Answer(status)) == [status]
    assert call(circuit(), Answer(200)) == [200]


def test_an_open_circuit_sends_nothing_and_reports_the_pause(circuit: Breakers) -> None:
    exchange = Exchange(Answer(500), circuit=circuit())
    for _ in range(5):
        with pytest.raises(OutcomeUnknown):
            exchange.delete()
    with pytest.raises(GenesysUnavailable, match="paused after repeated failures") as refused:
        exchange.delete()
    assert refused.value.retry_after == RECOVERY
    assert len(exchange.calls) == 5


def test_a_circuit_without_its_table_lets_every_call_through(circuit: Breakers) -> None:
    client("dynamodb").delete_table(TableName="CircuitTable")
    assert call(circuit(), Answer(503), 7) == [503] * 7


def test_only_one_process_tries_whether_genesys_has_recovered(circuit: Breakers) -> None:
    first, second = circuit(), circuit()
    call(first, Answer(503), 5)
    circuit.clock.wait(RECOVERY)
    meanwhile: list[int | str] = []

    def try_meanwhile() -> Answer:
        meanwhile.extend(call_in_another_process(second, Answer(200)))
        return Answer(200)

    assert call(first, try_meanwhile) == [200]
    assert meanwhile == ["GenesysUnavailable"]
    circuit.clock.wait(MAX_AGE)
    assert call(second, Answer(200)) == [200]


def test_a_process_notices_within_seconds_that_another_opened_it(circuit: Breakers) -> None:
    other = circuit()
    assert call(other, Answer(200)) == [200]
    call(circuit(), Answer(503), 5)
    assert call(other, Answer(200)) == [200]
    circuit.clock.wait(MAX_AGE)
    assert call(other, Answer(200)) == ["GenesysUnavailable"]


def test_another_process_tries_where_the_first_died_while_trying(circuit: Breakers) -> None:
    first, second = circuit(), circuit()
    call(first, Answer(503), 5)
    circuit.clock.wait(RECOVERY)
    assert call(first, AuthenticationFailed("401")) == ["AuthenticationFailed"]
    assert call_in_another_process(second, Answer(200)) == ["GenesysUnavailable"]
    circuit.clock.wait(RECOVERY)
    assert call_in_another_process(second, Answer(200)) == [200]
