"""The index of the runs that are not settled, and its in-memory twin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.run import Outcome, Run, finished, totals_of
from genesys_purge.purging.ports import OpenRuns
from genesys_purge.store.open_runs import DynamoOpenRuns

from tests import builders
from tests.builders import PLANNER
from tests.clock import NOON
from tests.fakes import MemoryRuns
from tests.mocked_aws import client
from tests.unit.store.conftest import Tables
from tests.unit.workbench import entries_of


@pytest.fixture
def open_runs(tables: Tables) -> OpenRuns:
    """The index over the runs of `tables`."""
    if isinstance(tables.runs, MemoryRuns):
        return tables.runs
    return DynamoOpenRuns(client("dynamodb"), "RunsTable")


def record(run_id: str) -> AuditRecord:
    return AuditRecord(run_id=run_id, at=NOON, actor="tests", action=Action.RUN_SUBMITTED)


def stored(tables: Tables, run_id: str, minutes: float = 0) -> Run:
    at = NOON + timedelta(minutes=minutes)
    return tables.runs.create(builders.run(run_id=run_id, submitted_at=at), record(run_id))


def end(tables: Tables, run: Run, *, is_settled: bool) -> Run:
    ended = finished(run, Outcome.FAILED, totals_of(None, []), NOON, None)
    settled = ended.model_copy(update={"is_settled": is_settled})
    tables.runs.finish(settled, record(run.run_id))
    return settled


def test_open_runs_are_listed_oldest_first(tables: Tables, open_runs: OpenRuns) -> None:
    for run_id, minutes in (("run-2", 0.5), ("run-3", 1), ("run-1", 0)):
        stored(tables, run_id, minutes)
    assert list(open_runs.oldest_first()) == ["run-1", "run-2", "run-3"]


def test_batches_and_manifests_are_no_open_runs(tables: Tables, open_runs: OpenRuns) -> None:
    stored(tables, "run-1")
    tables.runs.put_batch(builders.batch(), entries_of(10), PLANNER)
    assert list(open_runs.oldest_first()) == ["run-1"]


def test_ended_run_is_open_until_it_is_settled(tables: Tables, open_runs: OpenRuns) -> None:
    end(tables, stored(tables, "run-1"), is_settled=False)
    end(tables, stored(tables, "run-2"), is_settled=True)
    assert list(open_runs.oldest_first()) == ["run-1"]
    run = tables.runs.get("run-1")
    tables.runs.revise(run.model_copy(update={"revision": 1, "is_settled": True}))
    assert list(open_runs.oldest_first()) == []
