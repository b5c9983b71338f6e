"""The waits of a run for Genesys: each method has its own schedule, exact to the second."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import pytest

from simulator import Fault, FaultKind, Operation, SimulatorSettings
from tests.workflows.run_checks import assert_honest
from tests.workflows.shared_application import METHODS, SharedApplication, shared

# A job of five records takes 150 seconds, one record after the other.
SETTINGS = SimulatorSettings(
    requests_per_second=None, job_base_seconds=0, job_seconds_per_record=30
)
# No wait before the verification and before the end.
DONE = (0, 0)
SCHEDULES = {
    "data_deletion": (15,) * 10,
    "interaction_purge": tuple(ceil(15 * 1.1**n) for n in range(8)),
    # Doubled without progress; then most of the remaining time that the progress predicts.
    "conversation_archive": (5, 10, 20, 90, 25),
}


@pytest.fixture(scope="module")
def slow() -> Iterator[SharedApplication]:
    with shared(SETTINGS) as scene:
        yield scene


@pytest.mark.parametrize("method", METHODS)
def test_job_is_polled_by_the_schedule_of_its_method(slow: SharedApplication, method: str) -> None:
    app, group = slow.app, slow.group()

    run = app.run(group.first_batch(method))

    assert app.execution(run["runId"]).waits == SCHEDULES[method] + DONE
    assert run["outcome"] == "completed"


@pytest.mark.parametrize(
    ("method", "doubled", "fault"),
    [
        ("data_deletion", 30, FaultKind.RATE_LIMITED),
        ("interaction_purge", 33, FaultKind.GATEWAY_TIMEOUT),
        ("conversation_archive", 20, FaultKind.RATE_LIMITED),
    ],
)
def test_poll_that_is_too_early_only_doubles_the_wait(
    slow: SharedApplication, method: str, doubled: int, fault: FaultKind
) -> None:
    app, group = slow.app, slow.group()
    app.simulator.faults.add(Fault(fault, Operation.POLL))

    run = app.run(group.first_batch(method))

    first = SCHEDULES[method][0]
    assert app.execution(run["runId"]).waits[:2] == (first, doubled)
    assert app.execution(run["runId"]).retry_waits == ()
    assert run["outcome"] == "completed"
    assert_honest(app, run, group.ids[:5])


def test_next_poll_waits_for_the_retry_after_of_genesys(slow: SharedApplication) -> None:
    app, group = slow.app, slow.group()
    app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, Operation.POLL, retry_after=140))

    run = app.run(group.first_batch("interaction_purge"))

    assert app.execution(run["runId"]).waits[1] == 140
    assert run["outcome"] == "completed"


def test_rate_limited_submit_is_repeated_after_retry_after(slow: SharedApplication) -> None:
    app, group = slow.app, slow.group()
    app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, Operation.SUBMIT, retry_after=40))

    run = app.run(group.first_batch("data_deletion"))

    assert 40 <= app.execution(run["runId"]).waits[0] <= 51
    assert run["outcome"] == "completed"
    assert_honest(app, run, group.ids[:5])
