"""The circuit breaker around Genesys Cloud, shared by all functions through DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    CircuitBreakerOpenError,
    circuit_breaker,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerDynamoDBPersistence,
)

from genesys_purge.errors import GenesysUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# 429 and 504 say that Genesys is busy with us, not that it fails.
FAILING = frozenset({500, 502, 503})


class _ServerFailed(Exception):
    """Carries a failing answer through the breaker, which counts exceptions."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response


class SharedCircuit:
    """Stops calling an organisation for `recovery_seconds` after five failures in a row."""

    def __init__(
        self, client: DynamoDBClient, table: str, organisation: str, recovery_seconds: int
    ) -> None:
        self._recovery_seconds = recovery_seconds
        self._send = circuit_breaker(
            name=f"genesys-{organisation}" if organisation else "genesys",
            persistence_store=CircuitBreakerDynamoDBPersistence(
                table_name=table, boto3_client=client
            ),
            config=CircuitBreakerConfig(
                recovery_timeout=recovery_seconds,
                success_threshold=1,
                handled_exceptions=(_ServerFailed, httpx.TransportError),
            ),
        )(self._failing_loudly)

    def __call__(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer of `send`; GenesysUnavailable, and nothing sent, while the circuit is open."""
        try:
            response: httpx.Response = self._send(send)
        except _ServerFailed as failed:
            return failed.response
        except CircuitBreakerOpenError as error:
            raise GenesysUnavailable(
                "calls to Genesys are paused after repeated failures",
                retry_after=self._recovery_seconds,
            ) from error
        return response

    @staticmethod
    def _failing_loudly(send: Callable[[], httpx.Response]) -> httpx.Response:
        response = send()
        if response.status_code in FAILING:
            raise _ServerFailed(response)
        return response
