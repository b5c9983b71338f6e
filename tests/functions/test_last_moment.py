"""What is stored while a deleting call waits stops it; each test changes one condition."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, PurgeError
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, STATUS, SUBMIT
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, EXECUTE, LIST
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Failure
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.functions.conftest import Invoke
from tests.unit.methods.scene import hold
from tests.unit.purging import recording_batch
from tests.unit.workbench import Workbench

STEP = {"runId": "run-1", "batch": 0}
Change = Callable[[Workbench], object]


def place_hold(bench: Workbench) -> None:
    bench.holds.placed.append(hold())


def switch_off(bench: Workbench) -> None:
    bench.policies.switch = "off"


def end_run(bench: Workbench) -> None:
    bench.fail_purge(Failure(run_id="run-1", error="ABORTED", cause="stopped"))


def lengthen_retention(bench: Workbench) -> None:
    rule = {"name": "any", "match": {}, "minimumDays": 36_500, "basis": "a new law"}
    bench.policies.matrix = RetentionMatrix.parse({"rules": [rule]})


CHANGES = [place_hold, switch_off, end_run, lengthen_retention]
each_change = pytest.mark.parametrize("change", CHANGES)


def during_login(bench: Workbench, change: Change) -> None:
    """Make the change when the client has its token and before it asks for a permit."""

    def wait() -> None:
        bench.genesys.before_delete = lambda: None
        change(bench)

    bench.genesys.before_delete = wait


def archive(bench: Workbench) -> None:
    bench.planned(builders.batch(planned=3))
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})


def test_call_without_a_change_is_sent(bench: Workbench, invoke: Invoke) -> None:
    archive(bench)
    assert invoke("SubmitBatch", STEP)["next"] == "poll"
    assert len(bench.genesys.deletions) == 1


@each_change
def test_change_during_the_login_stops_a_submit(
    bench: Workbench, invoke: Invoke, change: Change
) -> None:
    archive(bench)
    during_login(bench, change)
    with suppress(PurgeError):
        invoke("SubmitBatch", STEP)
    assert bench.genesys.deletions == []
    assert (bench.batch.state in (BatchState.SUBMITTING, BatchState.SUBMITTED)) is False


@each_change
def test_change_during_the_login_stops_a_confirmation(
    bench: Workbench, invoke: Invoke, change: Change
) -> None:
    recording_batch.ready(bench)
    bench.genesys.on(LIST, {"entities": []})
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.genesys.on(EXECUTE, {})
    bench.genesys.on(CANCEL, {})
    step = invoke("PollBatch", invoke("SubmitBatch", STEP))
    during_login(bench, change)
    while step["next"] == "submit":
        step = invoke("SubmitBatch", step)
    operations = [call.operation for call in bench.genesys.calls]
    assert (EXECUTE in operations, CANCEL in operations) == (False, True)


def test_hold_during_the_login_spares_its_record_only(bench: Workbench, invoke: Invoke) -> None:
    archive(bench)
    during_login(bench, lambda bench: bench.holds.placed.append(one_id()))
    assert invoke("SubmitBatch", STEP)["next"] == "poll"
    ids = builders.conversation_ids(3)
    assert bench.genesys.deletions == [{"conversationIds": ids[1:], "permanentDelete": True}]
    assert bench.batch.protected == {0}
    assert bench.batch.attempt.doubts == ()


def one_id() -> Any:
    return hold(conversation_ids=frozenset(builders.conversation_ids(1)))


@pytest.mark.parametrize("error", [GenesysUnavailable("the login service did not answer")])
def test_login_that_fails_leaves_no_intent(
    bench: Workbench, invoke: Invoke, error: PurgeError
) -> None:
    archive(bench)

    def fail() -> None:
        raise error

    bench.genesys.before_delete = fail
    assert invoke("SubmitBatch", STEP)["next"] == "submit"
    assert (bench.batch.state, bench.batch.attempt.number) == (BatchState.PLANNED, 0)


def test_repeated_message_never_submits_again(bench: Workbench, invoke: Invoke) -> None:
    """The answer of the last submit was lost two seconds ago; an old message says otherwise."""
    bench.planned(
        builders.batch(state=BatchState.SUBMITTING, before=10, attempt=builders.unanswered())
    )
    left = [{"conversationId": each} for each in builders.conversation_ids(10)]
    bench.genesys.on(LOOK_UP, {"data": left})
    bench.clock.wait(2)
    old = STEP | {"next": "submit", "attempt": 9, "waitSeconds": 300, "waitedSeconds": 1_665}
    assert invoke("SubmitBatch", old)["next"] == "submit"
    assert (bench.genesys.deletions, bench.facts) == ([], [])


def test_polls_of_an_ended_run_still_record_what_they_find(
    bench: Workbench, invoke: Invoke
) -> None:
    archive(bench)
    step = invoke("SubmitBatch", STEP)
    end_run(bench)
    bench.genesys.on(STATUS, {"state": "completed", "recordsProcessed": 3})
    assert invoke("PollBatch", step)["next"] == "verify"
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.COMPLETED, 3)
