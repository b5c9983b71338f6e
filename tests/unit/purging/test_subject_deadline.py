"""A data subject's request is polled with patience, and its time is measured at each look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.methods.documented import data_deletion
from genesys_purge.methods.gdpr_request import method as gdpr_request
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

LEFT = "SubjectRequestSecondsLeft"
DAY = 86_400


def submitted() -> Batch:
    return builders.batch(
        state=BatchState.SUBMITTED,
        job_id="job-1",
        submitted_at=NOON,
        attempt=Attempt(number=1),
        before=10,
    )


def subject(bench: Workbench) -> BatchStep:
    bench.genesys.on(gdpr_request.STATUS, {"id": "job-1", "status": "DELETING"})
    return bench.planned(submitted(), request=builders.gdpr_request())


@pytest.mark.parametrize("days", [0, 24, 25, 60])
def test_each_look_at_a_subjects_request_says_how_much_time_is_left(
    bench: Workbench, days: int
) -> None:
    step = subject(bench)
    bench.clock.wait(days * DAY)
    bench.poll_batch(step)
    assert bench.meter.durations == {LEFT: (25 - days) * DAY}
    assert bench.meter.dimensions == {LEFT: ("gdpr_request", None)}


def test_every_other_request_has_no_clock(bench: Workbench) -> None:
    step = bench.planned(submitted(), request=builders.data_deletion())
    bench.genesys.on(data_deletion.STATUS, {"id": "job-1", "status": "inProgress"})
    bench.poll_batch(step)
    assert bench.meter.durations == {}


@pytest.mark.parametrize(("waited", "following"), [(91, Next.POLL), (92, Next.DONE)])
def test_a_subjects_request_is_given_up_after_three_months_and_not_before(
    bench: Workbench, waited: int, following: Next
) -> None:
    waiting = timedelta(days=waited).total_seconds()
    waited_so_far = {"waited_seconds": int(waiting), "next": Next.POLL}
    step = subject(bench).model_copy(update=waited_so_far)
    assert bench.poll_batch(step).next is following


def test_every_other_request_is_given_up_after_the_configured_time(bench: Workbench) -> None:
    step = bench.planned(submitted(), request=builders.data_deletion())
    bench.genesys.on(data_deletion.STATUS, {"id": "job-1", "status": "inProgress"})
    waited = step.model_copy(update={"waited_seconds": 91 * DAY})
    assert bench.poll_batch(waited).next is Next.DONE
