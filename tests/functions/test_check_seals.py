"""CheckSeals: what its schedule invokes, over the real adapters and a local key."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.seal_health import SealHealth
from genesys_purge.store import signing_key
from genesys_purge.store.seal_health import LastSealHealth
from genesys_purge.wiring import adapters, sealing

from tests import builders, template, wiring_caches
from tests.functions.conftest import Invoke
from tests.mocked_aws import client, mocked_aws
from tests.signers import LocalSigner

EVENT = {"scheduledTime": "2026-11-21T12:00:00Z"}
AN_HOUR_AGO = adapters.now() - timedelta(hours=1)


@pytest.fixture(autouse=True)
def deployed() -> Iterator[None]:
    environment = template.environment() | {"EVIDENCE_BUCKET": "evidence"}
    with (
        mocked_aws("RunsTable", "AuditTable", "SealsTable"),
        patch.dict("os.environ", environment),
        patch.object(signing_key, "KmsSigner", LocalSigner),
    ):
        client("s3").create_bucket(Bucket="evidence")
        wiring_caches.forget()
        run = builders.run(submitted_at=AN_HOUR_AGO)
        adapters.runs().create(run, record(Action.RUN_SUBMITTED))
        yield
        wiring_caches.forget()


def record(action: Action) -> AuditRecord:
    return AuditRecord(run_id="run-1", at=AN_HOUR_AGO, actor="tests", action=action)


def health() -> SealHealth:
    found = LastSealHealth(client("dynamodb"), "SealsTable")()
    assert found is not None
    return found


def metrics(log: str) -> list[float]:
    """The values of the metric, in seconds."""
    lines = map(json.loads, log.splitlines())
    return [each["SealAge"][0] for each in lines if "SealAge" in each]


def is_recent(at: datetime) -> bool:
    return timedelta() <= adapters.now() - at < timedelta(minutes=1)


def test_records_without_a_stream_are_sealed_by_the_schedule(
    invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke("CheckSeals", EVENT) is None
    assert sealing.seals().run("run-1").tree.size == 1
    assert (health().oldest_unsealed_at, is_recent(health().checked_at)) == (None, True)
    before, after = metrics(capsys.readouterr().out)
    assert (before > 3_599, after) == (True, 0)


def test_free_number_of_the_audit_is_filled_and_sealed(invoke: Invoke) -> None:
    invoke("CheckSeals", EVENT)
    late = record(Action.BATCH_COMPLETED).model_copy(update={"sequence": 3})
    assert adapters.ledger().record_once(late)
    invoke("CheckSeals", EVENT)
    assert (sealing.seals().run("run-1").tree.size, health().oldest_unsealed_at) == (3, None)


def test_key_that_fails_is_logged_and_the_age_is_stored(invoke: Invoke, log: io.StringIO) -> None:
    def fail(*_: Any) -> NoReturn:
        raise ConnectionError("KMS is down")

    with patch.object(LocalSigner, "sign", fail):
        assert invoke("CheckSeals", EVENT) is None
    assert (health().oldest_unsealed_at, is_recent(health().checked_at)) == (AN_HOUR_AGO, True)
    names = [json.loads(each).get("exception_name") for each in log.getvalue().splitlines()]
    assert "ConnectionError" in names
