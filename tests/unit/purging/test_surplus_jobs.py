"""The jobs of unanswered calls are cancelled before a polled batch ends without success."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import JobLost
from genesys_purge.methods.recording_job.two_step import CANCEL, LIST, STATUS
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next

from tests import builders
from tests.clock import NOON
from tests.unit.purging.recording_batch import NONE, cancelled, entries, surplus
from tests.unit.workbench import Workbench


def polling(bench: Workbench, **changes: Any) -> BatchStep:
    """The step of a recording batch whose first creation was not answered."""
    known = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON, "planned": 3}
    batch = builders.batch(**known | changes)
    step = bench.planned(batch, request=builders.recording_job(), entries=entries(3))
    bench.genesys.on(CANCEL, {})
    bench.genesys.on(LIST, {"entities": [surplus()]}, NONE)
    bench.clock.wait(bench.settings.job_time_limit_seconds)
    return step.model_copy(update={"next": Next.POLL})


@pytest.mark.parametrize("answer", [{"state": "PENDING"}, {"state": "FAILED"}, JobLost("404")])
def test_batch_that_ends_cancels_its_surplus_jobs(bench: Workbench, answer: Any) -> None:
    step = polling(bench, attempt=builders.unanswered(is_uncertain=False))
    bench.genesys.on(STATUS, answer)
    assert bench.poll_batch(step).next is Next.DONE
    assert cancelled(bench) == ["job-2"]


def test_batch_without_unanswered_calls_lists_no_jobs(bench: Workbench) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, {"state": "FAILED"})
    bench.poll_batch(step)
    assert [call.operation for call in bench.genesys.calls] == [STATUS]
