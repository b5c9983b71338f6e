"""CertifyRun: a message of the queue issues the certificate of its run."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from genesys_purge.errors import TryLater

from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench


def message(run_id: str) -> dict[str, Any]:
    body = {"body": f'{{"runId": "{run_id}"}}', "messageId": "m-1", "receiptHandle": "r-1"}
    attributes = {"ApproximateReceiveCount": "1"}
    return {"Records": [{**body, "eventSource": "aws:sqs", "attributes": attributes}]}


def test_run_of_the_message_is_certified(bench: Workbench, invoke: Invoke) -> None:
    assert invoke("CertifyRun", message("run-7")) == {"batchItemFailures": []}
    assert bench.certified == ["run-7"]


def test_run_that_cannot_be_certified_now_is_handed_out_again(
    bench: Workbench, invoke: Invoke
) -> None:
    with patch.object(Workbench, "certify_run", side_effect=TryLater("busy")):
        answer = invoke("CertifyRun", message("run-7"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert bench.certified == []
