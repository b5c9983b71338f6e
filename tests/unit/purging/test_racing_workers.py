"""Two workers on one batch: one call, and neither overwrites the other."""

from __future__ import annotations

from typing import Any

from genesys_purge.errors import OutcomeUnknown
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Failure, Next
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.scripted_genesys import Reply
from tests.unit.workbench import Workbench

ACCEPTED = {"jobId": "job-1"}
REPLIES: dict[str, Reply] = {
    "work": ACCEPTED,
    "lose": OutcomeUnknown("timed out"),
    "crash": RuntimeError("the process died"),
}


def test_one_of_two_racing_workers_submits_and_the_other_waits(bench: Workbench) -> None:
    step = bench.planned()
    bench.genesys.on(SUBMIT, ACCEPTED)
    others = []

    def let_another_go_first(_: str) -> None:
        bench.runs.before_write = lambda _: None
        others.append(bench.submit_batch(step))

    bench.runs.before_write = let_another_go_first
    late = bench.submit_batch(step)
    assert (late.next, late.wait_seconds) == (Next.SUBMIT, 60)
    assert [other.next for other in others] == [Next.POLL]
    assert len(bench.genesys.deletions) == 1
    assert bench.submit_batch(late).next is Next.POLL


def test_accepted_job_of_a_late_worker_is_kept(bench: Workbench) -> None:
    """Another worker counts the call as unanswered, and then the answer arrives."""
    step = bench.planned()

    def slow(_: Any) -> dict[str, Any]:
        bench.clock.wait(61)
        bench.submit_batch(step)
        return ACCEPTED

    bench.genesys.on(SUBMIT, slow)
    assert bench.submit_batch(step).next is Next.POLL
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.SUBMITTED, "job-1")
    assert not bench.batch.attempt.is_uncertain


def test_job_that_is_accepted_too_late_is_audited(bench: Workbench) -> None:
    """The batch has ended meanwhile, so the audit alone can name the job."""
    step = bench.planned()
    failure = Failure(run_id="run-1", batch=0, error="Unexpected", cause="")

    def slow(_: Any) -> dict[str, Any]:
        bench.fail_batch(failure)
        return ACCEPTED

    bench.genesys.on(SUBMIT, slow)
    bench.submit_batch(step)
    assert bench.batch.state is BatchState.FAILED
    assert (bench.last_fact["action"], bench.last_fact["jobId"]) == ("batch_reconciled", "job-1")
    assert (
        bench.last_fact["detail"] == "its job was accepted late, when the batch was already failed"
    )


@given(st.lists(st.sampled_from(["work", "wait", "lose", "crash"]), max_size=25))
def test_no_sequence_of_events_submits_twice_without_a_check(events: list[str]) -> None:
    """Any number of workers on one batch: each call is followed by its answer or a check."""
    bench = Workbench()
    step = bench.planned()
    left = [{"conversationId": each} for each in builders.conversation_ids(10)]
    bench.genesys.on(LOOK_UP, {"data": left})
    for event in events:
        if event == "wait":
            bench.clock.wait(61)
            continue
        bench.genesys.on(SUBMIT, REPLIES[event])
        try:
            step = bench.submit_batch(step)
        except (RuntimeError, OutcomeUnknown):
            continue
    kinds = ["call" if call.permit else "look" for call in bench.genesys.calls]
    runs_of_calls = "".join(kinds).replace("look", " ").split()
    assert all(run == "call" for run in runs_of_calls)
    permits = [call.permit for call in bench.genesys.calls if call.permit]
    assert len({permit.attempt for permit in permits}) == len(permits) <= 3
