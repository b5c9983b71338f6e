"""ConfirmJob: a two-step job runs only after every check, and is cancelled otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import (
    GenesysUnavailable,
    JobLost,
    LostRace,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    RefusedByGenesys,
)
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, EXECUTE, LIST, STATUS
from genesys_purge.model.batch import BatchState
from genesys_purge.model.dates import zulu
from genesys_purge.model.messages import BatchStep, Failure, Next
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.purging import recording_batch
from tests.unit.purging.recording_batch import IDS, READY
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}
LEASE, PATIENCE = 60, 14_400


@pytest.fixture
def step(bench: Workbench) -> Iterator[BatchStep]:
    """A batch of three records whose job waits for confirmation; every call must name that job."""
    step = recording_batch.ready(bench)
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.genesys.on(EXECUTE, {})
    bench.genesys.on(CANCEL, {})
    step = bench.poll_batch(bench.submit_batch(step))
    assert (step.next, bench.batch.state) == (Next.SUBMIT, BatchState.READY)
    yield step
    ids = {call.path["job_id"] for call in bench.genesys.calls if "job_id" in call.path}
    assert ids == {"job-1"}


def calls(bench: Workbench, operation: Any) -> int:
    return sum(call.operation[:2] == operation[:2] for call in bench.genesys.calls)


def assert_stopped(bench: Workbench, after: BatchStep, why: str) -> None:
    """The batch failed, and its job is cancelled and never ran."""
    assert (after.next, bench.batch.state) == (Next.DONE, BatchState.FAILED)
    assert why in str(bench.batch.detail)
    assert "its job job-1 is cancelled" in str(bench.batch.detail)
    assert (calls(bench, EXECUTE), calls(bench, CANCEL)) == (0, 1)
    assert bench.facts[-1] == "batch_failed"


def test_job_that_matches_the_plan_is_confirmed_under_its_own_permit(
    bench: Workbench, step: BatchStep
) -> None:
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.POLL, BatchState.SUBMITTED)
    assert (after.wait_seconds > 0, bench.batch.attempt.is_open) == (True, False)
    permits = [call.permit for call in bench.genesys.calls if call.permit]
    assert permits == [Permit("run-1", 0, 1, NOON), Permit("run-1", 0, 2, NOON)]
    assert bench.last_fact["action"] == "batch_confirmed"
    assert (bench.last_fact["targeted"], bench.last_fact["covered"]) == (3, 4)


def test_confirmation_is_intended_before_it_is_sent(bench: Workbench, step: BatchStep) -> None:
    seen = []

    def look(_: Any) -> dict[str, Any]:
        seen.append(bench.batch)
        return {}

    bench.genesys.on(EXECUTE, look)
    bench.submit_batch(step)
    (batch,) = seen
    assert (batch.state, batch.attempt.number, batch.job_id) == (BatchState.CONFIRMING, 2, "job-1")
    assert (batch.attempt.at, batch.attempt.is_open) == (NOON, True)


def test_confirmation_stores_how_many_recordings_exist(bench: Workbench) -> None:
    step = recording_batch.planned(bench, includeScreenRecordings=False)
    bench.genesys.on(STATUS, READY)
    bench.genesys.on(METADATA, {"entities": [{"fileState": "AVAILABLE"}]})
    for operation, answer in [(ASK, NONE), (LIST, NONE), (CREATE, {"id": "job-1"}), (EXECUTE, {})]:
        bench.genesys.on(operation, answer)
    bench.submit_batch(bench.poll_batch(bench.submit_batch(step)))
    assert (bench.batch.state, bench.batch.kept) == (BatchState.SUBMITTED, 3)
    assert bench.batch.covered == 4


@pytest.mark.parametrize(("hours", "executed"), [(3, 0), (1, 1), (-1, 0)])
def test_deletion_waits_for_exports_made_since_the_batch_began(
    bench: Workbench, hours: int, executed: int
) -> None:
    """The export was submitted two hours ago, the deletion now."""
    began, exported = NOON - timedelta(hours=2), NOON - timedelta(hours=hours)
    step = bench.planned(
        builders.batch(planned=3, first_intent_at=began),
        request=builders.recording_job(exportIntegrationId="bucket-1"),
        entries=recording_batch.entries(3),
    )
    row = {"fileState": "AVAILABLE", "exportedDate": zulu(exported)}
    bench.genesys.on(STATUS, READY)
    bench.genesys.on(METADATA, {"entities": [row]})
    for operation, answer in [(ASK, NONE), (LIST, NONE), (CREATE, {"id": "job-1"}), (EXECUTE, {})]:
        bench.genesys.on(operation, answer)
    after = bench.submit_batch(bench.poll_batch(bench.submit_batch(step)))
    assert after.next is (Next.POLL if executed else Next.SUBMIT)
    assert calls(bench, EXECUTE) == executed
    assert executed or after.wait_seconds >= 60
    assert bench.batch.first_intent_at == began


def test_batch_keeps_the_time_of_its_first_intent(bench: Workbench, step: BatchStep) -> None:
    bench.clock.wait(60)
    bench.submit_batch(step)
    assert (bench.batch.first_intent_at, bench.batch.submitted_at) == (NOON, bench.clock())


@pytest.mark.parametrize("found", [0, 1, 3])
def test_job_that_covers_no_more_than_the_plan_is_confirmed(
    bench: Workbench, step: BatchStep, found: int
) -> None:
    bench.genesys.on(STATUS, READY | {"totalConversations": found})
    assert bench.submit_batch(step).next is Next.POLL


def test_job_that_covers_more_than_the_plan_is_cancelled(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(STATUS, READY | {"totalConversations": 4})
    assert_stopped(bench, bench.submit_batch(step), "4 conversations, but the plan has 3")


def named(*ids: str) -> dict[str, Any]:
    """The query of a job that lists these conversations, as Genesys reports it."""
    predicates = [{"value": each} for each in ids]
    filters = [{"type": "or", "predicates": predicates}]
    return {"action": "DELETE", "conversationQuery": {"conversationFilters": filters}}


@pytest.mark.parametrize("ids", [IDS[:2], [*IDS, "b" * 36], [*IDS[:2], "b" * 36]])
def test_job_that_lists_other_conversations_is_cancelled(
    bench: Workbench, step: BatchStep, ids: list[str]
) -> None:
    bench.genesys.on(STATUS, READY | {"recordingJobsQuery": named(*ids)})
    assert_stopped(
        bench, bench.submit_batch(step), ": the job lists other conversations than the plan;"
    )


@pytest.mark.parametrize("query", [named(*(each.upper() for each in IDS)), {}, {"action": 1}, None])
def test_job_that_lists_the_plan_or_nothing_is_confirmed(
    bench: Workbench, step: BatchStep, query: Any
) -> None:
    bench.genesys.on(STATUS, READY | {"recordingJobsQuery": query})
    assert bench.submit_batch(step).next is Next.POLL


def test_job_without_totals_waits(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(STATUS, {"state": "READY"})
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.READY)
    assert after.wait_seconds > 0
    assert calls(bench, EXECUTE) == 0


def test_purging_switch_stops_the_confirmation(bench: Workbench, step: BatchStep) -> None:
    bench.policies.switch = "off"
    assert_stopped(bench, bench.submit_batch(step), "PurgingSwitchedOff")


def test_longer_retention_stops_the_confirmation(bench: Workbench, step: BatchStep) -> None:
    rule = {"name": "long", "minimumDays": 401, "basis": "a new law"}
    bench.policies.matrix = RetentionMatrix.parse({"rules": [rule]})
    assert_stopped(bench, bench.submit_batch(step), "RetentionNotMet")


def test_ended_run_stops_the_confirmation(bench: Workbench, step: BatchStep) -> None:
    bench.fail_purge(Failure(run_id="run-1", error="ABORTED", cause="stopped"))
    assert_stopped(bench, bench.submit_batch(step), "the run ended before its job was confirmed")


def test_records_that_genesys_now_protects_are_never_confirmed(
    bench: Workbench, step: BatchStep
) -> None:
    bench.genesys.on(ASK, {"entities": [{"id": IDS[1]}]}, NONE)
    after = bench.submit_batch(step)
    assert (calls(bench, EXECUTE), calls(bench, CANCEL), calls(bench, CREATE)) == (0, 1, 2)
    assert [sorted(bench.batch.protected), bench.facts[1]] == [[1], "batch_protected"]
    audited = bench.fact("batch_protected")
    assert audited["detail"] == "Genesys now protects these records; its job job-1 is cancelled"
    assert (audited["jobId"], audited["skipped"]) == ("job-1", {"protected": 1})
    assert bench.batch.last_job_id == "job-1"
    # The next job covers the other records.
    assert after.next is Next.POLL
    named = bench.genesys.deletions[-1]["conversationQuery"]["conversationFilters"][0]
    assert [each["value"] for each in named["predicates"]] == [IDS[0], IDS[2]]


def test_batch_without_its_cancelled_job_is_submitted_again(
    bench: Workbench, step: BatchStep
) -> None:
    seen = []

    def look(_: Any) -> dict[str, Any]:
        seen.append((bench.batch.job_id, bench.batch.last_job_id))
        return {"id": "job-1"}

    bench.genesys.on(CREATE, look)
    bench.genesys.on(ASK, {"entities": [{"id": IDS[1]}]}, NONE)
    bench.submit_batch(step)
    assert seen == [(None, "job-1")]


@pytest.mark.parametrize("answer", [GenesysUnavailable("503"), RefusedByGenesys("x", status=409)])
def test_batch_whose_job_may_not_be_cancelled_keeps_it_and_fails(
    bench: Workbench, step: BatchStep, answer: Exception
) -> None:
    bench.genesys.on(ASK, {"entities": [{"id": IDS[1]}]}, NONE)
    bench.genesys.on(CANCEL, answer)
    assert bench.submit_batch(step).next is Next.DONE
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.FAILED, "job-1")
    assert calls(bench, CREATE) == 1


def test_batch_goes_on_if_its_job_was_cancelled_without_an_answer(
    bench: Workbench, step: BatchStep
) -> None:
    bench.genesys.on(ASK, {"entities": [{"id": IDS[1]}]}, NONE)
    bench.genesys.on(CANCEL, OutcomeUnknown("timed out"))
    job = {"recordingJobsQuery": {"action": "DELETE"}, "totalProcessedRecordings": 0}
    bench.genesys.on(STATUS, READY, job | {"state": "CANCELLED"})
    bench.submit_batch(step)
    assert bench.batch.protected == {1}
    assert calls(bench, CREATE) == 2


def test_records_on_our_hold_are_never_confirmed(bench: Workbench, step: BatchStep) -> None:
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[0]})))
    bench.submit_batch(step)
    assert calls(bench, EXECUTE) == 0
    assert bench.batch.protected == {0}


@pytest.mark.parametrize("operation", [STATUS, ASK])
@pytest.mark.parametrize("error", [RateLimited("429", retry_after=40), GenesysUnavailable("503")])
def test_failed_check_before_a_confirmation_is_repeated(
    bench: Workbench, step: BatchStep, operation: Any, error: Exception
) -> None:
    bench.genesys.on(operation, error)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.READY)
    assert after.wait_seconds >= (getattr(error, "retry_after", None) or 1)
    assert calls(bench, EXECUTE) == 0


def test_refused_confirmation_is_repeated(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(EXECUTE, RateLimited("429", retry_after=40), {})
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.READY)
    assert (bench.batch.attempt.is_open, bench.batch.attempt.reason) == (False, "429")
    assert after.wait_seconds >= 40
    assert bench.submit_batch(after).next is Next.POLL
    assert bench.batch.attempt.number == 3


@pytest.mark.parametrize(
    ("state", "following", "stands"),
    [
        ("PROCESSING", Next.POLL, BatchState.SUBMITTED),
        ("FULFILLED", Next.POLL, BatchState.SUBMITTED),
        ("CANCELLED", Next.POLL, BatchState.SUBMITTED),
    ],
)
def test_job_state_settles_a_confirmation_without_an_answer(
    bench: Workbench, step: BatchStep, state: str, following: Next, stands: BatchState
) -> None:
    bench.genesys.on(EXECUTE, OutcomeUnknown("timeout"))
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds) == (Next.SUBMIT, 15)
    assert (bench.batch.state, bench.batch.attempt.is_uncertain) == (BatchState.CONFIRMING, True)
    assert bench.batch.attempt.reason == "timeout"
    bench.genesys.on(STATUS, {"state": state})
    after = bench.submit_batch(after)
    assert (after.next, bench.batch.state) == (following, stands)
    assert (calls(bench, EXECUTE), bench.facts[-1]) == (1, "batch_reconciled")
    assert bench.last_fact["detail"] == "the job was confirmed; timeout"
    assert (bench.batch.attempt.number, bench.batch.attempt.is_uncertain) == (2, False)


def test_job_that_runs_before_its_confirmation_is_polled(bench: Workbench, step: BatchStep) -> None:
    facts = bench.facts
    bench.genesys.on(STATUS, {"state": "PROCESSING"})
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.POLL, BatchState.SUBMITTED)
    assert (calls(bench, EXECUTE), bench.facts) == (0, facts)


def test_failed_check_of_an_uncertain_confirmation_is_repeated(
    bench: Workbench, step: BatchStep
) -> None:
    bench.genesys.on(EXECUTE, OutcomeUnknown("timeout"))
    uncertain = bench.submit_batch(step)
    bench.genesys.on(STATUS, RateLimited("429", retry_after=40))
    after = bench.submit_batch(uncertain)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.CONFIRMING)
    assert after.wait_seconds >= 40


@pytest.mark.parametrize("answer", [GenesysUnavailable("503"), {"state": "READY"}])
def test_checks_of_an_uncertain_confirmation_are_bounded(
    bench: Workbench, step: BatchStep, answer: Any
) -> None:
    bench.genesys.on(EXECUTE, OutcomeUnknown("timeout"))
    step = bench.submit_batch(step)
    bench.genesys.on(STATUS, answer)
    bench.clock.wait(PATIENCE)
    assert bench.submit_batch(step).next is Next.SUBMIT
    bench.clock.wait(1)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.DONE, BatchState.GAVE_UP)
    assert bench.batch.detail == (
        "may be confirmed: its state could not be read within 14400 seconds; "
        "its job job-1 is cancelled"
    )


def test_job_that_still_waits_is_checked_again(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(EXECUTE, OutcomeUnknown("timeout"), {})
    after = bench.submit_batch(step)
    bench.policies.switch = "off"
    bench.submit_batch(after)
    assert bench.batch.state is BatchState.FAILED
    assert bench.fact("batch_reconciled")["detail"] == (
        "the job still waits for confirmation; timeout"
    )
    assert not bench.batch.attempt.is_uncertain
    assert (calls(bench, EXECUTE), calls(bench, CANCEL)) == (1, 1)


@pytest.mark.parametrize(
    ("status", "is_sure"),
    [
        ({"state": "CANCELLED", "totalProcessedRecordings": 0}, True),
        ({"state": "CANCELLED", "totalProcessedRecordings": 2}, False),
        ({"state": "CANCELLED"}, False),
        ({"state": "FULFILLED", "totalProcessedRecordings": 0}, False),
        ({"state": "PROCESSING", "totalProcessedRecordings": 0}, False),
        (GenesysUnavailable("503"), False),
    ],
)
def test_unanswered_confirmation_spares_only_an_untouched_job(
    bench: Workbench, step: BatchStep, status: Any, *, is_sure: bool
) -> None:
    bench.genesys.on(EXECUTE, OutcomeUnknown("lost"))
    step = bench.submit_batch(step)
    job = {"recordingJobsQuery": {"action": "DELETE"}}
    answer = status if isinstance(status, Exception) else job | status
    bench.genesys.on(STATUS, READY, READY, answer)
    bench.genesys.on(ASK, {"entities": [{"id": IDS[1]}]}, NONE)
    after = bench.submit_batch(step)
    assert calls(bench, CREATE) == (2 if is_sure else 1)
    assert bench.batch.protected == (frozenset({1}) if is_sure else frozenset())
    assert ("batch_protected" in bench.facts) is is_sure
    if not is_sure:
        assert (after.next, bench.batch.state) == (Next.DONE, BatchState.FAILED)
        assert "its job may be confirmed or still wait" in str(bench.batch.detail)


def test_confirmations_without_an_answer_are_bounded(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(EXECUTE, OutcomeUnknown("timeout"))
    for _ in range(5):
        step = bench.submit_batch(step)
    step = bench.submit_batch(step)
    assert (step.next, bench.batch.state) == (Next.DONE, BatchState.FAILED)
    assert (calls(bench, EXECUTE), calls(bench, CANCEL)) == (5, 1)


def test_dead_workers_confirmation_becomes_uncertain_after_its_lease(
    bench: Workbench, step: BatchStep
) -> None:
    intent = bench.batch.to(BatchState.CONFIRMING, attempt=builders.intended(number=2))
    bench.runs.advance(intent)
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds) == (Next.SUBMIT, LEASE)
    bench.clock.wait(LEASE)
    after = bench.submit_batch(after)
    assert (after.wait_seconds, bench.batch.attempt.is_uncertain) == (15, True)
    assert bench.batch.attempt.reason == "the worker that confirmed it died"
    assert bench.submit_batch(after).next is Next.POLL
    assert calls(bench, EXECUTE) == 1


def test_refused_confirmation_of_a_running_job_is_polled(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(EXECUTE, RefusedByGenesys("wrong state", status=409))
    bench.genesys.on(STATUS, READY, {"state": "PROCESSING"})
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.POLL, BatchState.SUBMITTED)
    assert calls(bench, CANCEL) == 0


@pytest.mark.parametrize(
    "error",
    [
        RefusedByGenesys("no", status=400),
        PermissionMissing("403", permission="recording:job:edit", correlation_id="c-1"),
    ],
)
def test_refused_confirmation_of_a_waiting_job_fails_the_batch(
    bench: Workbench, step: BatchStep, error: Exception
) -> None:
    bench.genesys.on(EXECUTE, error)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.DONE, BatchState.FAILED)
    assert type(error).__name__ in str(bench.batch.detail)
    assert calls(bench, CANCEL) == 1
    assert bench.last_fact.get("correlationId") == getattr(error, "correlation_id", None)


@pytest.mark.parametrize(
    ("replies", "reported", "times"),
    [
        ([OutcomeUnknown("lost"), {}], "is cancelled", 2),
        ([RateLimited("429")], "its job job-1 may not be cancelled: 429", 3),
        ([RefusedByGenesys("over", status=409)], "could not be cancelled", 1),
    ],
)
def test_failed_batch_reports_whether_its_job_is_cancelled(
    bench: Workbench, step: BatchStep, replies: list[Any], reported: str, times: int
) -> None:
    bench.policies.switch = "off"
    bench.genesys.on(CANCEL, *replies)
    assert bench.submit_batch(step).next is Next.DONE
    assert reported in str(bench.batch.detail)
    assert calls(bench, CANCEL) == times


def test_job_that_cannot_be_confirmed_in_time_gives_up(bench: Workbench, step: BatchStep) -> None:
    bench.clock.wait(PATIENCE + 1)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.DONE, BatchState.GAVE_UP)
    assert (calls(bench, CANCEL), bench.facts[-1]) == (1, "batch_gave_up")


def test_job_that_waits_by_turns_gives_up_in_time(bench: Workbench, step: BatchStep) -> None:
    """One reading says that it waits, the next one that it runs."""
    bench.genesys.on(STATUS, {"state": "PROCESSING"})
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds) == (Next.POLL, 15)
    bench.clock.wait(PATIENCE + 1)
    bench.genesys.on(STATUS, READY)
    assert bench.submit_batch(bench.poll_batch(after)).next is Next.DONE
    assert bench.batch.state is BatchState.GAVE_UP


def test_job_is_confirmed_in_the_last_second_of_its_time(bench: Workbench, step: BatchStep) -> None:
    bench.clock.wait(PATIENCE)
    assert bench.submit_batch(step).next is Next.POLL


def test_lost_job_fails_the_confirmation(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(STATUS, JobLost("404"))
    with pytest.raises(JobLost):
        bench.submit_batch(step)


def test_worker_that_loses_the_race_to_confirm_waits(bench: Workbench, step: BatchStep) -> None:
    def lose(name: str) -> None:
        if name == "intend":
            raise LostRace("somebody was first")

    bench.runs.before_write = lose
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds) == (Next.SUBMIT, LEASE)
    assert calls(bench, EXECUTE) == 0


@pytest.mark.parametrize(
    ("state", "reported"),
    [
        (BatchState.READY, "job-1 was not confirmed, but may still wait"),
        (BatchState.CONFIRMING, "its job may still be running"),
    ],
)
def test_unexpected_error_reports_the_state_of_the_job(
    bench: Workbench, step: BatchStep, state: BatchState, reported: str
) -> None:
    assert step.next is Next.SUBMIT
    if state is BatchState.CONFIRMING:
        bench.runs.advance(bench.batch.to(state))
    failure = Failure(run_id="run-1", batch=0, error="Unexpected", cause="boom")
    assert bench.fail_batch(failure).next is Next.DONE
    assert reported in str(bench.batch.detail)


def test_unanswered_creation_adopts_the_listed_job(bench: Workbench) -> None:
    step = recording_batch.ready(bench)
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, OutcomeUnknown("timeout"))
    step = bench.submit_batch(step)
    created = bench.genesys.deletions[-1]
    at = (NOON + timedelta(seconds=1)).isoformat()
    listed = {"id": "job-7", "dateCreated": at, "recordingJobsQuery": created}
    bench.genesys.on(LIST, {"entities": [listed]})
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.job_id) == (Next.POLL, "job-7")
    assert bench.last_fact["action"] == "batch_reconciled"
    assert bench.last_fact["jobId"] == "job-7"


def test_unanswered_creation_without_a_listed_job_is_repeated(bench: Workbench) -> None:
    step = recording_batch.ready(bench)
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, OutcomeUnknown("timeout"), {"id": "job-1"})
    waited = 0
    while (step := bench.submit_batch(step)).next is Next.SUBMIT:
        waited += step.wait_seconds
        bench.clock.wait(step.wait_seconds)
    assert (step.next, calls(bench, CREATE)) == (Next.POLL, 2)
    assert 60 <= waited <= 300
    assert "lists no job" in bench.fact("batch_reconciled")["detail"]
