"""Fixtures for each port of the store: the in-memory twin, and the adapter on a mocked AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from genesys_purge.ports import AuditLog, Runs
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.runs import DynamoRuns

from tests.clock import Clock, powertools_by
from tests.fakes import MemoryAuditLog, MemoryRuns
from tests.mocked_aws import client, direct_calls, mocked_aws, pause, plans


class Tables(NamedTuple):
    """The runs and the audit log."""

    runs: Runs
    audit: AuditLog


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock of Powertools' caches."""
    clock = Clock()
    with powertools_by(clock):
        yield clock


@pytest.fixture
def aws() -> Iterator[None]:
    tables = (
        "RunsTable",
        "AuditTable",
        "HoldsTable",
        "HeldIdsTable",
        "HeldTimesTable",
        "MirrorsTable",
        "StopsTable",
    )
    with mocked_aws(*tables), direct_calls():
        yield


@pytest.fixture(params=["twin", "dynamodb"])
def tables(request: pytest.FixtureRequest) -> Tables:
    if request.param == "twin":
        audit = MemoryAuditLog()
        return Tables(MemoryRuns(audit), audit)
    request.getfixturevalue("aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    return Tables(DynamoRuns(client("dynamodb"), "RunsTable", ledger, plans()), ledger)
