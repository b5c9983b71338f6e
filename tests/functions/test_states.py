"""The functions of the state machine: messages in, messages out, errors by class."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.errors import (
    InvalidRequest,
    JobLost,
    LimitExceeded,
    NotAtGenesys,
    NotFound,
    RefusedByGenesys,
    Unexpected,
)
from genesys_purge.methods.documented import data_deletion
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, STATUS, SUBMIT
from genesys_purge.methods.recording_job import two_step
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.model.batch import BatchState
from genesys_purge.model.holds import Hold
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.unit.purging.recording_batch import READY
from tests.unit.purging.recording_batch import entries as recording_entries
from tests.unit.workbench import Workbench

RUN = {"runId": "run-1"}
STEP = {"runId": "run-1", "batch": 0}
OLD = builders.days_ago(400).isoformat()


def hold_on(date_range: dict[str, str]) -> Hold:
    fields = {"holdId": "case-1", "reason": "litigation", "placedBy": "legal", "placedAt": OLD}
    return Hold.parse(fields | {"dateRange": date_range})


def everything(_: Any) -> dict[str, Any]:
    ids = builders.conversation_ids(10)
    return {"data": [{"conversationId": each, "conversationEnd": OLD} for each in ids]}


def test_run_messages_survive_json_between_functions(bench: Workbench, invoke: Invoke) -> None:
    bench.stored()
    bench.genesys.on(LOOK_UP, everything, {"data": []})
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    bench.genesys.on(STATUS, {"state": "completed", "recordsProcessed": 10})

    def through(function: str, message: Any) -> Any:
        """The function's answer after a round trip through JSON."""
        return json.loads(json.dumps(invoke(function, message)))

    validated = through("ValidatePurge", RUN)
    plan = through("PlanPurge", validated)
    counts = {"batches": 1, "first": 0, "concurrency": 5, "proceed": True, "awaitsApproval": False}
    assert plan == {"runId": "run-1", "planned": True, "waitSeconds": 0, **counts}
    step = through("SubmitBatch", STEP)
    assert (step["next"], step["waitSeconds"]) == ("poll", 5)
    step = through("PollBatch", step)
    assert step["next"] == "verify"
    step = through("VerifyBatch", step)
    assert step["next"] == "done"
    result = through("CompletePurge", {"runId": "run-1"})
    assert result == {"runId": "run-1", "outcome": "completed", "succeeded": True}


MICROSECONDS = {"start": "2025-01-01T00:00:00.000400Z", "end": "2025-01-01T00:00:01.000700Z"}
MILLISECONDS = {"start": "2025-01-01T00:00:00.001Z", "end": "2025-01-01T00:00:01Z"}


def test_counted_and_sent_window_is_the_whole_milliseconds_of_the_request(
    bench: Workbench, invoke: Invoke
) -> None:
    bench.stored(builders.data_deletion(dateRange=MICROSECONDS))
    bench.genesys.on(data_deletion.COUNT, {"results": [{"count": 3}]})
    bench.genesys.on(data_deletion.SUBMIT, {"id": "job-1"})
    invoke("PlanPurge", RUN)
    # One hold ends where the rounded window starts, the other starts where it ends.
    bench.holds.placed = [
        hold_on({"start": "2024-12-31T00:00:00Z", "end": MILLISECONDS["start"]}),
        hold_on({"start": MILLISECONDS["end"], "end": "2025-01-02T00:00:00Z"}),
    ]
    invoke("SubmitBatch", STEP)
    ranges = [call.body["filter"]["dateRange"] for call in bench.genesys.calls]
    assert ranges == [MILLISECONDS] * 3


EXPORTED = {"fileState": "AVAILABLE", "exportedDate": "2026-11-21T12:00:00Z"}


def recording_batch(bench: Workbench, state: BatchState, **request: Any) -> dict[str, Any]:
    """The message of a batch of three conversations, one of them without recordings."""
    slices = (Slice(start=0, stop=3),)
    batch = builders.batch(state=state, planned=3, pending=slices, job_id="job-2")
    known = {"began_at": NOON, "first_intent_at": NOON, "submitted_at": NOON}
    step = bench.planned(
        batch.model_copy(update=known),
        request=builders.recording_job(**request),
        entries=recording_entries(3),
    )
    bench.genesys.on(METADATA, {"entities": [EXPORTED]}, NotAtGenesys("404"), {"entities": []})
    return step.to_json()


def test_deletion_after_an_export_does_not_wait_for_missing_recordings(
    bench: Workbench, invoke: Invoke
) -> None:
    message = recording_batch(bench, BatchState.READY, exportIntegrationId="bucket-1")
    bench.genesys.on(two_step.STATUS, READY)
    bench.genesys.on(ASK, {"entities": []})
    bench.genesys.on(two_step.EXECUTE, {})
    assert invoke("SubmitBatch", message)["next"] == "poll"
    assert bench.facts == ["batch_confirmed"]


def test_conversation_without_recordings_is_verified(bench: Workbench, invoke: Invoke) -> None:
    message = recording_batch(bench, BatchState.COMPLETED)
    done = {"state": "FULFILLED", "totalProcessedRecordings": 4, "totalFailedRecordings": 0}
    bench.genesys.on(two_step.STATUS, done)
    bench.genesys.on(METADATA, NotAtGenesys("404"))
    assert invoke("VerifyBatch", message | {"next": "verify"})["next"] == "done"
    assert (bench.batch.verified, bench.batch.is_verified) == (3, True)


def test_new_job_that_genesys_does_not_know_yet_is_polled_again(
    bench: Workbench, invoke: Invoke
) -> None:
    fields = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON}
    step = bench.planned(builders.batch(**fields)).to_json() | {"next": "poll"}
    bench.genesys.on(STATUS, JobLost("404"))
    step = invoke("PollBatch", step)
    assert (step["next"], step["waitSeconds"], bench.facts) == ("poll", 5, [])
    bench.clock.wait(120)
    assert invoke("PollBatch", step)["next"] == "done"
    assert bench.fact("batch_failed")["detail"].startswith("the job is lost")


def test_job_refused_for_an_unknown_conflict_is_submitted_again(
    bench: Workbench, invoke: Invoke
) -> None:
    message = recording_batch(bench, BatchState.PLANNED)
    bench.genesys.on(two_step.LIST, {"entities": []})
    bench.genesys.on(two_step.CREATE, RefusedByGenesys("409", status=409), {"id": "job-3"})
    step = invoke("SubmitBatch", message)
    assert (step["next"], bench.batch.conflicts) == ("submit", 1)
    assert invoke("SubmitBatch", step)["next"] == "poll"
    assert (bench.batch.job_id, bench.batch.conflicts) == ("job-3", 0)


def test_failed_batch_is_stored_as_failed(bench: Workbench, invoke: Invoke) -> None:
    bench.planned()
    failure = STEP | {"error": "GenesysUnavailable", "cause": '{"errorMessage": "503"}'}
    assert invoke("FailBatch", failure)["next"] == "done"
    assert bench.batch.state is BatchState.FAILED


def test_run_with_an_invalid_request_is_stored_as_rejected(
    bench: Workbench, invoke: Invoke
) -> None:
    bench.stored()
    failure = RUN | {"error": "InvalidRequest", "cause": '{"errorMessage": "x"}'}
    assert invoke("FailPurge", failure) == {
        "runId": "run-1",
        "outcome": "rejected",
        "succeeded": False,
    }


def test_plan_purge_raises_errors_by_their_class(bench: Workbench, invoke: Invoke) -> None:
    with pytest.raises(NotFound):
        invoke("PlanPurge", RUN)
    bench.stored(builders.conversation_archive(maxRecords=1))
    bench.genesys.on(LOOK_UP, everything)
    with pytest.raises(LimitExceeded):
        invoke("PlanPurge", RUN)


TASKS = [
    "PlanPurge",
    "SubmitBatch",
    "PollBatch",
    "VerifyBatch",
    "FailBatch",
    "CompletePurge",
    "FailPurge",
]


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("function", TASKS)
@pytest.mark.parametrize(
    "message", [None, [], {}, {"runId": 5}, STEP | {"secret": "hush"}, {"runId": "\ud800"}]
)
def test_invalid_message_raises_unexpected_without_its_content(
    invoke: Invoke, function: str, message: object
) -> None:
    with pytest.raises(Unexpected) as failed:
        invoke(function, message)
    assert failed.value.message == "unexpected error; see the log of request request-1"


@pytest.mark.usefixtures("bench")
def test_validate_purge_accepts_a_request_without_a_run(invoke: Invoke) -> None:
    answer = invoke("ValidatePurge", builders.interaction_purge())
    assert answer["dateRange"] == {
        "start": "2025-10-21T12:00:00Z",
        "end": "2025-11-20T12:00:00Z",
    }
    with pytest.raises(InvalidRequest, match="purgeType"):
        invoke("ValidatePurge", builders.interaction_purge(purgeType="hard"))
