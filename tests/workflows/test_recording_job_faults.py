"""Recording jobs under faults: nothing is deleted twice, too much, or reported too early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
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
from tests.workflows.interruptions import killed_at, once_after, once_at
from tests.workflows.recorded_calls import CallGroup, RecordedCalls, recorded_calls
from tests.workflows.run_checks import action_counts, outcome_counts, statuses

KEPT = (FileState.AVAILABLE, FileState.ARCHIVED)
FULFILLED, CANCELLED = RecordingJobState.FULFILLED, RecordingJobState.CANCELLED
CREATE, EXECUTE = Operation.CREATE_RECORDING_JOB, Operation.EXECUTE_RECORDING_JOB
CALLED_BY_A_RUN = (
    Operation.QUERY_CONVERSATION_DETAILS,
    Operation.QUERY_DELETION_PROTECTION,
    Operation.LIST_RECORDING_JOBS,
    CREATE,
    Operation.READ_RECORDING_JOB,
    EXECUTE,
    Operation.READ_RECORDING_METADATA,
)


@pytest.fixture(scope="module")
def recorded() -> Iterator[RecordedCalls]:
    with recorded_calls(groups=22) as calls:
        yield calls


def states(*groups: CallGroup) -> list[RecordingJobState | None]:
    return [job.state for group in groups for job in group.jobs()]


def assert_deleted_once(run: dict[str, Any], *groups: CallGroup, batches: int = 2) -> None:
    """Each batch had one fulfilled job, which deleted every recording of its calls."""
    recordings = [each for group in groups for each in group.recordings()]
    assert (run["outcome"], statuses(run)) == ("completed", ["completed"] * batches)
    assert states(*groups) == [FULFILLED] * batches
    assert {each.file_state for each in recordings} == {FileState.DELETED}
    assert run["totals"]["deleted"] == len(recordings)
    assert groups[0].app.simulator.submitted_twice() == []


def test_job_of_an_unanswered_creation_is_adopted(recorded: RecordedCalls) -> None:
    group = recorded.group()
    unanswered = (FaultKind.DROP_AFTER, FaultKind.MALFORMED_AFTER)
    group.app.simulator.faults.add(*(Fault(kind, CREATE) for kind in unanswered))

    run = group.app.run(group.request())

    assert action_counts(group.app, run)["batch_reconciled"] == 2
    assert_deleted_once(run, group)


def test_job_that_was_not_created_is_created_again(recorded: RecordedCalls) -> None:
    group = recorded.group()
    not_executed = (FaultKind.DROP_BEFORE, FaultKind.GATEWAY_TIMEOUT)
    group.app.simulator.faults.add(*(Fault(kind, CREATE) for kind in not_executed))

    run = group.app.run(group.request())

    details = details_of(group, run, "batch_reconciled")
    assert ["Genesys lists no job for it" in each for each in details] == [True, True]
    assert_deleted_once(run, group)


def details_of(group: CallGroup, run: dict[str, Any], action: str) -> list[str]:
    return [each["detail"] for each in group.app.audit(run["runId"]) if each["action"] == action]


@pytest.mark.parametrize(("kind", "times"), [(FaultKind.DROP_AFTER, 1), (FaultKind.DROP_BEFORE, 2)])
def test_unanswered_confirmation_is_repeated_only_if_the_job_still_waits(
    recorded: RecordedCalls, kind: FaultKind, times: int
) -> None:
    group = recorded.group()
    group.app.simulator.faults.add(Fault(kind, EXECUTE))
    since = len(group.app.simulator.requests)

    run = group.app.run(group.first_batch())

    requests = group.app.simulator.requests[since:]
    assert sum(each.operation is EXECUTE for each in requests) == times
    assert action_counts(group.app, run)["batch_reconciled"] == 1
    assert states(group) == [FULFILLED]
    assert group.ids_with(FileState.DELETED) == set(group.ids[:5])


def test_rate_limited_calls_only_delay_a_run(recorded: RecordedCalls) -> None:
    group = recorded.group()
    group.app.simulator.faults.add(
        *(
            Fault(FaultKind.RATE_LIMITED, operation, times=3, retry_after=9)
            for operation in CALLED_BY_A_RUN
        )
    )

    run = group.app.run(group.request())

    assert_deleted_once(run, group)


def test_job_with_more_conversations_than_the_plan_is_cancelled(recorded: RecordedCalls) -> None:
    group = recorded.group()

    with patch.object(Selection, "conversations", PropertyMock(return_value=6)):
        run = group.app.run(group.first_batch())

    assert (run["outcome"], statuses(run)) == ("failed", ["failed"])
    assert "6 conversations, but the plan has 5" in run["batches"][0]["detail"]
    assert states(group) == [CANCELLED]
    assert group.recordings(FileState.DELETED) == []


def test_conversations_protected_after_the_plan_are_in_no_confirmed_job(
    recorded: RecordedCalls,
) -> None:
    group = recorded.group()
    protect = group.app.simulator.corpus.place_hold

    with once_after("plan_purge", lambda: protect(group.ids[:2])):
        run = group.app.run(group.first_batch())

    assert states(group) == [CANCELLED, FULFILLED]
    assert group.jobs()[0].executed_at is None
    assert group.ids_with(*KEPT) == {*group.ids[:2], *group.ids[5:]}
    assert run["outcome"] == "completed"
    assert run["totals"]["skipped"] == {"protected": 2}
    assert run["totals"]["targeted"] == 3


def test_batch_of_protected_conversations_deletes_nothing(recorded: RecordedCalls) -> None:
    group = recorded.group()
    protect = group.app.simulator.corpus.place_hold

    with once_after("plan_purge", lambda: protect(group.ids)):
        run = group.app.run(group.first_batch())

    assert states(group) == [CANCELLED]
    assert group.recordings(FileState.DELETED) == []
    assert run["totals"]["skipped"] == {"protected": 5}
    assert run["totals"]["targeted"] == 0


def test_legal_hold_on_a_waiting_job_excludes_the_conversation(recorded: RecordedCalls) -> None:
    group = recorded.group()

    def hold() -> None:
        group.app.put_hold(
            holdId="late",
            reason="litigation",
            placedBy="legal",
            placedAt=group.app.clock().isoformat(),
            conversationIds=[group.ids[0]],
        )

    with once_after("poll_batch", hold):
        run = group.app.run(group.first_batch())

    assert states(group) == [CANCELLED, FULFILLED]
    assert group.ids_with(FileState.DELETED) == set(group.ids[1:5])
    assert run["totals"]["skipped"] == {"protected": 1}


def test_purging_switch_cancels_a_waiting_job(recorded: RecordedCalls) -> None:
    group = recorded.group()
    switch = group.app.set_switch

    with once_after("poll_batch", lambda: switch("off")):
        run = group.app.run(group.first_batch())
    switch("on")

    assert statuses(run) == ["failed"]
    assert "PurgingSwitchedOff" in run["batches"][0]["detail"]
    assert "is cancelled" in run["batches"][0]["detail"]
    assert states(group) == [CANCELLED]
    assert outcome_counts(group.app.records(run["runId"])) == {"failed": 5}


def confirmed(batch: Batch) -> bool:
    return batch.state is BatchState.SUBMITTED and batch.attempt.number == 2


def test_run_with_failed_recordings_is_not_completed(recorded: RecordedCalls) -> None:
    group = recorded.group()

    def protect(store: Callable[[], Any]) -> None:
        store()
        group.app.simulator.corpus.place_hold(group.ids[:1])

    with once_at("advance", confirmed, protect):
        run = group.app.run(group.first_batch())

    kept = [each for each in group.recordings(*KEPT) if each.conversation_id in group.ids[:5]]
    assert run["outcome"] == "completed_with_failures"
    assert f"{len(kept)} failed, in {group.ids[0]}" in run["batches"][0]["detail"]
    assert run["totals"]["deleted"] == len(group.recordings(FileState.DELETED))
    assert run["totals"]["verified"] == 4
    assert outcome_counts(group.app.records(run["runId"])) == {"unverified": 5}


def test_jobs_that_fail_or_are_cancelled_end_their_batches_so(recorded: RecordedCalls) -> None:
    group = recorded.group()
    endings = (FaultKind.JOB_FAILS, FaultKind.JOB_CANCELLED)
    group.app.simulator.faults.add(*(Fault(kind, job_progress=0.5) for kind in endings))

    run = group.app.run(group.request())

    assert (run["outcome"], sorted(statuses(run))) == ("failed", ["cancelled", "failed"])
    assert outcome_counts(group.app.records(run["runId"])) == {"unknown": 10}
    assert run["totals"]["deleted"] == len(group.recordings(FileState.DELETED))


def is_in(state: BatchState) -> Callable[[Batch], bool]:
    return lambda batch: batch.state is state


# The writes at which a worker may die, each with its method of the store.
WRITES: list[tuple[str, Callable[[Batch], bool]]] = [
    ("intend", is_in(BatchState.SUBMITTING)),
    ("advance", is_in(BatchState.SUBMITTED)),
    ("advance", is_in(BatchState.READY)),
    ("intend", is_in(BatchState.CONFIRMING)),
    ("advance", confirmed),
    ("advance", is_in(BatchState.COMPLETED)),
]


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
def test_run_survives_the_death_of_a_worker_at_any_write(
    recorded: RecordedCalls, *, stored: bool
) -> None:
    """Six batches, each with a worker that dies before or after another write."""
    groups = [recorded.group() for _ in range(3)]
    ids = [each for group in groups for each in group.ids]

    with ExitStack() as stack:
        victims = [
            stack.enter_context(killed_at(write, batch_at(number, when), stored=stored))
            for number, (write, when) in enumerate(WRITES)
        ]
        run = recorded.app.run(groups[0].request(conversationIds=ids))

    assert [len(each) for each in victims] == [1] * len(WRITES)
    assert_deleted_once(run, *groups, batches=len(WRITES))


def batch_at(number: int, when: Callable[[Batch], bool]) -> Callable[[Batch], bool]:
    return lambda batch: batch.number == number and when(batch)


def test_run_waits_for_the_jobs_of_other_clients(recorded: RecordedCalls) -> None:
    group = recorded.group()
    theirs = [job_of_another_client(group.app), job_of_another_client(group.app)]

    def cancel() -> None:
        another_client(group.app).delete(f"/api/v2/recording/jobs/{theirs[0]}")

    with once_after("submit_batch", cancel):
        run = group.app.run(group.first_batch())
    another_client(group.app).delete(f"/api/v2/recording/jobs/{theirs[1]}")

    assert run["outcome"] == "completed"
    assert states(group) == [FULFILLED]


def another_client(app: Application) -> httpx.Client:
    """Another client of the same organisation."""
    http = httpx.Client(transport=app.simulator.transport(), base_url="https://genesys.test")
    answer = http.post(
        "/oauth/token",
        auth=("simulator", "simulator-secret"),
        data={"grant_type": "client_credentials"},
    )
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return http


def job_of_another_client(app: Application) -> str:
    """The id of a job without any of our recordings."""
    query = {"interval": "2001-01-01T00:00:00Z/2001-01-02T00:00:00Z"}
    body = {"action": "ARCHIVE", "actionDate": "2030-01-01T00:00:00Z", "conversationQuery": query}
    return str(another_client(app).post("/api/v2/recording/jobs", json=body).json()["id"])
