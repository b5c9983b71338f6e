"""The circuit breaker: opened by failures of Genesys, not by Genesys being busy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from genesys_purge.errors import AuthenticationFailed, GenesysUnavailable, OutcomeUnknown
from genesys_purge.genesys.circuit import SharedCircuit
from genesys_purge.store.circuit_state import MAX_AGE, DynamoCircuitState

from tests.clock import NOON, Clock
from tests.unit.aws import client, mocked_aws
from tests.unit.genesys.exchange import PERMIT, Answer, Exchange, Reply

RECOVERY = 30


class Breakers:
    """Processes over one table and one clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def __call__(self, organisation: str = "") -> SharedCircuit:
        """Another process's circuit."""
        return SharedCircuit(self.state(organisation), RECOVERY, self.clock)

    def state(self, organisation: str = "") -> DynamoCircuitState:
        seconds: Callable[[], float] = lambda: self.clock().timestamp()  # noqa: E731
        return DynamoCircuitState(client("dynamodb"), "CircuitTable", organisation, seconds)


@pytest.fixture
def circuit() -> Iterator[Breakers]:
    with mocked_aws("CircuitTable"):
        yield Breakers(Clock())


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


@pytest.mark.parametrize(("reply", "told"), FAILURES, ids=lambda each: str(each)[:12])
def test_five_failures_in_a_row_open_the_circuit(
    circuit: Breakers, reply: Reply, told: int | str
) -> None:
    breaker = circuit()
    assert call(breaker, reply, 5) == [told] * 5
    assert call(breaker, Answer(200), 3) == ["GenesysUnavailable"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 504, 507])
def test_what_is_no_failure_of_genesys_never_opens_it(circuit: Breakers, status: int) -> None:
    assert call(circuit(), Answer(status), 12) == [status] * 12


def test_an_error_of_our_own_never_opens_it(circuit: Breakers) -> None:
    assert call(circuit(), AuthenticationFailed("401"), 12) == ["AuthenticationFailed"] * 12


def test_a_success_in_between_begins_the_count_anew(circuit: Breakers) -> None:
    breaker = circuit()
    for _ in range(5):
        assert call(breaker, Answer(503), 4) == [503] * 4
        assert call(breaker, Answer(200)) == [200]


def test_all_processes_share_one_circuit(circuit: Breakers) -> None:
    call(circuit(), Answer(503), 5)
    assert call(circuit(), Answer(200)) == ["GenesysUnavailable"]


def test_an_organisation_that_fails_does_not_stop_the_calls_to_another(circuit: Breakers) -> None:
    call(circuit("emea"), Answer(503), 5)
    assert call(circuit("emea"), Answer(200)) == ["GenesysUnavailable"]
    assert call(circuit("apac"), Answer(200)) == call(circuit(), Answer(200)) == [200]


def test_it_lets_one_call_through_when_it_has_recovered_and_closes_on_success(
    circuit: Breakers,
) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    circuit.clock.wait(RECOVERY - 1)
    assert call(breaker, Answer(200)) == ["GenesysUnavailable"]
    circuit.clock.wait(1)
    assert call(breaker, Answer(200), 2) == [200, 200]
    assert call(circuit(), Answer(200)) == [200]


def test_it_stays_open_when_the_call_fails_that_it_let_through(circuit: Breakers) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    circuit.clock.wait(RECOVERY)
    assert call(breaker, Answer(503)) == [503]
    assert call(breaker, Answer(200)) == ["GenesysUnavailable"]
    circuit.clock.wait(RECOVERY)
    assert call(breaker, Answer(200)) == [200]


def test_while_it_is_open_nothing_is_sent_and_the_pause_is_told(circuit: Breakers) -> None:
    exchange = Exchange(Answer(500), circuit=circuit())
    for attempt in range(1, 6):
        with pytest.raises(OutcomeUnknown):
            exchange.delete(PERMIT._replace(attempt=attempt))
    with pytest.raises(GenesysUnavailable, match="paused after repeated failures") as refused:
        exchange.delete(PERMIT._replace(attempt=6))
    assert refused.value.retry_after == RECOVERY
    assert len(exchange.calls) == 5


def test_a_circuit_whose_table_is_gone_lets_every_call_through(circuit: Breakers) -> None:
    client("dynamodb").delete_table(TableName="CircuitTable")
    assert call(circuit(), Answer(503), 7) == [503] * 7


def test_of_all_processes_one_tries_whether_genesys_has_recovered(circuit: Breakers) -> None:
    first, second = circuit(), circuit()
    call(first, Answer(503), 5)
    circuit.clock.wait(RECOVERY)
    told: list[int | str] = []

    def try_meanwhile() -> Answer:
        told.extend(call(second, Answer(200)))
        return Answer(200)

    assert call(first, try_meanwhile) == [200]
    assert told == ["GenesysUnavailable"]
    assert call(second, Answer(200)) == ["GenesysUnavailable"]
    circuit.clock.wait(MAX_AGE)
    assert call(second, Answer(200)) == [200]


def test_of_two_that_saw_the_same_open_circuit_one_may_try(circuit: Breakers) -> None:
    first, second = circuit.state(), circuit.state()
    first.open(NOON)
    assert (first.opened_at(), second.opened_at()) == (NOON, NOON)
    later = NOON + timedelta(seconds=RECOVERY)
    assert (first.claim(NOON, later), second.claim(NOON, later)) == (True, False)
    assert (first.opened_at(), second.opened_at()) == (later, later)


def test_a_process_learns_within_seconds_that_another_has_opened_it(circuit: Breakers) -> None:
    other = circuit()
    assert call(other, Answer(200)) == [200]
    call(circuit(), Answer(503), 5)
    assert call(other, Answer(200)) == [200]
    circuit.clock.wait(MAX_AGE)
    assert call(other, Answer(200)) == ["GenesysUnavailable"]


def test_a_trial_that_an_error_of_our_own_ended_leaves_it_open(circuit: Breakers) -> None:
    breaker = circuit()
    call(breaker, Answer(503), 5)
    circuit.clock.wait(RECOVERY)
    assert call(breaker, AuthenticationFailed("401")) == ["AuthenticationFailed"]
    assert call(breaker, Answer(200)) == ["GenesysUnavailable"]
