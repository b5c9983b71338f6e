"""PollBatch: the effect of each answer on the batch and on the next wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.errors import (
    AuthenticationFailed,
    GenesysUnavailable,
    JobLost,
    PurgeError,
    RateLimited,
    StillWorking,
    UnreadableAnswer,
)
from genesys_purge.methods import METHODS
from genesys_purge.methods.documented import (
    conversation_archive,
    data_deletion,
    interaction_purge,
)
from genesys_purge.methods.gdpr_request import method as gdpr
from genesys_purge.methods.recording_job import two_step
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

STATUS = conversation_archive.STATUS
STATUSES = {
    "data_deletion": data_deletion.STATUS,
    "interaction_purge": interaction_purge.STATUS,
    "conversation_archive": STATUS,
    "recording_job": two_step.STATUS,
    "gdpr_request": gdpr.STATUS,
}


def submitted(**changes: Any) -> Batch:
    known: dict[str, Any] = {
        "state": BatchState.SUBMITTED,
        "job_id": "job-1",
        "submitted_at": NOON,
        "before": 10,
        "attempt": Attempt(number=1),
    }
    return builders.batch(**known | changes)


def polling(bench: Workbench, *batches: Batch, **request: Any) -> BatchStep:
    step = bench.planned(*(batches or (submitted(),)), **request)
    return step.model_copy(update={"next": Next.POLL, "waited_seconds": 5})


def interactions(bench: Workbench) -> BatchStep:
    batch = submitted(window=builders.window())
    return polling(bench, batch, request=builders.interaction_purge())


def test_completed_job_completes_its_batch_with_the_reported_count(bench: Workbench) -> None:
    step = polling(bench)
    bench.clock.wait(42.5)
    bench.genesys.on(STATUS, {"state": "COMPLETED", "recordsProcessed": 9})
    assert bench.poll_batch(step).next is Next.VERIFY
    batch = bench.batch
    assert (batch.state, batch.deleted, batch.verified) == (BatchState.COMPLETED, 9, None)
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 3,
        "at": (NOON + timedelta(seconds=42.5)).isoformat().replace("+00:00", "Z"),
        "actor": "tests",
        "action": "batch_completed",
        "batch": 0,
        "jobId": "job-1",
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 10,
        "deleted": 9,
        "latencySeconds": 42.5,
    }


def test_count_that_is_not_reported_is_not_recorded(bench: Workbench) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, {"state": "completed"})
    bench.poll_batch(step)
    assert bench.batch.deleted is None
    assert "deleted" not in bench.last_fact


def test_counts_of_the_parts_of_a_batch_add_up(bench: Workbench) -> None:
    pending = (Slice(start=0, stop=4), Slice(start=4, stop=10))
    step = polling(bench, submitted(pending=pending, deleted=3))
    bench.genesys.on(STATUS, {"state": "completed", "recordsProcessed": 4})
    assert bench.poll_batch(step).next is Next.SUBMIT
    batch = bench.batch
    assert (batch.state, batch.deleted, batch.job_id) == (BatchState.PLANNED, 7, None)
    assert batch.pending == pending[1:]
    assert (bench.last_fact["deleted"], bench.last_fact["jobId"]) == (4, "job-1")


def test_message_of_a_completed_job_is_audited(bench: Workbench) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, {"state": "completed", "message": "2 were archived elsewhere"})
    bench.poll_batch(step)
    assert bench.last_fact["detail"] == "2 were archived elsewhere"


@pytest.mark.parametrize("word", ["inProgress", "queued", "paused by moon phase"])
def test_running_job_is_polled_again(bench: Workbench, word: str) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, {"state": word})
    after = bench.poll_batch(step)
    assert (after.next, after.attempt, after.wait_seconds, after.waited_seconds) == (
        Next.POLL,
        1,
        10,
        15,
    )
    assert (bench.batch, bench.facts) == (submitted(), [])


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RateLimited("429", retry_after=75), 75),
        (RateLimited("429"), 20),
        (StillWorking("504"), 20),
        (GenesysUnavailable("503"), 20),
        (UnreadableAnswer("html"), 20),
    ],
)
def test_failed_poll_only_lengthens_the_wait(
    bench: Workbench, error: PurgeError, wait: int
) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, error)
    after = bench.poll_batch(step)
    assert (after.next, after.wait_seconds, bench.batch) == (Next.POLL, wait, submitted())


@pytest.mark.parametrize(
    ("before", "reported", "after"), [(None, 4, 4), (1, 4, 5), (1, None, 1), (None, None, None)]
)
def test_count_of_a_failed_job_is_added_to_earlier_deletions(
    bench: Workbench, before: int | None, reported: int | None, after: int | None
) -> None:
    step = polling(bench, submitted(deleted=before))
    bench.genesys.on(STATUS, {"state": "failed", "recordsProcessed": reported})
    bench.poll_batch(step)
    assert (bench.batch.deleted, bench.last_fact.get("deleted")) == (after, reported)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ({"state": "failed", "message": "index locked"}, "the job failed: index locked"),
        ({"state": "FAILED"}, "the job failed: Genesys gave no reason"),
    ],
)
def test_failed_job_fails_its_batch_and_keeps_its_count(
    bench: Workbench, answer: dict[str, Any], detail: str
) -> None:
    step = polling(bench, submitted(deleted=1))
    bench.genesys.on(STATUS, answer | {"recordsProcessed": 4})
    assert bench.poll_batch(step).next is Next.DONE
    batch = bench.batch
    assert (batch.state, batch.deleted, batch.detail) == (BatchState.FAILED, 5, detail)
    fact = bench.last_fact
    assert (fact["action"], fact["deleted"], fact["detail"]) == ("batch_failed", 4, detail)


@pytest.mark.parametrize(("purged", "unreported"), [(4, 0), (None, 10)])
def test_cancelled_job_cancels_its_batch_with_reason_and_count(
    bench: Workbench, purged: int | None, unreported: int
) -> None:
    step = interactions(bench)
    rows = [{"errorReason": "by an admin", "totalInteractionsPurged": purged}]
    bench.genesys.on(interaction_purge.STATUS, {"status": "cancelled", "interactions": rows})
    assert bench.poll_batch(step).next is Next.DONE
    batch, fact = bench.batch, bench.last_fact
    assert (batch.state, batch.deleted, batch.unreported) == ("cancelled", purged, unreported)
    assert (fact["action"], fact.get("deleted")) == ("batch_cancelled", purged)
    assert batch.error_reason == fact["errorReason"] == "by an admin"
    assert batch.detail == fact["detail"] == "the job was cancelled at Genesys: by an admin"
    assert bench.meter.counts["JobsCancelled"] == 1
    assert bench.meter.dimensions["JobsCancelled"] == ("interaction_purge", None)


def test_cancelled_recording_job_cancels_its_batch(bench: Workbench) -> None:
    step = polling(bench, request=builders.recording_job())
    bench.genesys.on(two_step.STATUS, {"state": "CANCELLED"})
    assert bench.poll_batch(step).next is Next.DONE
    assert (bench.batch.state, bench.batch.error_reason) == (BatchState.CANCELLED, None)
    assert bench.last_fact["detail"] == "the job was cancelled at Genesys: Genesys gave no reason"


@pytest.mark.parametrize(
    ("action", "done"), [("DELETE", "deleted"), ("ARCHIVE", "archived"), ("EXPORT", "exported")]
)
@pytest.mark.parametrize("state", ["CANCELLED", "FAILED"])
def test_recordings_done_before_a_job_ended_badly_are_counted(
    bench: Workbench, state: str, action: str, done: str
) -> None:
    batch = submitted(covered=7, **{done: 2})
    step = polling(bench, batch, request=builders.recording_job())
    job = {"totalProcessedRecordings": 4, "recordingJobsQuery": {"action": action}}
    bench.genesys.on(two_step.STATUS, {"state": state} | job)
    bench.poll_batch(step)
    assert bench.batch.state == state.lower()
    assert (getattr(bench.batch, done), bench.last_fact[done]) == (6, 4)


def test_reason_of_a_failed_job_is_a_field_of_batch_and_audit(bench: Workbench) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, {"state": "failed", "message": "index\nlocked", "indexed": False})
    bench.poll_batch(step)
    assert bench.batch.error_reason == bench.last_fact["errorReason"] == "index locked"


def test_gdpr_request_that_failed_has_no_reason(bench: Workbench) -> None:
    """Genesys reports none, and its words could name the subject."""
    step = polling(bench, request=builders.request_of("gdpr_request"))
    bench.genesys.on(gdpr.STATUS, {"status": "ERROR", "message": "Jane Doe"})
    bench.poll_batch(step)
    assert bench.batch.state is BatchState.FAILED
    assert "errorReason" not in bench.last_fact


def test_job_that_is_seconds_old_and_unknown_is_polled_again(bench: Workbench) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, JobLost("404"), JobLost("404"), {"state": "completed"})
    waits = []
    while step.next is Next.POLL:
        # Every turn has the message of the first poll, except for its attempt.
        step = bench.poll_batch(step.model_copy(update={"waited_seconds": 5}))
        waits.append(step.wait_seconds)
        bench.clock.wait(step.wait_seconds)
    assert (waits, bench.batch.state) == ([5, 10, 0], BatchState.COMPLETED)


@pytest.mark.parametrize("name", METHODS)
def test_new_job_of_every_method_is_lost_after_two_minutes(name: str) -> None:
    bench = Workbench()
    batch = submitted(window=builders.window())
    request = builders.request_of(name) | {"requestId": "run-1"}
    step = bench.planned(batch, request=request).model_copy(update={"next": Next.POLL})
    bench.genesys.on(STATUSES[name], JobLost("404"))
    polls = 0
    while step.next is Next.POLL:
        step = bench.poll_batch(step.model_copy(update={"waited_seconds": 0}))
        bench.clock.wait(step.wait_seconds)
        polls += 1
    assert (polls, bench.batch.state) == (9, BatchState.FAILED)
    assert 120 <= (bench.clock() - NOON).total_seconds() < 140


def test_repeated_message_does_not_give_up_a_new_job(bench: Workbench) -> None:
    """The message of an earlier job had waited for long."""
    step = polling(bench).model_copy(update={"attempt": 9, "waited_seconds": 14_400})
    bench.genesys.on(STATUS, JobLost("404"))
    assert bench.poll_batch(step).next is Next.POLL
    assert bench.batch.state is BatchState.SUBMITTED


def test_lost_job_fails_its_batch_and_is_audited(bench: Workbench) -> None:
    step = polling(bench)
    bench.clock.wait(120)
    bench.genesys.on(STATUS, JobLost("404", correlation_id="c-1"))
    assert bench.poll_batch(step).next is Next.DONE
    assert bench.batch.state is BatchState.FAILED
    assert str(bench.last_fact["detail"]).startswith("the job is lost: 404")


def test_operator_error_while_polling_goes_to_the_state_machine(bench: Workbench) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, AuthenticationFailed("401"))
    with pytest.raises(AuthenticationFailed):
        bench.poll_batch(step)
    assert bench.batch == submitted()


@pytest.mark.parametrize(
    ("waited", "state"), [(14_390, BatchState.SUBMITTED), (14_391, BatchState.GAVE_UP)]
)
def test_job_that_takes_too_long_gives_up(bench: Workbench, waited: int, state: BatchState) -> None:
    step = polling(bench)
    bench.clock.wait(waited)
    bench.genesys.on(STATUS, {"state": "inProgress"})
    after = bench.poll_batch(step)
    assert bench.batch.state is state
    assert after.next is (Next.DONE if state is BatchState.GAVE_UP else Next.POLL)


def test_interaction_purge_gives_up_after_200_polls(bench: Workbench) -> None:
    step = interactions(bench)
    bench.genesys.on(interaction_purge.STATUS, {"status": "pending"})
    looks = 0
    while step.next is Next.POLL:
        step = bench.poll_batch(step.model_copy(update={"waited_seconds": 0}))
        looks += 1
    assert (looks, bench.batch.state) == (200, BatchState.GAVE_UP)
    assert bench.last_fact["detail"] == (
        "the job did not complete in 200 polls over 0 seconds; it may still be running"
    )


@pytest.mark.parametrize("name", METHODS)
def test_polls_of_every_method_are_bounded(name: str) -> None:
    assert 1 <= METHODS[name].poll_policy.attempts <= 1_000


@pytest.mark.parametrize(
    ("state", "following"),
    [
        (BatchState.PLANNED, Next.SUBMIT),
        (BatchState.SUBMITTING, Next.SUBMIT),
        (BatchState.COMPLETED, Next.VERIFY),
        (BatchState.FAILED, Next.DONE),
        (BatchState.CANCELLED, Next.DONE),
        (BatchState.GAVE_UP, Next.DONE),
    ],
)
def test_batch_in_another_state_is_passed_on_without_a_call(
    bench: Workbench, state: BatchState, following: Next
) -> None:
    step = polling(bench, submitted(state=state))
    assert bench.poll_batch(step).next is following
    assert bench.genesys.calls == []
