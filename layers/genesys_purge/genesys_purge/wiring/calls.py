"""The calls to Genesys: one client for each organisation, and what keeps it within its limits."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.model.platform import DOCUMENTED, LIVE
from genesys_purge.time_left import time_left
from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
        CircuitBreakerDynamoDBPersistence,
    )

    from genesys_purge.calling.in_flight import InFlight
    from genesys_purge.calling.pace import Pace
    from genesys_purge.genesys.client import Circuit, GenesysClient
    from genesys_purge.model.organisation import Organisation


def genesys(name: str | None) -> GenesysClient:
    """Calls to the organisation of that name, the deployment's own for None."""
    from genesys_purge.calling.pace import SOON

    return _client(adapters.organisation(name), SOON)


@cache
def in_flight() -> InFlight:
    """The jobs of all organisations whose calls were made."""
    from genesys_purge.calling.in_flight import InFlight
    from genesys_purge.methods import POOLS

    def organisations() -> list[str | None]:
        return [None, *adapters.organisations().names()]

    return InFlight(adapters.slots(), adapters.runs(), organisations, POOLS)


def genesys_in_bulk(name: str | None) -> GenesysClient:
    """As `genesys`, for work of many calls, which leaves room for all other calls."""
    from genesys_purge.calling.pace import IN_BULK

    return _client(adapters.organisation(name), IN_BULK)


@cache
def _client(organisation: Organisation, ahead: float) -> GenesysClient:
    from genesys_purge.genesys.bounded_http import BoundedHttp
    from genesys_purge.genesys.client import GenesysClient
    from genesys_purge.genesys.oauth import Tokens
    from genesys_purge.store.credentials import MAX_AGE, StoredCredentials

    credentials = StoredCredentials(adapters.secret(organisation.secret, MAX_AGE))
    http = BoundedHttp(http_client(), time_left())

    def pace_of(dialect: str, per_second: float) -> Pace:
        return pace(organisation.name, dialect, per_second, ahead, http.has_time_after)

    return GenesysClient(
        http,
        organisation.api_url,
        Tokens(http, organisation.login_url, credentials, adapters.now),
        circuit(organisation.name),
        adapters.now,
        pace_of(DOCUMENTED, organisation.requests_per_second).wait,
        pace_of(LIVE, organisation.live_requests_per_second).wait,
        sleep=adapters.sleep,
    )


def pace(
    organisation: str,
    dialect: str,
    per_second: float,
    ahead: float,
    has_time_after: Callable[[float], bool],
) -> Pace:
    """The pace of this process within the organisation's request budget."""
    from genesys_purge.calling.pace import Pace
    from genesys_purge.store.budget import DynamoBudget

    budget = DynamoBudget(
        adapters.aws("dynamodb"), adapters.settings().tables.circuit, organisation, dialect
    )
    return Pace(budget, per_second, ahead, adapters.now, adapters.sleep, has_time_after)


@cache
def http_client() -> httpx.Client:
    """The process's one HTTP client: its TLS context alone costs 20 ms."""
    import logging

    import httpx

    from genesys_purge.genesys.transport import BoundedTransport

    # It logs each URL, and a query string may name a data subject.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return httpx.Client(transport=BoundedTransport(), follow_redirects=False)


@cache
def circuit(organisation: str) -> Circuit:
    """The breaker of one organisation: a failing one does not pause the others."""
    from genesys_purge.genesys.circuit import SharedCircuit

    name = f"genesys-{organisation}" if organisation else "genesys"
    return SharedCircuit(name, circuits(), adapters.settings().circuit_recovery_seconds)


@cache
def circuits() -> CircuitBreakerDynamoDBPersistence:
    """The state of every circuit, shared by all processes."""
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
        CircuitBreakerDynamoDBPersistence,
    )

    table = adapters.settings().tables.circuit
    return CircuitBreakerDynamoDBPersistence(table, boto3_client=adapters.aws("dynamodb"))
