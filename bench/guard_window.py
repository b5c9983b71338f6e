"""How long a deleting call takes from the guard's first read to the last byte of its request."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import httpx
from genesys_purge.calling.deleting import Deleting
from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.permit import LIFETIME, Permit
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.genesys.oauth import Credentials, Tokens
from genesys_purge.genesys.transport import BoundedTransport
from genesys_purge.methods.documented.conversation_archive import SUBMIT
from genesys_purge.model.retention import Policy
from genesys_purge.model.seal_health import SealHealth
from genesys_purge.operation import DeletingCall
from genesys_purge.store.seal_health import DynamoSealHealth
from genesys_purge.wiring import adapters, guarding

import tests.conftest  # noqa: F401  the import sets credentials without access
from simulator import Corpus, Simulator, SimulatorServer, SimulatorSettings
from tests import builders, template, wiring_caches
from tests.mocked_aws import client, mocked_aws
from tests.unit.workbench import entries_of

CALLS, IDS = 200, 1_000
WITHOUT_LIMITS = SimulatorSettings(requests_per_second=None, max_concurrent_jobs=None)
LAST_BYTE = "http11.send_request_body.complete"


class Timed(GenesysClient):
    """Notes the seconds between the permit's checks and the last byte of each request."""

    windows: list[float]

    def _under(self, permit: Permit) -> dict[str, Any]:
        check = super()._under(permit)["trace"]

        def trace(event: str, info: Mapping[str, Any]) -> None:
            check(event, info)
            if event == LAST_BYTE:
                self.windows.append((adapters.now() - permit.checked_at).total_seconds())

        return {"trace": trace}


def measure() -> list[float]:
    """The windows of calls with 1,000 ids each, over real sockets and simulated tables."""
    with (
        patch.dict("os.environ", template.environment()),
        mocked_aws("HoldsTable", "StopsTable", "SettingsTable", "SealsTable"),
        SimulatorServer(Simulator(Corpus([]), WITHOUT_LIMITS)) as url,
    ):
        for name, value in template.operators_parameters().items():
            client("ssm").put_parameter(Name=name, Value=value, Type="String")
        wiring_caches.forget()
        guard = Guard(*guarding.checks())
        health = DynamoSealHealth("SealsTable", adapters.ledger())
        health.put(SealHealth(checked_at=adapters.now()))
        genesys = _client(url)
        for number in range(CALLS):
            _send(genesys, guard, number)
        wiring_caches.forget()
    return genesys.windows


def print_guard_window() -> bool:
    """Print the windows; returns whether each is within the lifetime of a permit."""
    windows, most = measure(), LIFETIME.total_seconds()
    print(f"From the guard's first read to the last byte sent, {len(windows)} calls of {IDS} ids")
    print(f"median         {statistics.median(windows) * 1e3:6.1f} ms")
    print(f"longest        {max(windows) * 1e3:6.1f} ms  (bound {most * 1e3:.0f} ms)\n")
    return max(windows) <= most


def _client(url: str) -> Timed:
    settings = WITHOUT_LIMITS.clients[0]

    def credentials(*, fresh: bool) -> Credentials:  # noqa: ARG001  the port's signature
        return Credentials(settings.client_id, settings.client_secret)

    http = BoundedHttp(httpx.Client(transport=BoundedTransport()))
    tokens = Tokens(http, url, credentials, adapters.now)
    genesys = Timed(http, url, tokens, lambda send: send(), adapters.now, lambda: None)
    genesys.windows = []
    return genesys


def _send(genesys: Timed, guard: Guard, number: int) -> None:
    entries = entries_of(IDS)
    deletion = Deletion(
        run_id="bench",
        batch=number,
        attempt=1,
        entries=entries,
        candidates=frozenset(range(IDS)),
        planned=IDS,
        before=IDS,
        policy_of=lambda *_: Policy(minimum_days=1, basis="bench"),
    )
    body = {"conversationIds": [each.id for each in entries], "permanentDelete": True}
    call = DeletingCall(SUBMIT, lambda _: body, result=lambda answer: str(answer.get("jobId")))
    intent = builders.batch(attempt=builders.intended(at=datetime.now(UTC)))
    Deleting(lambda: intent, lambda _: guard.permit(deletion)).send(call, genesys)
