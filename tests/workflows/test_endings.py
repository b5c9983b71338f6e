"""The end of a run as its execution shows it, and the data that no execution contains."""

from __future__ import annotations

import json

import pytest

from simulator import Fault, FaultKind
from tests.clock import NOON
from tests.workflows.run_checks import action_counts
from tests.workflows.shared_application import METHODS, SharedApplication

REASON = "Jane Doe asked us to forget her"
MESSAGE_FIELDS = {
    *("runId", "batch", "next", "waitSeconds", "attempt", "waitedSeconds"),
    *("batches", "concurrency", "proceed", "outcome", "succeeded", "error", "cause"),
}


def test_execution_succeeds_with_its_run(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()

    runs = [
        app.run(group.request("interaction_purge", dryRun=True)),
        app.run(group.request("interaction_purge")),
        app.run(group.request("interaction_purge", requestId="again")),
    ]

    assert [run["outcome"] for run in runs] == ["dry_run", "completed", "nothing_to_purge"]
    for run in runs:
        ended = app.execution(run["runId"])
        assert (ended.status, ended.output) == (
            "SUCCEEDED",
            {"runId": run["runId"], "outcome": run["outcome"], "succeeded": True},
        )


def test_execution_fails_with_its_run(scene: SharedApplication) -> None:
    app, group, other = scene.app, scene.group(), scene.group()

    rejected = app.run(group.request("data_deletion", maxRecords=1))
    app.simulator.faults.add(Fault(FaultKind.JOB_FAILS))
    partly = app.run(group.request("data_deletion"))
    app.simulator.faults.add(Fault(FaultKind.JOB_FAILS, times=2))
    wholly = app.run(other.request("data_deletion"))

    for run, outcome in (
        (rejected, "rejected"),
        (partly, "completed_with_failures"),
        (wholly, "failed"),
    ):
        ended = app.execution(run["runId"])
        assert (run["outcome"], ended.status, ended.error) == (outcome, "FAILED", "PurgeRunFailed")
        assert ended.cause == f"The run ended as {outcome}; see its audit for the reason."


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, "S3 answered NoSuchKey for the key"),
        (b'group-1\nx" OR conversationId IN ("\n', "conversationIdsFrom.1"),
        (b"group-1\ngroup-2\ngroup-1\n", "conversationIdsFrom.2"),
        (b'["group-1", 7]', "must contain only strings"),
        (b'["group-1"', "starts with [ but is not a JSON array"),
        (b"group-\xff", "must be UTF-8 text"),
    ],
)
def test_unusable_list_of_ids_rejects_the_run_and_names_the_field(
    scene: SharedApplication, body: bytes | None, error: str
) -> None:
    app, group = scene.app, scene.group()
    key = f"{group.number}.txt"
    if body is not None:
        app.put_object(key, body)
    since = len(app.simulator.requests)

    run = app.run(group.request("conversation_archive", conversationIdsFrom=f"s3://ids/{key}"))

    assert (run["outcome"], run["batches"]) == ("rejected", [])
    assert run["detail"].startswith("InvalidRequest: conversationIdsFrom")
    assert error in run["detail"]
    assert action_counts(app, run) == {"run_submitted": 1, "run_rejected": 1}
    assert app.simulator.requests[since:] == []


def test_archived_list_of_ids_rejects_the_run_with_the_code_of_s3(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    url = app.put_object("glacier.txt", b"group-1", StorageClass="GLACIER")

    run = app.run(group.request("conversation_archive", conversationIdsFrom=url))

    assert (run["outcome"], run["batches"]) == ("rejected", [])
    answered = "S3 answered InvalidObjectState for the key 'glacier.txt' in the bucket ids"
    assert answered in run["detail"]


@pytest.mark.parametrize("method", METHODS)
def test_execution_contains_no_id_reason_or_filter(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.JOB_FAILS))

    run = app.run(group.request(method, reason=REASON, requestedBy="jane.doe@example.com"))

    payloads = [payload for _, payload in app.execution(run["runId"]).invocations]
    text = json.dumps(payloads)
    assert {key for payload in payloads for key in payload} <= MESSAGE_FIELDS
    assert not any(each in text for each in (*group.ids, REASON, "jane.doe", str(NOON.year - 1)))
    assert all(len(json.dumps(payload)) < 1_000 for payload in payloads)
