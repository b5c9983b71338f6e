"""The polling of GDPR requests, which may take months, and the metric of the time left."""

from __future__ import annotations

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.methods.documented import data_deletion
from genesys_purge.methods.gdpr_request import method as gdpr_request
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

TIME_LEFT = "SubjectRequestSecondsLeft"
HOUR, DAY = 3_600, 86_400


def submitted() -> Batch:
    return builders.batch(
        state=BatchState.SUBMITTED,
        job_id="job-1",
        submitted_at=NOON,
        attempt=Attempt(number=1),
        before=10,
    )


def running_gdpr_request(bench: Workbench) -> BatchStep:
    bench.genesys.on(gdpr_request.STATUS, {"id": "job-1", "status": "DELETING"})
    return bench.planned(submitted(), request=builders.gdpr_request())


def running_data_deletion(bench: Workbench) -> BatchStep:
    bench.genesys.on(data_deletion.STATUS, {"id": "job-1", "status": "inProgress"})
    return bench.planned(submitted(), request=builders.data_deletion())


@pytest.mark.parametrize("days", [0, 24, 25, 60])
def test_each_poll_reports_the_time_left_of_25_days(bench: Workbench, days: int) -> None:
    step = running_gdpr_request(bench)
    bench.clock.wait(days * DAY)
    bench.poll_batch(step)
    assert bench.meter.durations == {TIME_LEFT: (25 - days) * DAY}
    assert bench.meter.dimensions == {TIME_LEFT: ("gdpr_request", None)}


def test_other_methods_report_no_time_left(bench: Workbench) -> None:
    bench.poll_batch(running_data_deletion(bench))
    assert bench.meter.durations == {}


def test_gdpr_request_is_polled_every_four_hours_for_92_days(bench: Workbench) -> None:
    step = running_gdpr_request(bench).model_copy(update={"next": Next.POLL})
    polls = [step]
    while polls[-1].next is Next.POLL:
        polls.append(bench.poll_batch(polls[-1]))
        bench.clock.wait(polls[-1].wait_seconds)
    *waits, end = [each.wait_seconds for each in polls[1:]]
    assert (set(waits[10:]), end) == ({4 * HOUR}, 0)
    assert 92 * DAY - 4 * HOUR < sum(waits) <= 92 * DAY
    assert bench.batch.state is BatchState.GAVE_UP


def test_other_methods_give_up_after_the_configured_time(bench: Workbench) -> None:
    step = running_data_deletion(bench)
    bench.clock.wait(91 * DAY)
    assert bench.poll_batch(step).next is Next.DONE
