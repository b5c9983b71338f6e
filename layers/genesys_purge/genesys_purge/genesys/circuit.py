"""The circuit breaker around Genesys Cloud: after repeated failures every process pauses."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    CircuitInfo,
    circuit_breaker,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerPersistenceLayer,
)

from genesys_purge.errors import GenesysUnavailable

Send = Callable[[], httpx.Response]
# 429 and 504 mean that Genesys is busy, not that it fails.
FAILING = frozenset({500, 502, 503})
MOST_FAILURES = 5
MAX_AGE = 5


class FailingAnswer(Exception):
    """Genesys answered with a failure of its own; the breaker counts exceptions only."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"Genesys answered {response.status_code}")
        self.response = response


class SharedCircuit:
    """Pauses calls for `recovery_seconds` after five failures in a row of one process.

    Then a single call goes through: its success closes the circuit, its failure keeps it open for
    as long again. Without its table the circuit is closed.
    """

    def __init__(
        self, name: str, store: CircuitBreakerPersistenceLayer, recovery_seconds: int
    ) -> None:
        self._recovery_seconds = recovery_seconds
        config = CircuitBreakerConfig(
            failure_threshold=MOST_FAILURES,
            recovery_timeout=recovery_seconds,
            success_threshold=1,
            handled_exceptions=(httpx.TransportError, FailingAnswer),
            local_cache_max_age=MAX_AGE,
        )
        protect = circuit_breaker(name, store, on_circuit_open=self._refuse, config=config)
        self._send: Callable[[Send], httpx.Response] = protect(_checked)

    def __call__(self, send: Send) -> httpx.Response:
        """The answer of `send`; GenesysUnavailable, and nothing sent, while the circuit is open."""
        try:
            return self._send(send)
        except FailingAnswer as failed:
            return failed.response

    def _refuse(self, _send: Send, *, circuit: CircuitInfo) -> httpx.Response:  # noqa: ARG002  the library passes the circuit
        raise GenesysUnavailable(
            "calls to Genesys are paused after repeated failures",
            retry_after=self._recovery_seconds,
        )


def _checked(send: Send) -> httpx.Response:
    response = send()
    if response.status_code in FAILING:
        raise FailingAnswer(response)
    return response
