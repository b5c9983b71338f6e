"""Whatever happens to a recording job, nothing is deleted twice, too much, or claimed too soon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import PropertyMock, patch

import httpx
import pytest
from genesys_purge.model.batch import Batch, BatchState

from simulator import Fault, FaultKind, Operation
from simulator.live.recording_jobs.job import RecordingJobState
from simulator.live.recording_jobs.selection import Selection
from simulator.live.recordings.recording import FileState
from tests.application import Application
from tests.workflows.moments import killed_at, once_after, once_at
from tests.workflows.proof import facts, statuses
from tests.workflows.recording_slots import RecordingScene, RecordingSlot, recorded

KEPT = (FileState.AVAILABLE, FileState.ARCHIVED)


@pytest.fixture(scope="module")
def recording() -> Iterator[RecordingScene]:
    with recorded() as scene:
        yield scene


def first_batch(slot: RecordingSlot, **fields: Any) -> dict[str, Any]:
    """A request for five of the slot's conversations."""
    return slot.request(conversationIds=slot.ids[:5], **fields)


def states(slot: RecordingSlot) -> list[RecordingJobState | None]:
    return [job.state for job in slot.jobs()]


def executions(slot: RecordingSlot, since: int) -> int:
    """How often anybody asked for a job to be carried out."""
    requests = slot.app.simulator.requests[since:]
    return sum(each.operation is Operation.EXECUTE_RECORDING_JOB for each in requests)


def assert_all_deleted(slot: RecordingSlot, run: dict[str, Any]) -> None:
    gone = {each.conversation_id for each in slot.recordings(FileState.DELETED)}
    assert (run["outcome"], statuses(run)) == ("completed", ["completed"])
    assert gone == set(slot.ids[:5])
    assert run["totals"]["deleted"] == len(slot.recordings(FileState.DELETED))
    assert slot.app.simulator.submitted_twice() == []


@pytest.mark.parametrize(
    "kind", [FaultKind.DROP_AFTER, FaultKind.BAD_GATEWAY_AFTER, FaultKind.MALFORMED_AFTER]
)
def test_a_job_whose_creation_nobody_saw_answered_is_found_and_adopted(
    recording: RecordingScene, kind: FaultKind
) -> None:
    slot = recording.slot()
    slot.app.simulator.faults.add(Fault(kind, Operation.CREATE_RECORDING_JOB))

    run = slot.app.run(first_batch(slot))

    assert states(slot) == [RecordingJobState.FULFILLED]
    assert facts(slot.app, run)["batch_reconciled"] == 1
    assert_all_deleted(slot, run)


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.GATEWAY_TIMEOUT])
def test_a_job_that_was_not_created_is_created_again(
    recording: RecordingScene, kind: FaultKind
) -> None:
    slot = recording.slot()
    slot.app.simulator.faults.add(Fault(kind, Operation.CREATE_RECORDING_JOB))

    run = slot.app.run(first_batch(slot))

    assert states(slot) == [RecordingJobState.FULFILLED]
    assert "no job" in told(slot, run, "batch_reconciled")
    assert_all_deleted(slot, run)


def told(slot: RecordingSlot, run: dict[str, Any], action: str) -> str:
    (record,) = [each for each in slot.app.audit(run["runId"]) if each["action"] == action]
    return str(record["detail"])


@pytest.mark.parametrize(("kind", "times"), [(FaultKind.DROP_AFTER, 1), (FaultKind.DROP_BEFORE, 2)])
def test_the_jobs_state_tells_whether_it_was_executed(
    recording: RecordingScene, kind: FaultKind, times: int
) -> None:
    slot = recording.slot()
    slot.app.simulator.faults.add(Fault(kind, Operation.EXECUTE_RECORDING_JOB))
    since = len(slot.app.simulator.requests)

    run = slot.app.run(first_batch(slot))

    assert executions(slot, since) == times
    assert states(slot) == [RecordingJobState.FULFILLED]
    assert facts(slot.app, run)["batch_reconciled"] == 1
    assert_all_deleted(slot, run)


@pytest.mark.parametrize(
    "operation",
    [
        Operation.QUERY_CONVERSATION_DETAILS,
        Operation.QUERY_DELETION_PROTECTION,
        Operation.LIST_RECORDING_JOBS,
        Operation.CREATE_RECORDING_JOB,
        Operation.READ_RECORDING_JOB,
        Operation.EXECUTE_RECORDING_JOB,
        Operation.READ_RECORDING_METADATA,
    ],
)
def test_a_busy_genesys_only_takes_longer(recording: RecordingScene, operation: Operation) -> None:
    slot = recording.slot()
    slot.app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, operation, times=6, retry_after=9))

    run = slot.app.run(slot.request())

    assert (run["outcome"], statuses(run)) == ("completed", ["completed"] * 2)
    assert {each.file_state for each in slot.recordings()} == {FileState.DELETED}


def test_a_job_about_more_than_was_planned_is_cancelled(recording: RecordingScene) -> None:
    slot = recording.slot()

    with patch.object(Selection, "conversations", PropertyMock(return_value=6)):
        run = slot.app.run(first_batch(slot))

    assert (run["outcome"], statuses(run)) == ("failed", ["failed"])
    assert "6 conversations, but the plan has 5" in run["batches"][0]["detail"]
    assert states(slot) == [RecordingJobState.CANCELLED]
    assert slot.recordings(FileState.DELETED) == []


def test_what_is_protected_after_the_plan_is_never_in_a_job_that_is_executed(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()
    hold = slot.app.simulator.corpus.place_hold

    with once_after("plan_purge", lambda: hold(slot.ids[:2])):
        run = slot.app.run(first_batch(slot))

    kept = slot.recordings(*KEPT)
    assert states(slot) == [RecordingJobState.CANCELLED, RecordingJobState.FULFILLED]
    assert slot.jobs()[0].executed_at is None
    assert {each.conversation_id for each in kept} == {*slot.ids[:2], *slot.ids[5:]}
    assert run["outcome"] == "completed"
    assert run["totals"]["skipped"] == {"protected": 2}
    assert run["totals"]["targeted"] == 3


def test_a_batch_that_is_protected_as_a_whole_deletes_nothing(recording: RecordingScene) -> None:
    slot = recording.slot()
    hold = slot.app.simulator.corpus.place_hold

    with once_after("plan_purge", lambda: hold(slot.ids)):
        run = slot.app.run(first_batch(slot))

    assert states(slot) == [RecordingJobState.CANCELLED]
    assert slot.recordings(FileState.DELETED) == []
    assert run["totals"]["skipped"] == {"protected": 5}
    assert run["totals"]["targeted"] == 0


def test_our_own_hold_placed_while_a_job_waits_keeps_it_from_being_executed(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()

    def hold() -> None:
        slot.app.put_hold(
            holdId="late",
            reason="litigation",
            placedBy="legal",
            placedAt=slot.app.clock().isoformat(),
            conversationIds=[slot.ids[0]],
        )

    with once_after("poll_batch", hold):
        run = slot.app.run(first_batch(slot))

    assert states(slot) == [RecordingJobState.CANCELLED, RecordingJobState.FULFILLED]
    assert not {slot.ids[0]} & {e.conversation_id for e in slot.recordings(FileState.DELETED)}
    assert run["totals"]["skipped"] == {"protected": 1}


def test_the_switch_stops_a_job_that_waits(recording: RecordingScene) -> None:
    slot = recording.slot()
    switch = slot.app.set_parameter

    with once_after("poll_batch", lambda: switch("PurgingSwitchParameter", "off")):
        run = slot.app.run(first_batch(slot))
    switch("PurgingSwitchParameter", "on")

    assert statuses(run) == ["failed"]
    assert "PurgingSwitchedOff" in run["batches"][0]["detail"]
    assert "is cancelled" in run["batches"][0]["detail"]
    assert states(slot) == [RecordingJobState.CANCELLED]


def test_failed_recordings_are_told_and_the_run_is_not_completed(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()

    def hold(store: Callable[[], Any]) -> None:
        store()
        slot.app.simulator.corpus.place_hold(slot.ids[:1])

    with once_at("advance", executed, hold):
        run = slot.app.run(first_batch(slot))

    kept = [each for each in slot.recordings(*KEPT) if each.conversation_id in slot.ids[:5]]
    assert run["outcome"] == "completed_with_failures"
    assert f"{len(kept)} failed, of {slot.ids[0]}" in run["batches"][0]["detail"]
    assert run["totals"]["deleted"] == len(slot.recordings(FileState.DELETED))
    assert run["totals"]["verified"] == 4


def executed(batch: Batch) -> bool:
    return batch.state is BatchState.SUBMITTED and batch.attempt.number == 2


@pytest.mark.parametrize("kind", [FaultKind.JOB_FAILS, FaultKind.JOB_CANCELLED])
def test_a_job_that_ends_badly_is_a_failed_batch(
    recording: RecordingScene, kind: FaultKind
) -> None:
    slot = recording.slot()
    slot.app.simulator.faults.add(Fault(kind, job_progress=0.5))

    run = slot.app.run(first_batch(slot))

    assert (run["outcome"], statuses(run)) == ("failed", ["failed"])
    assert run["totals"]["deleted"] == len(slot.recordings(FileState.DELETED))


def state_is(state: BatchState) -> Callable[[Batch], bool]:
    return lambda batch: batch.state is state


MOMENTS = {
    "the first intent": ("intend", state_is(BatchState.SUBMITTING)),
    "the job id": ("advance", state_is(BatchState.SUBMITTED)),
    "the job being ready": ("advance", state_is(BatchState.READY)),
    "the second intent": ("intend", state_is(BatchState.CONFIRMING)),
    "the execution": ("advance", executed),
    "the end of the job": ("advance", state_is(BatchState.COMPLETED)),
}


@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_killed_at_a_write_costs_nothing_but_time(
    recording: RecordingScene, moment: str, *, stored: bool
) -> None:
    slot = recording.slot()
    write, when = MOMENTS[moment]

    with killed_at(write, when, stored=stored) as victims:
        run = slot.app.run(first_batch(slot))

    assert len(victims) == 1
    assert states(slot) == [RecordingJobState.FULFILLED]
    assert_all_deleted(slot, run)


def test_jobs_of_others_are_waited_for(recording: RecordingScene) -> None:
    slot = recording.slot()
    strangers = [stranger(slot.app), stranger(slot.app)]

    def cancel() -> None:
        client(slot.app).delete(f"/api/v2/recording/jobs/{strangers[0]}")

    with once_after("submit_batch", cancel):
        run = slot.app.run(first_batch(slot))
    client(slot.app).delete(f"/api/v2/recording/jobs/{strangers[1]}")

    assert_all_deleted(slot, run)


def client(app: Application) -> httpx.Client:
    """Another user of the same organisation."""
    http = httpx.Client(transport=app.simulator.transport(), base_url="https://genesys.test")
    given = http.post(
        "/oauth/token",
        auth=("simulator", "simulator-secret"),
        data={"grant_type": "client_credentials"},
    )
    http.headers["Authorization"] = f"Bearer {given.json()['access_token']}"
    return http


def stranger(app: Application) -> str:
    """The id of a job that exports nothing of ours."""
    query = {"interval": "2001-01-01T00:00:00Z/2001-01-02T00:00:00Z"}
    body = {"action": "ARCHIVE", "actionDate": "2030-01-01T00:00:00Z", "conversationQuery": query}
    return str(client(app).post("/api/v2/recording/jobs", json=body).json()["id"])
