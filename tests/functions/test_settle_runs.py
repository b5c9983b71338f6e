"""SettleRuns: what its schedule invokes, with a failure of one run that stops no other."""

from __future__ import annotations

import io
import json

from genesys_purge.methods.documented.conversation_archive import LOOK_UP, STATUS
from genesys_purge.model.batch import BatchState

from tests import builders
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench

EVENT = {"scheduledTime": "2026-11-21T12:00:00Z"}


def stopped(bench: Workbench, invoke: Invoke) -> None:
    """A stopped run with a job that has ended in the meantime."""
    submitted = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON}
    bench.planned(builders.batch(**submitted))
    invoke("FailPurge", {"runId": "run-1", "error": "ABORTED", "cause": "stopped"})
    bench.genesys.on(STATUS, {"state": "completed", "recordsProcessed": 10})
    bench.genesys.on(LOOK_UP, {"data": []})


def test_stopped_run_is_settled_by_the_schedule(bench: Workbench, invoke: Invoke) -> None:
    stopped(bench, invoke)
    assert invoke("SettleRuns", EVENT) is None
    assert bench.facts[-1] == "run_corrected"
    assert bench.run.totals is not None
    assert (bench.run.totals.deleted, bench.run.is_settled) == (10, True)


def test_run_that_fails_is_logged_with_its_id_and_stops_no_other(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    stopped(bench, invoke)
    bench.stored(run_id="run-2")
    bench.clock.wait(300)

    def fail() -> None:
        raise KeyError("hush")

    bench.executions.before_start = fail
    invoke("SettleRuns", EVENT)
    [line] = [json.loads(each) for each in log.getvalue().splitlines()]
    assert (line["correlation_id"], line["exception_name"]) == ("run-2", "KeyError")
    assert bench.run.is_settled
    assert bench.meter.counts["SettlingFailed"] == 1
